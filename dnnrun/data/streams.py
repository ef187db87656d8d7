"""Features that stay on disk as those of a split: which rows of which piece it has, and how a few of them are read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Self

import numpy as np

from dnnrun.data.chunks import Chunks
from dnnrun.data.dataset import Array, Arrays, by_name, mapped

Change = Callable[[Arrays], Arrays]
"""What is done to rows once they are read; it looks at each row for itself."""


class Stream:
    """The features of a split, in the order of their file.

    A stream costs a byte of memory for each row of the source. Reading is safe from several threads.

    Args:
        chunks: the features of the source.
        buffer: how many rows are to be in memory, and shuffled, at a time; None for a default by their size.
    """

    def __init__(self, chunks: Chunks, buffer: int | None = None) -> None:
        self.buffer = buffer
        self._reader = _Reader(chunks)
        self._starts = np.concatenate([[0], np.cumsum(chunks.rows, dtype=np.int64)])
        self._chosen: Array | None = None
        self._changes: tuple[Change, ...] = ()
        self._rows = np.asarray(chunks.rows, dtype=np.int64)
        self._form: Arrays | None = None

    def __len__(self) -> int:
        return int(self._rows.sum())

    @property
    def rows(self) -> Array:
        """How many rows of the split each piece holds, shape (pieces,)."""
        return self._rows

    @property
    def form(self) -> Arrays:
        """Features of no rows: the names, types and shapes of what is read."""
        if self._form is None:
            self._form = mapped(lambda array: array[:0], self._changed(self._reader.sample()))
        return self._form

    def select(self, selection: Array | slice) -> Stream:
        """Return the rows at some positions, which keep the order of the file.

        Args:
            selection: a slice without a step, positions in any order, each once, or a truth for each row.
        """
        chosen = np.zeros(len(self), dtype=bool)
        chosen[selection] = True
        if self._chosen is not None:
            selected_of_all = np.zeros(self._starts[-1], dtype=bool)
            selected_of_all[self._chosen] = chosen
            chosen = selected_of_all
        selected = self._copy()
        selected._chosen = chosen
        bounds = pairwise(self._starts.tolist())
        selected._rows = np.array([np.count_nonzero(chosen[begin:end]) for begin, end in bounds], dtype=np.int64)
        return selected

    def changed(self, change: Change) -> Stream:
        """Return the same rows, with something done to them whenever they are read."""
        changed = self._copy()
        changed._changes, changed._form = (*self._changes, change), None
        return changed

    def take(self, positions: Array | slice) -> Arrays:
        """Read some rows.

        Each piece is read once, in the order in which the positions first come to it, and the last one is remembered.

        Args:
            positions: of rows of the split, counted from 0, in the order in which they are wanted.

        Raises:
            DataError: the file has changed, or is damaged.
        """
        wanted = np.arange(len(self))[positions] if isinstance(positions, slice) else positions
        if not len(wanted):
            return self.form
        ends = np.cumsum(self._rows)
        pieces = np.searchsorted(ends, wanted, side="right")
        found, first = np.unique(pieces, return_index=True)
        gathered = _Gathered(self._reader.sample(), len(wanted))
        for piece in found[np.argsort(first)].tolist():
            at = np.flatnonzero(pieces == piece)
            gathered.add(at, self._rows_of(piece, wanted[at] - (ends[piece] - self._rows[piece])))
        return self._changed(gathered.arrays())

    def pieces(self) -> Iterator[Arrays]:
        """Read all rows, a piece after another, leaving out those without rows of the split."""
        for piece in np.flatnonzero(self._rows).tolist():
            yield self._changed(self._rows_of(piece, slice(None)))

    def spread(self, count: int, pieces: int = 4) -> Array:
        """Return so many positions from all over the split, but from a few pieces only, as each takes time to read."""
        filled = np.flatnonzero(self._rows)
        chosen = np.unique(filled[np.linspace(0, len(filled) - 1, min(pieces, len(filled))).astype(np.int64)])
        ends = np.cumsum(self._rows)
        rows = np.concatenate([np.arange(ends[piece] - self._rows[piece], ends[piece]) for piece in chosen])
        return np.asarray(rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)])

    def _rows_of(self, piece: int, local: Array | slice) -> Arrays:
        if self._chosen is not None:
            local = np.flatnonzero(self._chosen[self._starts[piece] : self._starts[piece + 1]])[local]
        return mapped(lambda array: array[local], self._reader.read(piece))

    def _changed(self, arrays: Arrays) -> Arrays:
        for change in self._changes:
            arrays = change(arrays)
        return arrays

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))
        return copy


class _Reader:
    """Reads pieces, and remembers the last one: a window that ends inside it is followed by one that begins there."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._lock = threading.Lock()
        self._last: tuple[int, Arrays] | None = None
        self._sample: Arrays | None = None

    def sample(self) -> Arrays:
        """Return the features of the first row."""
        if self._sample is None:
            first = next((piece for piece, rows in enumerate(self._chunks.rows) if rows), 0)
            self._sample = mapped(lambda array: array[:1].copy(), self.read(first))
        return self._sample

    def read(self, piece: int) -> Arrays:
        with self._lock:
            if self._last is None or self._last[0] != piece:
                self._last = None  # or there would be two in memory
                self._last = piece, self._chunks.read(piece)
            return self._last[1]


class _Gathered:
    """Rows of several pieces put together, the texts among them in whatever length the longest has.

    Args:
        form: features of some rows.
        count: how many rows there are to be.
    """

    def __init__(self, form: Arrays, count: int) -> None:
        self._form = form
        self._whole = mapped(lambda array: np.empty((count, *array.shape[1:]), _room_for(array)), form)

    def add(self, places: Array, rows: Arrays) -> None:
        """Put rows where they belong."""
        for name, whole in by_name(self._whole).items():
            whole[places] = by_name(rows)[name]

    def arrays(self) -> Arrays:
        """Return all rows."""
        texts = {name for name, array in by_name(self._form).items() if array.dtype.kind == "U"}
        if not isinstance(self._whole, dict):
            return self._whole.astype(str) if texts else self._whole
        return {name: array.astype(str) if name in texts else array for name, array in self._whole.items()}


def _room_for(array: Array) -> np.dtype[Any]:
    return np.dtype(object) if array.dtype.kind == "U" else array.dtype
