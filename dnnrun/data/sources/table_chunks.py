"""The features of a table that stay in its files: read piece by piece, in any order, with the values of `rows_of`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dnnrun.data.dataset import Arrays
from dnnrun.data.sources.looking import Piece
from dnnrun.data.sources.rows import arranged, feature_of
from dnnrun.data.sources.table import Table
from dnnrun.data.sources.tally import Kind
from dnnrun.errors import DataError


class TableChunks:
    """The features of a table, as `Chunks`.

    Args:
        table: that has been looked through.
        pieces: of which it consists.
        kinds: what each feature is.
    """

    def __init__(self, table: Table, pieces: tuple[Piece, ...], kinds: Mapping[str, Kind]) -> None:
        self._table, self._pieces, self._kinds = table, pieces, kinds
        self._seen = _state(table.files)

    @property
    def rows(self) -> tuple[int, ...]:
        """How many rows each piece has."""
        return tuple(piece.rows for piece in self._pieces)

    def read(self, piece: int) -> Arrays:
        """Return the features of one piece: float32, shape (rows, columns), or each column as shape (rows, 1) by name.

        A gap is NaN, and None among texts, until `imputing` fills it.

        Args:
            piece: which, counted from 0.

        Raises:
            DataError: a file has changed since it was looked through, or is damaged.
        """
        for file, state in _state(self._table.files).items():
            if state != self._seen[file]:
                raise DataError(f"{file}: the file has changed while it was in use", hint="begin again, with resume")
        wanted = self._pieces[piece]
        columns = self._table.piece(wanted.part, wanted.span, list(self._kinds))
        arrays = {name: feature_of(column, self._kinds[name]) for name, column in columns.items()}
        features = arranged(arrays)
        del columns, arrays
        return features


def _state(files: tuple[Path, ...]) -> dict[Path, tuple[int, int]]:
    return {file: ((stat := file.stat()).st_size, stat.st_mtime_ns) for file in files}
