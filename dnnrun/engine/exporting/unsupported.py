"""What a converter could not convert, in words: the layers, and what can be done about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import keras

from dnnrun.engine.exporting.formats import FORMATS
from dnnrun.engine.exporting.text_layers import text_layers_of
from dnnrun.engine.objects import in_one_line
from dnnrun.errors import ConfigError

_WITHOUT_TEXTS = "--without-text-layers leaves out what makes numbers of texts, and keeps its vocabulary beside it"
_UNROLLED = "trained with unroll: true in its arguments, a recurrent layer is one that LiteRT can carry"
_ELSEWHERE = "--format savedmodel and --format keras take every layer"


@dataclass(frozen=True)
class Operation:
    """An operation of TensorFlow.

    Args:
        kind: what it does, such as ``StringLower``.
        name: where it is in the graph: the names of what it is in, a slash between them.
    """

    kind: str
    name: str


def unsupported(format_name: str, model: keras.Model, operations: Sequence[Operation]) -> ConfigError:
    """Return the error that names the layers whose operations a format has not got.

    Args:
        format_name: the format.
        model: whose layers these are.
        operations: that it refused.
    """
    title = FORMATS[format_name].title
    kinds = ", ".join(sorted({operation.kind for operation in operations}))
    made_by = [_layer_of(operation, model.layers) for operation in operations]
    layers = [layer for layer in model.layers if any(layer is each for each in made_by)]
    if not layers:
        return ConfigError(f"{title} has no {kinds}, which the model needs", hint=_ELSEWHERE)
    named = " and ".join(f"{layer.name!r} ({type(layer).__name__})" for layer in layers)
    are_text = {layer.name for layer in layers} <= {layer.name for layer in text_layers_of(model)}
    what = f"{title} cannot carry the layer{'s' if len(layers) > 1 else ''} {named}: it has no {kinds}"
    hints = [_WITHOUT_TEXTS] if are_text else [_UNROLLED] if "TensorListReserve" in kinds else []
    return ConfigError(what, hint="\n".join([*hints, _ELSEWHERE]))


def conversion_failed(format_name: str, said: str) -> ConfigError:
    """Return the error for a converter that gave up, with its last words."""
    lines = [line for line in said.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if re.match(r"[\w.]*(Error|Exception)\b", line)), lines[-1:] or "")
    words = in_one_line(ValueError(last if isinstance(last, str) else "".join(last)))
    return ConfigError(f"the model cannot be converted to {FORMATS[format_name].title}: {words}", hint=_ELSEWHERE)


def _layer_of(operation: Operation, layers: Sequence[keras.layers.Layer]) -> keras.layers.Layer | None:
    """Return the layer that made an operation; TensorFlow numbers scopes that have had the same name before."""
    for scope in reversed(operation.name.split("@")[0].split("/")[:-1]):
        for layer in layers:
            if re.fullmatch(rf"{re.escape(layer.name)}(_\d+)?", scope):
                return layer
    return None
