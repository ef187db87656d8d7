"""A table in one file or in several: its columns by name, and how messages say where a row is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from dnnrun.data.dataset import Array
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.column import Column
from dnnrun.data.sources.delimited import Delimited, Notation, Span, one_column_hint
from dnnrun.data.sources.files import origin_of
from dnnrun.data.sources.notations import number_in
from dnnrun.data.sources.tally import SHOWN
from dnnrun.errors import DataError, suggest

LARGE = 128 << 20
"""Bytes of files above which a table is read piece by piece, as all of it at once would take several times as much."""


class TableFile(Protocol):
    """A file that holds a table; of CSV files a `Delimited`."""

    file: Path
    columns: list[str]

    def read(
        self, names: Sequence[str], *, as_text: Sequence[str] = (), span: Span | None = None, threads: bool = True
    ) -> pa.Table:
        """Return columns of the file, null where a cell has no value; of `as_text` as they are written."""

    def spans(self) -> Iterator[Span]:
        """Yield pieces of whole rows, together all of the file, none of them too large for memory."""

    def place(self, rows: Sequence[int], *, more: bool) -> str:
        """Return where rows are, counted from 0, such as ``lines 7, 9, ...``."""


class Table:
    """The rows of one file, or of several below one another.

    Args:
        parts: the files, which have the same columns.
        decimal: what stands before the fraction of a number that is written as text.
        is_typed: whether the files say of themselves which columns are text.
    """

    def __init__(self, parts: Sequence[TableFile], decimal: str = ".", *, is_typed: bool = False) -> None:
        self._parts, self._decimal, self._is_typed = tuple(parts), decimal, is_typed
        self._columns: dict[str, Column] = {}
        self._lengths: list[int] = []
        _check_same_columns(self._parts)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._parts[0].columns

    @property
    def files(self) -> tuple[Path, ...]:
        """What it was read from."""
        return tuple(part.file for part in self._parts)

    @property
    def origin(self) -> str:
        """What messages call it."""
        return origin_of(self.files)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else len(self.column(self.columns[0]))

    def load(self, names: Iterable[str]) -> None:
        """Read columns in one go, so that each need not be looked for on its own."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._columns]
        if not wanted:
            return
        tables = [[part.read(wanted, span=span) for span in self._spans(part)] for part in self._parts]
        self.keep({name: [[t.column(name) for t in of_part] for of_part in tables] for name in wanted})

    def keep(self, columns: Mapping[str, Sequence[Sequence[pa.ChunkedArray]]]) -> None:
        """Take columns that have been read, for each file its pieces; one that has several kinds is read as text."""
        for name, parts in columns.items():
            self._lengths = [sum(map(len, pieces)) for pieces in parts]
            cells = [piece for pieces in parts for piece in pieces]
            if len(kinds := {_family(each.type) for each in cells} - {"nothing"}) > 1:
                if "dates" in kinds:
                    raise DataError(f"{self.origin}: the column {name!r} holds dates in some of the files only")
                cells = self._as_text(name)
            self._columns[name] = self.made(_joined(cells))

    def note_lengths(self, lengths: Sequence[int]) -> None:
        """Take how many rows each file has, where no column is kept that would tell it."""
        self._lengths = list(lengths)

    def forget(self) -> None:
        """Let go of the columns that have been read."""
        self._columns.clear()

    def pieces(self, names: Sequence[str]) -> Iterator[tuple[int, Span, pa.Table]]:
        """Read columns piece by piece: which file it is of, which rows of that, and their cells."""
        for number, part in enumerate(self._parts):
            for span in part.spans():
                yield number, span, part.read(names, span=span)

    def piece(self, part: int, span: Span, names: Sequence[str], *, as_text: Sequence[str] = ()) -> dict[str, Column]:
        """Read one of the pieces again, in one thread only: others are at work meanwhile."""
        table = self._parts[part].read(names, as_text=as_text, span=span, threads=False)
        return {name: self.made(table.column(name)) for name in names}

    def made(self, cells: pa.ChunkedArray) -> Column:
        """Return cells of one of the files as a column."""
        return Column(cells, self._decimal, is_typed=self._is_typed)

    @property
    def bytes(self) -> int:
        """How large the files are together."""
        return sum(file.stat().st_size for file in self.files)

    def _spans(self, part: TableFile) -> Iterable[Span | None]:
        return part.spans() if self.bytes > LARGE else (None,)

    def _as_text(self, name: str) -> list[pa.ChunkedArray]:
        return [
            part.read([name], as_text=[name], span=span).column(name)
            for part in self._parts
            for span in self._spans(part)
        ]

    def column(self, name: str) -> Column:
        """Return one column.

        Raises:
            DataError: it cannot be read; see `Delimited.read`.
        """
        self.load([name])
        return self._columns[name]

    def as_written(self, name: str) -> Column:
        """Return one column as text, numbers as they are written."""
        column = self.column(name)
        if column.is_text:
            return column
        return self.made(_joined(self._as_text(name)))

    def where(self, positions: Array, count: int | None = None) -> str:
        """Return how many rows these are, and where: ``1 row (line 7)`` or ``3 rows (lines 7, 9, 12)``.

        Args:
            positions: of the rows, or of the first of them, counted from 0.
            count: how many there are; None for as many as positions.
        """
        count = len(positions) if count is None else count
        shown = [int(position) for position in positions[:SHOWN]]
        more = count > len(shown)
        places, begin = [], 0
        for part, length in zip(self._parts, self._lengths, strict=True):
            inside = [position - begin for position in shown if begin <= position < begin + length]
            begin += length
            if inside:
                place = part.place(inside, more=more and shown[-1] < begin)
                places.append(place if len(self._parts) == 1 else f"{part.file.name} {place}")
        return f"{count} row{'' if count == 1 else 's'} ({'; '.join(places)})"

    def must_have(self, argument: str, names: Iterable[str]) -> None:
        """Raise `ArgumentError`, with the nearest name, unless there are all of these columns.

        Args:
            argument: of the source, the one that names the columns.
            names: of columns.
        """
        columns = self.columns
        for name in names:
            if name in columns:
                continue
            near = suggest(name, columns)
            listed = f"columns: {', '.join(columns[:20])}{', ...' if len(columns) > 20 else ''}"
            if len(columns) == 1:
                listed += f"\n{self.one_column_hint()}"
            elif columns != [str(number) for number in range(len(columns))] and None not in map(number_in, columns):
                listed += "\nhas the file no line of names? header: false calls the columns 0, 1, 2, ..."
            what = f"{self.files[0]}: there is no column {name!r}"
            raise ArgumentError(argument, what, f"{near}\n{listed}" if near else listed)

    def one_column_hint(self) -> str:
        """Return what to try when everything went into one column."""
        return one_column_hint(self.columns[0])


