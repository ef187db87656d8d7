"""The model's default activation: which layers get it."""

from __future__ import annotations

import inspect
import itertools
from dataclasses import replace

import keras

from dnnrun.components import Component
from dnnrun.config.schema import ModelConfig
from dnnrun.engine.objects import ObjectBuilder

# Layers that only apply a function: one of them behind a layer is that layer's activation.
_ACTIVATION_LAYERS = {"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"}


def layers_with_activation(config: ModelConfig, builder: ObjectBuilder) -> tuple[Component, ...]:
    """Return the layers of a stack, the default activation filled in where it belongs.

    It belongs to the layers that take an activation, name none and have none by default (Dense, Conv2D, ..., also
    inside TimeDistributed; not LSTM, whose default is tanh), except the output layer, which is the last of them, and
    except where an activation layer follows before the next of them, as in Dense, BatchNormalization, ReLU.

    Raises:
        ConfigError: a layer of the user's own follows the last of them, so that nobody can tell which is the output.
    """
    if config.activation is None:
        return config.layers
    _refuse_unknown_output(config, builder)
    layers = list(config.layers)
    for index in hidden_layers_to_activate(config):
        layers[index] = _with_activation(layers[index], config.activation)
    return tuple(layers)


def hidden_layers_to_activate(config: ModelConfig) -> list[int]:
    """Return the positions of the layers that `layers_with_activation` fills in."""
    return [
        position
        for position, following in itertools.pairwise(_taking_activation(config))
        if "activation" not in _inner(config.layers[position]).arguments
        and not any(layer.name in _ACTIVATION_LAYERS for layer in config.layers[position + 1 : following])
    ]


def _taking_activation(config: ModelConfig) -> list[int]:
    return [index for index, layer in enumerate(config.layers) if _takes_activation(layer)]


def _refuse_unknown_output(config: ModelConfig, builder: ObjectBuilder) -> None:
    *_, last = _taking_activation(config) or [len(config.layers) - 1]
    own = [layer.name for layer in config.layers[last + 1 :] if layer.is_import_path]
    if own and "activation" not in _inner(config.layers[last]).arguments:
        name = config.layers[last].name
        raise builder.refusal(
            f"{name} is followed by {own[0]}, so it may be the output layer or a hidden one",
            ("model", "layers", last),
            "say whether it gets the model's activation: give it one, or activation: linear",
        )


def _takes_activation(component: Component) -> bool:
    """Whether a layer takes an activation and has none of its own by default."""
    layer = getattr(keras.layers, _inner(component).name, None)
    if layer is None or _inner(component).name in _ACTIVATION_LAYERS:
        return False
    parameter = inspect.signature(layer.__init__).parameters.get("activation")
    return parameter is not None and parameter.default is None


def _inner(component: Component) -> Component:
    wrapped = component.arguments.get("layer")
    return wrapped if component.name == "TimeDistributed" and isinstance(wrapped, Component) else component


def _with_activation(component: Component, activation: Component) -> Component:
    inner = _inner(component)
    filled = replace(inner, arguments={**inner.arguments, "activation": activation})
    return filled if inner is component else replace(component, arguments={**component.arguments, "layer": filled})
