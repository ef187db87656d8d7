"""Why a layer does not fit what reaches it: what it wants, in words, where Keras's own say little to a newcomer."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

import keras

from dnnrun.engine.objects import reason_of

_AXES = {1: "steps", 2: "height, width", 3: "depth, height, width"}
_RECURRENT = (keras.layers.RNN, keras.layers.Bidirectional)
_NDIM = re.compile(r"expected (min_)?ndim=(\d+)")
_SAYS_LITTLE = re.compile(r"^Input \d+ with name '\w+' of layer '[^']*' is incompatible with the layer: ")


@dataclass(frozen=True)
class Misfit:
    """What is wrong, as the end of a sentence about the layer, and what to try, if anything is known to help."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class _Wanted:
    """How many dimensions of a sample a layer wants, what they are, and whether more are welcome."""

    count: int
    axes: str = ""
    or_more: bool = False

    def __str__(self) -> str:
        least = "at least " if self.or_more else ""
        called = f" ({self.axes})" if self.axes else ""
        return f"{least}{self.count} dimension{'s' if self.count != 1 else ''} a sample{called}"


def explain_misfit(layer: keras.Layer, inputs: Any, error: Exception) -> Misfit:
    """Return what Keras means by refusing a layer.

    Args:
        layer: that was called.
        inputs: what it was called on, a symbolic tensor of Keras.
        error: that it raised.
    """
    said, shape = reason_of(error), tuple(inputs.shape)[1:]
    wanted = _wanted_dimensions(layer, said, error)
    if wanted is not None and (len(shape) < wanted.count or (len(shape) > wanted.count and not wanted.or_more)):
        return Misfit(f"it wants {wanted}, not {len(shape)}", _remedy(layer, inputs, shape, wanted))
    if "zero or negative" in said or "leaves nothing" in said:
        return _too_large(layer, shape, said)
    if isinstance(layer, keras.layers.Reshape) and "total size" in said:
        return _other_size(layer, shape)
    if "cropping" in said:
        return Misfit(f"it crops {layer.cropping}, which leaves nothing of {_by(_spatial(layer, shape))}")
    if "missing a required argument" in said or "called on a list" in said:
        return Misfit("it takes several inputs, and gets one", "name what it takes: inputs: [left, right]")
    if isinstance(error, IndexError) and isinstance(getattr(layer, "axis", None), int):
        return Misfit(f"it has no axis {layer.axis}, the rows being axis 0", "axis: -1 is the last one")
    return Misfit(_SAYS_LITTLE.sub("", said))


def _wanted_dimensions(layer: keras.Layer, said: str, error: Exception) -> _Wanted | None:
    """Return what a layer wants, read off its kind and off what Keras says; None where dimensions are not at fault."""
    kind, expected = type(layer).__name__, _NDIM.search(said)
    if isinstance(layer, keras.layers.TimeDistributed):
        inner = _wanted_dimensions(layer.layer, said, error) or _Wanted(1, "features", or_more=True)
        return replace(inner, count=1 + inner.count, axes=f"time steps, {inner.axes}")
    if isinstance(layer, _RECURRENT):
        spatial = _spatial_dimensions(kind)
        return _Wanted(
            2 + spatial, f"time steps, {_with_channels(layer, spatial)}" if spatial else "time steps, features"
        )
    if spatial := _spatial_dimensions(kind):
        return _Wanted(1 + spatial, _with_channels(layer, spatial))
    if isinstance(layer, keras.layers.EinsumDense) and isinstance(error, IndexError):
        return _Wanted(len(layer.equation.split(",")[0]) - 1, f"as its equation {layer.equation} says")
    if expected is not None:
        return _Wanted(int(expected[2]) - 1, or_more=expected[1] is not None)
    return None


def _spatial_dimensions(kind: str) -> int:
    """Return the N of Conv2D, MaxPooling1D, ConvLSTM3D; 0 for other layers."""
    found = re.search(r"([123])D", kind)
    return int(found[1]) if found else 0


def _with_channels(layer: keras.Layer, spatial: int) -> str:
    axes = _AXES[spatial]
    is_first = getattr(layer, "data_format", None) == "channels_first"
    return f"channels, {axes}" if is_first else f"{axes}, channels"


def _remedy(layer: keras.Layer, inputs: Any, shape: tuple[Any, ...], wanted: _Wanted) -> str:
    before = inputs._keras_history.operation
    if len(shape) > wanted.count == 1:
        return "put Flatten before it"
    if len(shape) < wanted.count and isinstance(before, keras.layers.Flatten):
        return "take the Flatten before it out"
    if isinstance(layer, _RECURRENT) and wanted.count == 2:
        return _remedy_for_sequences(before, shape)
    spatial = _spatial_dimensions(type(layer).__name__)
    if len(shape) == spatial and shape[-1] != 1:
        is_first = getattr(layer, "data_format", None) == "channels_first"
        return f"{_put_reshape((1, *shape) if is_first else (*shape, 1))}, for one channel"
    other = type(layer).__name__.replace(f"{spatial}D", f"{len(shape) - 1}D")
    return f"{other} takes that many" if spatial and len(shape) > wanted.count and hasattr(keras.layers, other) else ""


def _remedy_for_sequences(before: Any, shape: tuple[Any, ...]) -> str:
    if len(shape) == 1 and isinstance(before, _RECURRENT):
        return f"give the {type(before).__name__} before it return_sequences: true"
    if len(shape) == 1:
        return f"{_put_reshape((*shape, 1))}, for one feature a time step"
    if None in shape:
        return ""
    steps, *features = shape
    return f"{_put_reshape((steps, math.prod(features)))}, for {steps} time steps"


def _put_reshape(shape: tuple[Any, ...]) -> str:
    return f"put {{Reshape: [{', '.join(map(str, shape))}]}} before it"


def _too_large(layer: keras.Layer, shape: tuple[Any, ...], said: str) -> Misfit:
    """Explain a kernel or a pool that what reaches it has no room for."""
    pool, kernel = getattr(layer, "pool_size", None), getattr(layer, "kernel_size", None)
    size, room = pool or kernel, _by(_spatial(layer, shape))
    if not isinstance(size, tuple | list):
        return Misfit(said)
    what = f"its {'pool' if pool else 'kernel'} of {_by(size)}"
    dilation = getattr(layer, "dilation_rate", 1)
    rates = dilation if isinstance(dilation, tuple | list) else [dilation] * len(size)
    if any(rate != 1 for rate in rates):
        reach = [(length - 1) * rate + 1 for length, rate in zip(size, rates, strict=True)]
        what += f", which dilated reaches over {_by(reach)},"
    return Misfit(f"{what} is larger than the {room} that it is to slide over", "take a smaller one, or padding: same")


def _other_size(layer: keras.layers.Reshape, shape: tuple[Any, ...]) -> Misfit:
    target, has = tuple(layer.target_shape), math.prod(shape)
    wants = math.prod(size for size in target if size != -1)
    multiple = "a multiple of " if -1 in target else ""
    return Misfit(f"{target} takes {multiple}{wants} numbers a sample, not {has}")


def _spatial(layer: keras.Layer, shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a sample's shape without the channels."""
    return shape[1:] if getattr(layer, "data_format", None) == "channels_first" else shape[:-1]


def _by(sizes: Any) -> str:
    return "x".join(map(str, sizes))
