"""From the model section of a config, and the data's shape, to a Keras model that takes the raw rows."""

from __future__ import annotations

import inspect
from typing import Any

import keras

from dnnrun.components import Component, ConfigPath
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.engine.activation import layers_with_activation
from dnnrun.engine.misfit import explain_misfit
from dnnrun.engine.objects import ObjectBuilder, in_one_line, reason_of
from dnnrun.engine.preprocessing import preprocessing_layers
from dnnrun.errors import ConfigError

_STEPS = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics")
_TAKES_NUMBERS_OF_THINGS = {
    "Embedding",
    "ReversibleEmbedding",
    "CategoryEncoding",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
}
_OFFERED = "a function of the input's shape and the number of classes: def make(input_shape, classes)"


def build_model(experiment: Experiment, dataset: Dataset, builder: ObjectBuilder) -> keras.Model:
    """Build the model that a config describes, for the data it will see.

    The preprocessing layers are the first of the model, so that the saved model takes raw rows. Those that learn from
    data (``adapt``) have learnt from the training rows, and from no others, when this returns.

    Raises:
        ConfigError: a layer that cannot be made, or does not fit what reaches it, at its line and with the shapes.
    """
    config = experiment.model
    inputs = keras.Input(dataset.input_shape, dtype=_input_dtype(experiment, dataset), name="rows")
    stack = _Stack(builder, inputs, dataset.input_shape)
    for layer, component, path in preprocessing_layers(experiment, dataset, builder):
        stack.add(layer, component, path)
    if isinstance(config, Component):
        return _from_function(config, stack.outputs, inputs, dataset, builder)
    for index, component in enumerate(layers_with_activation(config, builder)):
        path = ("model", "layers", index)
        stack.add(builder.build("layers", component, path), component, path)
    return keras.Model(inputs, stack.outputs, name=_model_name(config.name or experiment.run_name))


class _Stack:
    """Layers put on top of one another, with the shapes on the way kept for messages."""

    def __init__(self, builder: ObjectBuilder, inputs: Any, shape: tuple[int, ...]) -> None:
        self.outputs = inputs
        self._builder = builder
        self._names = {inputs.name}
        self._trail = [f"rows {shape}"]

    def add(self, layer: Any, component: Component, path: ConfigPath) -> None:
        if not isinstance(layer, keras.layers.Layer):
            raise self._builder.refusal(f"{component.name} is no Keras layer: it gives {type(layer).__name__}", path)
        if layer.name in self._names:
            raise self._builder.refusal(f"two layers are named {layer.name!r}", path, "give one of them another name")
        self._names.add(layer.name)
        try:
            outputs = layer(self.outputs)
        except Exception as error:
            raise self._misfit(layer, component, path, error) from error
        if not hasattr(outputs, "shape"):
            raise self._builder.refusal(
                f"{component.name} gives several outputs, and a stack has one", path, "take return_state out"
            )
        shape = tuple(outputs.shape)[1:]
        if 0 in shape:  # Keras before 3.15 goes on with nothing
            raise self._misfit(layer, component, path, ValueError(f"it leaves nothing, an output of shape {shape}"))
        self.outputs = outputs
        self._trail.append(f"{component.name} {shape}")

    def _misfit(self, layer: Any, component: Component, path: ConfigPath, error: Exception) -> ConfigError:
        shape, misfit = tuple(self.outputs.shape)[1:], explain_misfit(layer, self.outputs, error)
        return self._builder.refusal(
            f"{component.name} does not fit what reaches it, of shape {shape}: {misfit.reason}",
            path,
            f"{misfit.remedy}\nshapes on the way: {' -> '.join(self._trail)}".lstrip(),
        )


def _from_function(
    component: Component, outputs: Any, inputs: Any, dataset: Dataset, builder: ObjectBuilder
) -> keras.Model:
    """Call a user's function with the shape of its input and, if it takes them, the number of classes."""
    path = ("model",)
    function = builder.load(component, path)
    offered = {"input_shape": tuple(outputs.shape)[1:], "classes": len(dataset.class_names or ())}
    try:
        takes = inspect.signature(function).parameters
        given = {name: value for name, value in offered.items() if name in takes and name not in component.arguments}
        made = function(*component.positional, **{**given, **component.arguments})
    except Exception as error:
        raise builder.refusal(
            f"{component.name} failed: {type(error).__name__}: {in_one_line(error)}", path, _OFFERED
        ) from error
    if not isinstance(made, keras.Model):
        raise builder.refusal(f"{component.name} returned {type(made).__name__}, not a Keras model", path, _OFFERED)
    try:
        result = made(outputs)
    except Exception as error:
        raise builder.refusal(
            f"the model that {component.name} returned does not take what reaches it, of shape "
            f"{tuple(outputs.shape)[1:]}: {reason_of(error)}",
            path,
            _OFFERED,
        ) from error
    if not hasattr(result, "shape"):
        raise builder.refusal(f"the model that {component.name} returned has several outputs", path, "return one")
    if inputs is outputs:
        return made
    _refuse_to_wrap(made, component, builder)
    return keras.Model(inputs, result, name=made.name)


def _refuse_to_wrap(made: keras.Model, component: Component, builder: ObjectBuilder) -> None:
    """Preprocessing puts the model inside another, whose steps are Keras's: a step of the model's own would be lost."""
    lost = [name for name in _STEPS if getattr(type(made), name) is not getattr(keras.Model, name)]
    if lost:
        raise builder.refusal(
            f"the model that {component.name} returned has a {lost[0]} of its own, which preprocessing would hide",
            ("model",),
            "set dataset.preprocess: [] and put these layers into the model",
        )


def _input_dtype(experiment: Experiment, dataset: Dataset) -> str:
    """Return int32 for whole numbers that the first layer looks something up by; others are for computing with."""
    model = experiment.model
    layers = [*(experiment.dataset.preprocess or ()), *(() if isinstance(model, Component) else model.layers)]
    is_whole = dataset.train.x.dtype.kind in "iu" and not dataset.is_image
    return "int32" if is_whole and layers and layers[0].name in _TAKES_NUMBERS_OF_THINGS else "float32"


def _model_name(name: str) -> str:
    """Return a name that TensorFlow takes for a scope."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "_" for c in name)
    return safe if safe[0].isalnum() else f"model{safe}"
