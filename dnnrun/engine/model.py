"""From the model section of a config, and the data's shapes, to a Keras model that takes the raw rows."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from dnnrun.components import Component
from dnnrun.config.graph import topology_of
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.config.topology import ROWS, Topology
from dnnrun.data.dataset import Dataset, by_name, unwrapped
from dnnrun.engine.activation import with_default_activation
from dnnrun.engine.assembly import Assembly, Flow
from dnnrun.engine.model_function import model_of_function
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.preprocessing import preprocessing_layers

_TAKES_NUMBERS_OF_THINGS = {
    "Embedding",
    "ReversibleEmbedding",
    "CategoryEncoding",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
}


@dataclass(frozen=True)
class BuiltModel:
    """A model, and which of its layers are preprocessing."""

    model: keras.Model
    preprocessing: tuple[keras.layers.Layer, ...]


def build_model(experiment: Experiment, dataset: Dataset, builder: ObjectBuilder) -> BuiltModel:
    """Build the model that a config describes, for the data it will see.

    The preprocessing layers are the first of the model, so that the saved model takes raw rows. Those that learn from
    data (``adapt``) have learnt from the training rows, and from no others, when this returns. Inputs and outputs that
    have names are mappings; otherwise the model has one of each.

    Raises:
        ConfigError: a layer that cannot be made, or does not fit what reaches it, at its line and with the shapes.
    """
    config = experiment.model
    topology = topology_of(experiment, dataset.inputs) if isinstance(config, ModelConfig) else None
    inputs = {
        name: keras.Input(shape, dtype=_input_dtype(name, experiment, dataset, topology), name=name or ROWS)
        for name, shape in dataset.input_shapes.items()
    }
    assembly = Assembly(builder, inputs.values())
    preprocessing: list[keras.layers.Layer] = []
    flows: dict[int | str, Flow] = {}
    for name, tensor in inputs.items():
        flow = Flow(tensor, (f"{name or ROWS} {dataset.input_shapes[name]}",))
        for layer, component, path in preprocessing_layers(experiment, dataset, name, builder):
            flow = assembly.add(layer, component, path, [flow])
            preprocessing.append(layer)
        flows[name or ROWS] = flow
    if isinstance(config, Component):
        reached = {name: flows[name or ROWS].tensor for name in inputs}
        model = model_of_function(config, unwrapped(reached), unwrapped(inputs), dataset, builder)
        return BuiltModel(model, tuple(preprocessing))
    assert topology is not None
    for node in with_default_activation(topology, config.activation, builder).nodes:
        layer = builder.build("layers", node.component, node.path)
        taken = [flows[source] for source in node.takes]
        flows[node.position] = assembly.add(layer, node.component, node.path, taken)
    outputs = {
        output.name: flows[position].tensor
        for output, position in zip(experiment.outputs, topology.outputs, strict=True)
    }
    name = _model_name(config.name or experiment.run_name)
    return BuiltModel(keras.Model(unwrapped(inputs), unwrapped(outputs), name=name), tuple(preprocessing))


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