def read_table(file: Path | Sequence[Path], argument: str = "path", notation: Notation | str | None = None) -> Table:
    """Return the table in a CSV file, or in several; the cells are read when they are asked for.

    Args:
        file: one, or several.
        argument: the source's argument that names the file.
        notation: how it is written down, or the separator; None to tell the separator from the first lines.

    Raises:
        DataError: a file cannot be read or is empty, or its columns are not those of the others.
    """
    if not isinstance(notation, Notation):
        notation = Notation(separator=notation)
    files = [file] if isinstance(file, Path) else file
    return Table([Delimited(one, argument, notation) for one in files], notation.decimal)


def _check_same_columns(parts: Sequence[TableFile]) -> None:
    first = parts[0]
    for part in parts[1:]:
        if part.columns == first.columns:
            continue
        missing = [name for name in first.columns if name not in part.columns]
        other = [name for name in part.columns if name not in first.columns]
        if missing or other:
            what = f"there is no column {missing[0]!r}" if missing else f"there is a column {other[0]!r}"
            than = "which" if missing else "which is not in"
            what = f"{part.file}: {what}, {than} {first.file}{' has' if missing else ''}"
            raise DataError(what, hint="all files of a table have the same columns, in whatever order")


def _family(kind: pa.DataType) -> str:
    if pa.types.is_null(kind):
        return "nothing"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return "numbers"
    return "dates" if pa.types.is_temporal(kind) else str(kind)


def _joined(cells: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """Return columns below one another, integers as floats where others are."""
    types = {each.type for each in cells if not pa.types.is_null(each.type)}
    if len(types) > 1:
        is_whole = all(map(pa.types.is_integer, types))
        types = {max(types, key=lambda each: each.bit_width) if is_whole else pa.float64()}
    kind = types.pop() if types else pa.null()
    return pa.chunked_array([chunk for each in cells for chunk in each.cast(kind).chunks], kind)
