"""A large table looked through once, piece by piece: what its columns are, what is wrong with them, and how long it is.

The labels, and what else there is one of a row, stay in memory; of the features only what is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dnnrun.data.dataset import Array
from dnnrun.data.sources.delimited import Span
from dnnrun.data.sources.table import Table
from dnnrun.data.sources.tally import Tally


@dataclass(frozen=True)
class Piece:
    """Some rows of one of the files of a table.

    Args:
        part: which file, counted from 0.
        span: which rows of it.
        rows: how many they are.
    """

    part: int
    span: Span
    rows: int


@dataclass(frozen=True)
class Looked:
    """What was seen.

    Args:
        pieces: of which the table consists, in order.
        tallies: of each feature.
        numbers: each feature as float32, shape (rows,), NaN where a cell is no number; empty where they were not kept.
    """

    pieces: tuple[Piece, ...]
    tallies: dict[str, Tally]
    numbers: dict[str, Array]


def look_through(table: Table, features: Sequence[str], others: Sequence[str], *, keep: bool) -> Looked:
    """Read a table once; it keeps its other columns.

    Args:
        table: in files of whatever size.
        features: columns to learn from.
        others: columns that stay in memory.
        keep: whether the features do, as numbers.

    Raises:
        DataError: as the readers of the files.
    """
    tallies = {name: Tally() for name in features}
    numbers: dict[str, list[Array]] = {name: [] for name in features if keep}
    kept: dict[str, dict[int, list[pa.ChunkedArray]]] = {name: {} for name in others}
    pieces = []
    for part, span, cells in table.pieces([*features, *others]):
        pieces.append(Piece(part, span, len(cells)))
        for name in features:
            column = table.made(cells.column(name))
            tallies[name].add(column)
            if keep:
                numbers[name].append(column.numbers.astype(np.float32))
        for name in others:
            kept[name].setdefault(part, []).append(_compact(cells.column(name)))
    table.note_lengths([sum(piece.rows for piece in pieces if piece.part == part) for part in range(len(table.files))])
    table.keep({name: list(parts.values()) for name, parts in kept.items()})
    pa.default_memory_pool().release_unused()  # pyarrow would keep it, and whatever comes next does not ask pyarrow
    return Looked(tuple(pieces), tallies, {name: np.concatenate(numbers.pop(name)) for name in list(numbers)})


def _compact(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whole numbers in as few bytes as they fit into: those of all rows are in memory at the same time."""
    if not pa.types.is_integer(cells.type) or len(cells) == cells.null_count:
        return cells
    least, most = pc.min_max(cells).as_py().values()
    fitting = next(bits for bits in (8, 16, 32, 64) if -(2 ** (bits - 1)) <= least and most < 2 ** (bits - 1))
    return cells.cast(f"int{fitting}")
