"""Shapes and weights along the layers of a model, as far as they can be told from the config alone.

What is not known of one layer is not known of those behind it; the engine, which asks Keras, knows the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.components import Component

Shape = tuple[int, ...]

_UNCHANGED = {
    "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianDropout",
    "GaussianNoise", "LayerNormalization", "LeakyReLU", "Normalization", "PReLU", "RandomBrightness", "RandomContrast",
    "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling", "Softmax",
    "SpatialDropout1D", "SpatialDropout2D", "UnitNormalization",
}  # fmt: skip
_RECURRENT = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}  # how many gates


@dataclass(frozen=True)
class Reached:
    """What is known of a layer where it stands.

    Args:
        takes: the shape of what reaches it, without the batch; None where that is not known.
        gives: the shape of what it makes of it, likewise.
        weights: how many trainable numbers it has, likewise.
    """

    takes: Shape | None
    gives: Shape | None
    weights: int | None


def follow(layer: Component, takes: Shape | None) -> Reached:
    """Return what a layer makes of a shape."""
    if takes is None:
        return Reached(None, None, None)
    if layer.name in _UNCHANGED:
        normalizes = {"BatchNormalization": 2, "LayerNormalization": 2, "PReLU": 1}.get(layer.name, 0)
        return Reached(takes, takes, normalizes * takes[-1] if takes else 0)
    known = _KNOWN.get(layer.name)
    try:
        gives, weights = known(layer.arguments, takes) if known else (None, None)
    except (KeyError, TypeError, ValueError, IndexError):  # arguments or shapes that do not fit: others report them
        gives, weights = None, None
    if gives is None or not all(isinstance(number, int) for number in (*gives, weights)):
        return Reached(takes, None, None)  # what is no number has been multiplied, or is a function of the user's own
    return Reached(takes, gives, weights)


def _dense(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
    units = arguments["units"]
    return (*takes[:-1], units), takes[-1] * units + _bias(arguments, units)


def _flatten(_: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
    return (math.prod(takes),), 0


def _reshape(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
    shape = tuple(arguments["target_shape"])
    rest = -math.prod(shape)
    return tuple(math.prod(takes) // rest if side == -1 else side for side in shape), 0


def _convolution(rank: int) -> Callable[[Mapping[str, Any], Shape], tuple[Shape, int]]:
    def of(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
        *sides, channels = takes
        if len(sides) != rank or arguments.get("data_format") == "channels_first":
            raise ValueError(takes)
        kernel = _each(arguments["kernel_size"], rank)
        dilation = _each(arguments.get("dilation_rate", 1), rank)
        reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
        filters = arguments["filters"]
        weights = math.prod(kernel) * channels // arguments.get("groups", 1) * filters + _bias(arguments, filters)
        return (*_windows(sides, reach, _each(arguments.get("strides", 1), rank), arguments), filters), weights

    return of


def _pooling(rank: int) -> Callable[[Mapping[str, Any], Shape], tuple[Shape, int]]:
    def of(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
        *sides, channels = takes
        if len(sides) != rank or arguments.get("data_format") == "channels_first":
            raise ValueError(takes)
        size = _each(arguments.get("pool_size", 2), rank)
        return (*_windows(sides, size, _each(arguments.get("strides") or size, rank), arguments), channels), 0

    return of


def _global_pooling(_: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
    return takes[-1:], 0


def _embedding(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
    return (*takes, arguments["output_dim"]), arguments["input_dim"] * arguments["output_dim"]


def _recurrent(gates: int) -> Callable[[Mapping[str, Any], Shape], tuple[Shape, int]]:
    def of(arguments: Mapping[str, Any], takes: Shape) -> tuple[Shape, int]:
        steps, width = takes
        units = arguments["units"]
        biases = 2 if gates == _RECURRENT["GRU"] and arguments.get("reset_after", True) else 1
        weights = gates * (units * (width + units) + (biases * units if arguments.get("use_bias", True) else 0))
        return ((steps, units) if arguments.get("return_sequences") else (units,)), weights

    return of


def _each(value: Any, rank: int) -> Shape:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _windows(sides: Iterable[int], size: Shape, strides: Shape, arguments: Mapping[str, Any]) -> Shape:
    if arguments.get("padding", "valid") == "valid":
        return tuple((side - window) // stride + 1 for side, window, stride in zip(sides, size, strides, strict=True))
    return tuple(-(-side // stride) for side, stride in zip(sides, strides, strict=True))


def _bias(arguments: Mapping[str, Any], units: int) -> int:
    return units if arguments.get("use_bias", True) else 0


_KNOWN: dict[str, Callable[[Mapping[str, Any], Shape], tuple[Shape, int]]] = {
    "Dense": _dense,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Embedding": _embedding,
    **{f"Conv{rank}D": _convolution(rank) for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": _pooling(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": _global_pooling for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{name: _recurrent(gates) for name, gates in _RECURRENT.items()},
}
