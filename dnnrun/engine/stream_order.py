"""The rows that each epoch of a stream visits: windows of pieces in an order that is drawn, and rows drawn within them.

Rows are shuffled among as many as a window holds, as with the buffer of ``tf.data``'s ``shuffle``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dnnrun.data.dataset import Array

_OF_PIECES, _OF_ROWS = 1, 2  # what is drawn; beside the seed, so that the draws are not alike


@dataclass(frozen=True)
class Span:
    """The rows of a window among all that are gone through, pass after pass, counted from 0.

    Args:
        begin: the first.
        end: behind the last.
        draw: what their order is drawn by, beside the seed.
    """

    begin: int
    end: int
    draw: tuple[int, int]


class StreamOrder:
    """The rows that each epoch visits, window by window: a function of seed and epoch, which a resumed run repeats.

    Without a seed the rows come as they come from memory. Windows hold whole batches, but for the last of a pass.

    Args:
        pieces: how many rows each piece has, shape (pieces,).
        batch_size: rows a step.
        window: rows of a window, at most; a multiple of the batch size.
        seed: of the shuffling, or None to keep the rows in their order.
        steps_per_epoch: steps an epoch, which then goes on where the one before ended; None for one pass an epoch.
    """

    def __init__(
        self, pieces: Array, batch_size: int, *, window: int, seed: int | None, steps_per_epoch: int | None = None
    ) -> None:
        self._pieces, self._rows = pieces, int(pieces.sum())
        self._batch_size, self._window = batch_size, window
        self._seed = seed
        self._steps_per_epoch = steps_per_epoch

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""
        return self._steps_per_epoch or -(-self._rows // self._batch_size)

    def span(self, epoch: int, step: int) -> Span:
        """Return the window that holds the rows of a step."""
        if self._steps_per_epoch is None:
            return self._span_of_pass(epoch, step * self._batch_size // self._window)
        number = (epoch * self._steps_per_epoch + step) * self._batch_size // self._window
        return Span(number * self._window, (number + 1) * self._window, (0, number))

    def after(self, span: Span) -> Span:
        """Return the window that follows."""
        if self._steps_per_epoch is not None:
            return Span(span.end, span.end + self._window, (0, span.draw[1] + 1))
        epoch, number = span.draw
        ends = span.end == (epoch + 1) * self._rows
        return self._span_of_pass(epoch + 1, 0) if ends else self._span_of_pass(epoch, number + 1)

    def first_row(self, epoch: int) -> int:
        """Return the row that an epoch begins with, among all that are gone through."""
        return epoch * (self._rows if self._steps_per_epoch is None else self._steps_per_epoch * self._batch_size)

    def positions(self, span: Span) -> Array:
        """Return the rows of a window as positions in the split, piece by piece, as they are to be read."""
        passes = range(span.begin // self._rows, (span.end - 1) // self._rows + 1)
        return np.concatenate([self._of_pass(number, span) for number in passes])

    def drawn(self, span: Span) -> Array:
        """Return the order in which a window's rows, read as `positions` has them, are visited."""
        if self._seed is None:
            return np.arange(span.end - span.begin, dtype=np.int32)
        random = np.random.default_rng([self._seed, _OF_ROWS, *span.draw])
        return random.permutation(span.end - span.begin).astype(np.int32)

    def _span_of_pass(self, number: int, window: int) -> Span:
        first, end = number * self._rows, (number + 1) * self._rows
        return Span(first + window * self._window, min(first + (window + 1) * self._window, end), (number, window))

    def _of_pass(self, number: int, span: Span) -> Array:
        """Return the positions of those rows of a pass that are in a window."""
        begin, end = span.begin - number * self._rows, span.end - number * self._rows
        pieces = np.arange(len(self._pieces))
        if self._seed is not None:
            pieces = np.random.default_rng([self._seed, _OF_PIECES, number]).permutation(pieces)
        starts = np.cumsum(self._pieces) - self._pieces  # of each piece in the split
        reached = np.cumsum(self._pieces[pieces])  # behind each piece in the pass
        parts = []
        for index in range(np.searchsorted(reached, begin, side="right"), len(pieces)):
            piece, last = pieces[index], int(reached[index])
            first = last - int(self._pieces[piece])
            if first >= end:
                break
            parts.append(np.arange(max(begin - first, 0), min(end, last) - first) + starts[piece])
        return np.concatenate(parts)
