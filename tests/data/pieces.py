"""Features in pieces, made by hand, for the tests of whatever takes streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dnnrun.data.dataset import Arrays, Rows, mapped
from dnnrun.data.streams import Stream


class Pieces:
    """Rows in memory that are read as if they lay on disk, noting which pieces are read."""

    def __init__(self, x: Arrays, sizes: Sequence[int]) -> None:
        self._x, self._starts = x, np.concatenate([[0], np.cumsum(sizes)])
        self.rows = tuple(sizes)
        self.was_read: list[int] = []

    def read(self, piece: int) -> Arrays:
        self.was_read.append(piece)
        first, last = self._starts[piece : piece + 2]
        return mapped(lambda array: array[first:last].copy(), self._x)


def streamed(rows: Rows, sizes: Sequence[int], buffer: int | None = None) -> Rows:
    """Return the same rows with their features in pieces of so many."""
    stream = Stream(Pieces(rows.x, sizes), buffer)
    return replace(rows, x=stream.form, stream=stream)
