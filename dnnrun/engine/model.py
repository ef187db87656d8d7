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
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.config.topology import ROWS, Topology
from dnnrun.data.dataset import Dataset, by_name, unwrapped
from dnnrun.engine.activation import with_default_activation
from dnnrun.engine.assembly import Assembly, Flow, part_of_model
from dnnrun.engine.model_function import model_of_function
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.preprocessing import CPU, Pieces, Preparation, PreprocessingList, gives_the_same

_TAKES_NUMBERS_OF_THINGS = {
    "Embedding",
    "ReversibleEmbedding",
    "CategoryEncoding",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
}
_SAVING = ("save", "save_weights", "load_weights", "export")


@dataclass(frozen=True)
class BuiltModel:
    """The models of one config; they share their layers.

    Args:
        trained: takes prepared rows. Whatever saves it, saves `exported`.
        exported: takes raw rows; the same model where there is nothing to prepare.
        preparation: makes prepared rows of raw ones.
        preprocessing: the preprocessing layers, which are those of `preparation` and the first of `trained`.
    """

    trained: keras.Model
    exported: keras.Model
    preparation: Preparation
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
        front = _Front(experiment, dataset, builder, topology)
    with scope():
        trained, exported = _models(experiment, dataset, builder, topology, front)
    if trained is not exported:
        for name in _SAVING:
            setattr(trained, name, getattr(exported, name))
    return BuiltModel(trained, exported, front.preparation, tuple(front.layers))


class _Front:
    """The inputs with their preprocessing, first as far as it is applied once, then the rest.

    Args:
        experiment: the config.
        dataset: whose training rows layers learn from.
        builder: makes the layers.
        topology: tells which layers take the inputs.
    """

    def __init__(
        self, experiment: Experiment, dataset: Dataset, builder: ObjectBuilder, topology: Topology | None
    ) -> None:
        self.inputs = {
            name: keras.Input(shape, dtype=_input_dtype(name, experiment, dataset, topology), name=name or ROWS)
            for name, shape in dataset.input_shapes.items()
        }
        self.assembly = Assembly(builder, self.inputs.values())
        self.layers: list[keras.layers.Layer] = []
        self._lists = {
            name: PreprocessingList(*experiment.dataset.preprocessing_of(name), _pieces(dataset, name), builder)
            for name in self.inputs
        }
        self._flows = {
            name: Flow(tensor, (f"{name or ROWS} {dataset.input_shapes[name]}",))
            for name, tensor in self.inputs.items()
        }
        self.boundaries = {name: self._prepare(name) for name in self.inputs}

    @property
    def preparation(self) -> Preparation:
        """What is applied once."""
        made = {name: tensor for name, tensor in self.boundaries.items() if tensor is not self.inputs[name]}
        if not made:
            return Preparation(tuple(self.inputs))
        needed = {name: self.inputs[name] for name in made}
        return Preparation(tuple(self.inputs), keras.Model(unwrapped(needed), unwrapped(made), name="preparation"))

    def finish(self) -> dict[str, Flow]:
        """Put on the layers that are a part of every step; return what reaches the model's own layers, by input."""
        for name, listed in self._lists.items():
            for layer, component, path in listed:
                self._add(name, _made_here(layer), component, path)
        return self._flows

    def _prepare(self, name: str) -> Any:
        """Put on the layers of an input that are applied once; return what the last of them gives."""
        for layer, component, path in self._lists[name]:
            if not gives_the_same(layer):
                self._lists[name].put_back()
                break
            before = self._flows[name].tensor
            self._add(name, layer, component, path)
            if not gives_the_same(layer):  # it has got weights as it was built
                return before
        return self._flows[name].tensor

    def _add(self, name: str, layer: Any, component: Component, path: ConfigPath) -> None:
        self._flows[name] = self.assembly.add(layer, component, path, [self._flows[name]])
        self.layers.append(layer)


def _pieces(dataset: Dataset, name: str) -> Pieces:
    """Return what gives the training rows of an input."""
    return lambda: (by_name(piece)[name] for piece in dataset.train.pieces())


def _made_here(layer: Any) -> Any:
    """Return a layer with its variables on all devices, if there are several: it was made for one of them."""
    return type(layer).from_config(layer.get_config()) if tf.distribute.has_strategy() else layer


def _models(
    experiment: Experiment, dataset: Dataset, builder: ObjectBuilder, topology: Topology | None, front: _Front
) -> tuple[keras.Model, keras.Model]:
    """Return the model to train and the one to save."""
    config, inputs, is_prepared = experiment.model, unwrapped(front.inputs), front.preparation.model is not None
    flows: dict[int | str, Flow] = {name or ROWS: flow for name, flow in front.finish().items()}
    boundaries = unwrapped(front.boundaries)
    if isinstance(config, Component):
        reached = unwrapped({name: flows[name or ROWS].tensor for name in front.inputs})
        trained, outputs = model_of_function(config, reached, boundaries, dataset, builder)
        return trained, keras.Model(inputs, outputs, name=trained.name) if is_prepared else trained
    assert topology is not None and isinstance(config, ModelConfig)  # noqa: PT018 - they are one question
    for node in with_default_activation(topology, config.activation, builder).nodes:
        layer = builder.build("layers", node.component, node.path)
        taken = [flows[source] for source in node.takes]
        flows[node.position] = front.assembly.add(layer, node.component, node.path, taken)
    ends = zip(experiment.outputs, topology.outputs, strict=True)
    outputs = unwrapped({output.name: flows[position].tensor for output, position in ends})
    name = _model_name(config.name or experiment.run_name)
    exported = keras.Model(inputs, outputs, name=name)
    return part_of_model(boundaries, outputs, name) if is_prepared else exported, exported


def _input_dtype(name: str, experiment: Experiment, dataset: Dataset, topology: Topology | None) -> str:
    """Return int32 for whole numbers that the first layers look something up by; others are for computing with."""
    is_whole = by_name(dataset.train.x)[name].dtype.kind in "iu" and name not in dataset.images
    first = [layer.name for layer in experiment.dataset.preprocessing_of(name)[0][:1]]
    if not first and topology is not None:
        first = [node.component.name for node in topology.takers(name or ROWS)]
    return "int32" if is_whole and first and set(first) <= _TAKES_NUMBERS_OF_THINGS else "float32"


def _model_name(name: str) -> str:
    """Return a name that TensorFlow takes for a scope."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "_" for c in name)
    return safe if safe[0].isalnum() else f"model{safe}"
