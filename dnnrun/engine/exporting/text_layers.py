"""The layers that make numbers of texts, and a model without them, for formats that know no texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.engine.assembly import part_of_model
from dnnrun.errors import ConfigError


@dataclass(frozen=True)
class WithoutTexts:
    """A model that takes the numbers that were made of texts.

    Args:
        model: the rest of the model; its inputs have the names that they had.
        front: makes what it takes of what the whole model takes.
        layers: what has been left out, by input: each layer's class, arguments and vocabulary.
    """

    model: keras.Model
    front: keras.Model
    layers: Mapping[str, Any]


def text_layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that take texts, in the order of the model."""
    return [
        layer
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer) and any(_is_text(tensor) for tensor in _inputs_of(layer))
    ]


def without_text_layers(model: keras.Model) -> WithoutTexts:
    """Cut a model where its texts have become numbers.

    Raises:
        ConfigError: it takes no texts, or several inputs come together before they are numbers.
    """
    ends = {tensor.name: _end_of(model, tensor) for tensor in model.inputs}
    left_out = {name: layers for name, (_, layers) in ends.items() if layers}
    if not left_out:
        raise ConfigError("the model takes no texts", hint="leave --without-text-layers out")
    begins = {name: tensor for name, (tensor, _) in ends.items()}
    inputs = {name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name) for name, tensor in begins.items()}
    front = part_of_model({tensor.name: tensor for tensor in model.inputs}, begins, "texts_to_numbers")
    behind = part_of_model(begins, model._outputs_struct, "numbers_to_predictions")
    rest = keras.Model(inputs, behind(inputs), name=model.name)
    described = {name: [_described(layer) for layer in layers] for name, layers in left_out.items()}
    return WithoutTexts(rest, front, described)


def front_rows(without: WithoutTexts, rows: Mapping[str, Array]) -> dict[str, Array]:
    """Return rows as the model without its text layers takes them.

    Args:
        without: the model.
        rows: as the whole model takes them, by what its inputs are called in Keras.
    """
    made = without.front({name: keras.ops.convert_to_tensor(row) for name, row in rows.items()}, training=False)
    # What StringLookup really gives need not be of the type that Keras foretells, and casts to behind it.
    dtypes = {tensor.name: tensor.dtype for tensor in without.model.inputs}
    return {name: np.asarray(tensor).astype(dtypes[name]) for name, tensor in made.items()}


def _end_of(model: keras.Model, tensor: Any) -> tuple[Any, list[keras.layers.Layer]]:
    """Return where what begins as a text is numbers, and the layers up to there."""
    passed: list[keras.layers.Layer] = []
    while _is_text(tensor):
        takers = [layer for layer in text_layers_of(model) if any(each is tensor for each in _inputs_of(layer))]
        if len(takers) != 1 or len(_inputs_of(takers[0])) != 1:
            what = f"the texts of {model.inputs[0].name!r} are taken by several layers"
            raise ConfigError(what, hint="--format savedmodel and --format keras take every layer")
        passed.append(takers[0])
        tensor = takers[0].output
    return tensor, passed


def _described(layer: keras.layers.Layer) -> dict[str, Any]:
    config = {key: value for key, value in layer.get_config().items() if _is_plain(value) and key != "vocabulary"}
    vocabulary = layer.get_vocabulary() if hasattr(layer, "get_vocabulary") else None
    named = {"layer": type(layer).__name__, "arguments": config}
    return named if vocabulary is None else {**named, "vocabulary": [str(word) for word in vocabulary]}


def _inputs_of(layer: keras.layers.Layer) -> list[Any]:
    return [tensor for node in layer._inbound_nodes for tensor in node.input_tensors]


def _is_text(tensor: Any) -> bool:
    return bool(tensor.dtype == "string")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
