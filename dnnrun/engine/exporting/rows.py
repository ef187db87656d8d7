"""The rows that an export is proved on: of the run's data, or, where that is gone, made up in its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Dataset, by_name
from dnnrun.engine.exporting.text_layers import text_layers_of

COUNT = 256
_NUMBERS = 2  # made-up whole numbers are 0 and 1, which every table to look them up in has


@dataclass(frozen=True)
class ProofRows:
    """Rows as the run's model takes them.

    Args:
        x: by what its inputs are called in Keras, each of shape (rows, ...).
        origin: what rows these are: ``test``, ``validation``, ``training`` or ``random``.
        remark: why they are no test rows, in words.
    """

    x: Mapping[str, Array]
    origin: str
    remark: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.x.values())))


def rows_of(dataset: Dataset, model: keras.Model) -> ProofRows:
    """Return rows from all over the test set, or without one from what else there is.

    Args:
        dataset: the data as it was read.
        model: of the run.

    Raises:
        ValueError: the data is not what the model was trained with.
    """
    split = next(name for name in ("test", "validation", "train") if name in dataset.splits)
    arrays = {_called(name, model): array for name, array in by_name(dataset.splits[split].spread(COUNT).x).items()}
    if not len(next(iter(arrays.values()))):
        raise ValueError("it has no rows")
    rows = {tensor.name: _as_taken(tensor, arrays) for tensor in model.inputs}
    origin = "training" if split == "train" else split
    return ProofRows(rows, origin, "" if split == "test" else "the data has no test rows")


def random_rows(model: keras.Model, why: str) -> ProofRows:
    """Return made-up rows, the same ones every time.

    Args:
        model: of the run.
        why: the data cannot be used.
    """
    drawn = np.random.default_rng(0)
    words = np.array(["", *_words_of(model)], dtype=object)
    made = {}
    for tensor in model.inputs:
        shape = (COUNT, *(size or 1 for size in tensor.shape[1:]))
        if tensor.dtype == "string":
            made[tensor.name] = drawn.choice(words, shape)
        elif "int" in tensor.dtype:
            made[tensor.name] = drawn.integers(0, _NUMBERS, shape).astype(tensor.dtype)
        else:
            made[tensor.name] = drawn.standard_normal(shape).astype(tensor.dtype)
    return ProofRows(made, "random", why)


def _called(name: str, model: keras.Model) -> str:
    """Return what Keras calls an input of the data; see `dnnrun.engine.front.RawInput`."""
    return str(model.inputs[0].name) if name == ONLY and len(model.inputs) == 1 else name.replace("/", "_")


def _as_taken(tensor: Any, arrays: Mapping[str, Array]) -> Array:
    if tensor.name not in arrays:
        raise ValueError(f"it has no {tensor.name!r}")
    array = arrays[tensor.name]
    fits = len(array.shape) == len(tensor.shape) and all(
        wanted in (None, size) for wanted, size in zip(tensor.shape[1:], array.shape[1:], strict=True)
    )
    if not fits:
        raise ValueError(f"{tensor.name!r} has shape {array.shape[1:]}, and the model takes {tensor.shape[1:]}")
    return array.astype(object if tensor.dtype == "string" else tensor.dtype)


def _words_of(model: keras.Model) -> list[str]:
    return [
        str(word)
        for layer in text_layers_of(model)
        if hasattr(layer, "get_vocabulary")
        for word in layer.get_vocabulary()
    ]
