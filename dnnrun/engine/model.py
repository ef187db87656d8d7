"""From the model section of a config, and the data's shapes, to Keras models: the one to train, and the one to save."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from dnnrun.components import Component, ConfigPath
from dnnrun.config.graph import topology_of
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.config.topology import ROWS, Topology
from dnnrun.data.dataset import Dataset, unwrapped
from dnnrun.engine.activation import with_default_activation
from dnnrun.engine.assembly import Flow, part_of_model
from dnnrun.engine.front import Front
from dnnrun.engine.model_function import model_of_function
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.preprocessing import CPU, Preparation

_SAVING = ("save", "save_weights", "load_weights", "export")


@dataclass(frozen=True)
class BuiltModel:
    """The models of one config; they share their layers.

    Args:
        trained: takes prepared rows. Whatever saves it, saves `exported`.
        exported: takes raw rows; the same model where there is nothing to prepare.
        preparation: makes prepared rows of raw ones.
        postprocessing: makes what `exported` gives of what `trained` gives; None where that is the same.
        preprocessing: the preprocessing layers, which are those of `preparation` and the first of `trained`.
    """

    trained: keras.Model
    exported: keras.Model
    preparation: Preparation
    postprocessing: keras.Model | None
    preprocessing: tuple[keras.layers.Layer, ...]


def build_model(
    experiment: Experiment,
    dataset: Dataset,
    builder: ObjectBuilder,
    scope: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> BuiltModel:
    """Build the models that a config describes, for the data they will see.

    Layers that learn from data (``adapt``) have learnt from the training rows, and from no others, when this returns.
    Inputs and outputs that have names are mappings; otherwise a model has one of each.

    Args:
        experiment: the config, resolved.
        dataset: its data.
        builder: makes the layers.
        scope: in which what is trained is made; what only prepares rows is made outside of it, on the CPU.

    Raises:
        ConfigError: a layer that cannot be made, or does not fit what reaches it, at its line and with the shapes.
    """
    topology = topology_of(experiment, dataset.inputs) if isinstance(experiment.model, ModelConfig) else None
    with tf.device(CPU):
        front = Front(experiment, dataset, builder, topology)
    with scope():
        trained, exported, behind = _models(experiment, dataset, builder, topology, front)
    if trained is not exported:
        for name in _SAVING:
            setattr(trained, name, getattr(exported, name))
    return BuiltModel(trained, exported, front.preparation, behind, tuple(front.layers))


def _models(
    experiment: Experiment, dataset: Dataset, builder: ObjectBuilder, topology: Topology | None, front: Front
) -> tuple[keras.Model, keras.Model, keras.Model | None]:
    """Return the model to train, the one to save, and what stands behind the former in the latter."""
    config, inputs, is_prepared = experiment.model, front.inputs, front.preparation.model is not None
    flows: dict[int | str, Flow] = {name or ROWS: flow for name, flow in front.finish().items()}
    boundaries = front.boundaries
    if isinstance(config, Component):
        reached = unwrapped({ONLY if name == ROWS else str(name): flow.tensor for name, flow in flows.items()})
        trained, outputs = model_of_function(config, reached, boundaries, dataset, builder)
        return trained, keras.Model(inputs, outputs, name=trained.name) if is_prepared else trained, None
    assert topology is not None and isinstance(config, ModelConfig)  # noqa: PT018 - they are one question
    for node in with_default_activation(topology, config.activation, builder).nodes:
        layer = builder.build("layers", node.component, node.path)
        taken = [flows[source] for source in node.takes]
        flows[node.position] = front.assembly.add(layer, node.component, node.path, taken)
    ends = list(zip(experiment.outputs, topology.outputs, strict=True))
    outputs = unwrapped({output.name: flows[position].tensor for output, position in ends})
    name = _model_name(config.name or experiment.run_name)
    last = _postprocessed(config.postprocess, flows[topology.outputs[-1]], front, builder, is_single=len(ends) == 1)
    exported = keras.Model(inputs, outputs if last is None else last, name=name)
    if last is None:
        return part_of_model(boundaries, outputs, name) if is_prepared else exported, exported, None
    return part_of_model(boundaries, outputs, name), exported, part_of_model(outputs, last, "postprocessing")


def _postprocessed(
    components: tuple[Component, ...], output: Flow, front: Front, builder: ObjectBuilder, *, is_single: bool
) -> Any:
    """Put layers behind the output that only the saved model has; return what they give, or None without any."""
    path: ConfigPath = ("model", "postprocess")
    if components and not is_single:
        raise builder.refusal("postprocess is for a model with one output", path, "take it out", of_key=True)
    for index, component in enumerate(components):
        layer = builder.build("layers", component, (*path, index))
        output = front.assembly.add(layer, component, (*path, index), [output])
        if layer.weights:
            what = f"{component.name} has weights, and nothing behind the output is trained"
            raise builder.refusal(what, (*path, index), "put it into layers")
    return output.tensor if components else None


def _model_name(name: str) -> str:
    """Return a name that TensorFlow takes for a scope."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "_" for c in name)
    return safe if safe[0].isalnum() else f"model{safe}"
