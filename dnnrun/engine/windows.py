"""Rows that are in memory at the same time, where the model computes: a whole split, or part of one that is on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import keras

from dnnrun.data.dataset import Array
from dnnrun.engine.sharing import tensor_of


@dataclass(frozen=True)
class Window:
    """The rows of some steps.

    Args:
        tensors: what steps are given, as Keras's steps take it: (x, y) or (x, y, weights), each of shape (rows, ...).
        order: the rows that the steps visit, a tensor of shape (rows of the steps,); None for all as they are.
        batch_size: rows a step.
        first: the first of the steps, counted from 0 in the epoch.
        last: the step behind the last one.
    """

    tensors: tuple[Any, ...]
    order: Any
    batch_size: int
    first: int
    last: int


class Steps(Protocol):
    """The steps that go through a split once, or those of an epoch, in windows."""

    @property
    def steps(self) -> int:
        """How many there are."""

    def window(self, step: int) -> Window:
        """Return the window in which a step, counted from 0, finds its rows; the one of the last call costs nothing."""


def as_tensor(array: Array) -> Any:
    """Return an array where the model computes; fractions as Keras's float type, as its own adapters make them."""
    return tensor_of(as_computed(array))


def as_computed(array: Array) -> Array:
    """Return an array in the type that the model gets: fractions in Keras's float type, others in their own."""
    return array.astype(keras.config.floatx(), copy=False) if array.dtype.kind == "f" else array
