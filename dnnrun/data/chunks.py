"""Features that stay on disk because they do not fit into memory: what a source gives in place of an array."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from dnnrun.data.dataset import Arrays


@runtime_checkable
class Chunks(Protocol):
    """The features of a source, in pieces that fit into memory; the labels stay there whole.

    A piece is always read the same, however often and in whatever order, so that a resumed run sees the rows that the
    uninterrupted one saw.
    """

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows each piece has; together all rows, in the order of the labels."""

    def read(self, piece: int) -> Arrays:
        """Return the features of one piece as `SourceData.x` would hold them: the same names, types and row shapes.

        Args:
            piece: which, counted from 0.

        Raises:
            DataError: the file has changed since it was looked through, or is damaged.
        """
