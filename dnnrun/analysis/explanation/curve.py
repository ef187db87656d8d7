"""A metric over the epochs as the rules look at it: without what was not measured, and with its noise smoothed away."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.config.directions import Direction, direction_of

Array = np.ndarray[Any, np.dtype[np.float64]]

_EPOCHS_A_WINDOW = 10  # a window of one epoch for each so many, so that ten windows make a curve
_WIDEST = 15  # epochs in a window


@dataclass(frozen=True)
class Curve:
    """The finite values of one metric.

    Args:
        name: as the history has it.
        epochs: at which it was measured, from 1.
        values: one for each of them.
    """

    name: str
    epochs: Sequence[int]
    values: Sequence[float]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def direction(self) -> Direction:
        """Whether more or less of it is better."""
        return direction_of(self.name)

    @property
    def first(self) -> float:
        """The value of the first epoch."""
        return self.values[0]

    @property
    def last(self) -> float:
        """The value of the last epoch."""
        return self.values[-1]

    @property
    def window(self) -> int:
        """How many epochs are taken together, so that their noise averages out."""
        return max(1, min(_WIDEST, len(self) // _EPOCHS_A_WINDOW))

    @functools.cached_property
    def smooth(self) -> Array:
        """The values, each as the mean of a window around it; shape (epochs,).

        At both ends the window gets narrower, so that it never leans to one side.
        """
        values = np.asarray(self.values, dtype=np.float64)
        half = self.window // 2
        sums = np.concatenate([[0.0], np.cumsum(values)])
        position = np.arange(len(values))
        reach = np.minimum(half, np.minimum(position, len(values) - 1 - position))
        return np.asarray((sums[position + reach + 1] - sums[position - reach]) / (2 * reach + 1), dtype=np.float64)

    @functools.cached_property
    def noise(self) -> float:
        """The standard deviation of the jumps about the curve's own course; 0 for fewer than five epochs.

        It is taken from the second differences, in which a straight line vanishes, by their median, which a few large
        jumps do not move.
        """
        if len(self) < 5:
            return 0.0
        bends = np.diff(np.asarray(self.values, dtype=np.float64), n=2)
        return float(1.4826 * np.median(np.abs(bends)) / math.sqrt(6))

    @functools.cached_property
    def best_index(self) -> int:
        """The position of the best value within the window that is best on the whole, the earliest of several."""
        sign = 1 if self.direction == "min" else -1
        middle, half = int(np.argmin(sign * self.smooth)), self.window // 2
        start = max(0, middle - half)
        around = np.asarray(self.values[start : middle + half + 1], dtype=np.float64)
        return start + int(np.argmin(sign * around))

    @property
    def best_epoch(self) -> int:
        """The epoch of the best value."""
        return self.epochs[self.best_index]

    @property
    def best(self) -> float:
        """The best value."""
        return self.values[self.best_index]

    @functools.cached_property
    def level(self) -> float:
        """The best smoothed value: what the curve reached for more than a moment."""
        return float(np.min(self.smooth) if self.direction == "min" else np.max(self.smooth))

    @property
    def end(self) -> float:
        """The mean of the last window."""
        return float(np.mean(self.values[-self.window :]))

    @property
    def end_words(self) -> str:
        """Which epochs `end` is of."""
        if self.window == 1:
            return f"at epoch {self.epochs[-1]}"
        return f"on average over the last {self.window} epochs"

    def at(self, epoch: int) -> float | None:
        """Return the value at an epoch, or None where none was measured."""
        return self.values[self.epochs.index(epoch)] if epoch in self.epochs else None
