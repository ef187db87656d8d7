"""Rows as the loop takes them: tensors that stay in memory in their compact type, and the order of every epoch.

Rows that stay on disk have a feed of their own, `StreamedFeed`; `feed_of` chooses, and nobody else needs to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.data.dataset import Array, Rows
from dnnrun.engine.streaming import StreamedFeed
from dnnrun.engine.windows import Steps, Window, as_tensor


@dataclass(frozen=True)
class Feed:
    """One split, ready to be cut into batches.

    Args:
        x: features, shape (rows, ...), in their own type, but for float64, which Keras too makes its own float type.
        y: labels, shape (rows,) or (rows, columns); like ``x`` a mapping where there are names.
        weights: of each row in the loss, shape (rows,), or None.
        batch_size: rows a step; the last step of a pass has what remains.
    """

    x: Any
    y: Any
    weights: Any
    batch_size: int

    @classmethod
    def of(cls, rows: Rows, batch_size: int, weights: Array | None = None) -> Feed:
        """Put rows into memory where the model computes.

        Args:
            rows: of a split.
            batch_size: rows a step.
            weights: of each row in the loss, in place of the rows' own.
        """
        x, y = keras.tree.map_structure(as_tensor, (rows.x, rows.y))
        weights = row_weights(rows, None) if weights is None else weights
        return cls(x, y, None if weights is None else as_tensor(weights), batch_size)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(keras.tree.flatten(self.x)[0].shape[0])

    @property
    def steps(self) -> int:
        """How many steps go through all rows once."""
        return -(-self.rows // self.batch_size)

    @property
    def tensors(self) -> tuple[Any, ...]:
        """What a step is given, as Keras's steps take it: (x, y) or (x, y, weights)."""
        return (self.x, self.y) if self.weights is None else (self.x, self.y, self.weights)

    def order(self, *, seed: int | None, steps_per_epoch: int | None = None) -> Order:
        """Return the order in which epochs visit the rows; see `Order`."""
        return Order(self.rows, self.batch_size, seed=seed, steps_per_epoch=steps_per_epoch)

    def epoch(self, order: Any, number: int) -> Steps:
        """Return the steps of an epoch, counted from 0."""
        return _Epoch(Window(self.tensors, tf.constant(order.of_epoch(number)), self.batch_size, 0, order.steps))

    def window(self, step: int) -> Window:
        """Return all rows, in their own order, in which every step finds its own."""
        return Window(self.tensors, None, self.batch_size, 0, self.steps)

    def close(self) -> None:
        """Do nothing: rows that are in memory stay there."""


@dataclass(frozen=True)
class _Epoch:
    """The steps of an epoch, in one window."""

    whole: Window

    @property
    def steps(self) -> int:
        return self.whole.last

    def window(self, step: int) -> Window:
        return self.whole


AnyFeed = Feed | StreamedFeed


def feed_of(rows: Rows, batch_size: int, weights: Array | None = None) -> AnyFeed:
    """Make rows ready to be cut into batches: in memory, or read while they are needed where they stay on disk."""
    weights = row_weights(rows, None) if weights is None else weights
    return Feed.of(rows, batch_size, weights) if rows.stream is None else StreamedFeed(rows, batch_size, weights)


def row_weights(rows: Rows, class_weight: Mapping[int, float] | None) -> Array | None:
    """Return the weight of every row in the loss, shape (rows,), or None where all weigh the same.

    It is the row's own, as ``fit(sample_weight=...)`` takes it, times that of its class, as ``fit(class_weight=...)``
    makes it; where Keras is given both, it refuses them.
    """
    own = None if rows.weights is None else rows.weights.astype(keras.config.floatx())
    if class_weight is None:
        return own
    table = np.ones(max(class_weight) + 1, dtype=keras.config.floatx())
    for number, weight in class_weight.items():
        table[number] = weight
    by_class = np.asarray(table[rows.class_numbers])
    return by_class if own is None else own * by_class


class Order:
    """The row numbers that each epoch visits: a pure function of seed and epoch, so that a resumed run repeats it.

    Args:
        rows: how many rows there are.
        batch_size: rows a step.
        seed: of the shuffling, or None to keep the rows in their order.
        steps_per_epoch: steps an epoch, which then goes on where the one before ended; None for one pass an epoch.
    """

    def __init__(self, rows: int, batch_size: int, *, seed: int | None, steps_per_epoch: int | None = None) -> None:
        self._rows = rows
        self._batch_size = batch_size
        self._seed = seed
        self._steps_per_epoch = steps_per_epoch

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""
        return self._steps_per_epoch or -(-self._rows // self._batch_size)

    def of_epoch(self, epoch: int) -> Array:
        """Return the row numbers of an epoch, counted from 0; shape (rows of the epoch,)."""
        if self._steps_per_epoch is None:
            return self._pass(epoch)
        count = self._steps_per_epoch * self._batch_size
        begin = epoch * count
        passes = range(begin // self._rows, (begin + count - 1) // self._rows + 1)
        rows = np.concatenate([self._pass(number) for number in passes])
        return rows[begin - passes.start * self._rows :][:count]

    def _pass(self, number: int) -> Array:
        if self._seed is None:
            return np.arange(self._rows, dtype=np.int32)
        drawn = np.random.default_rng([self._seed, number]).permutation(self._rows)
        return drawn.astype(np.int32)
