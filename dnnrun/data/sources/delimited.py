"""A CSV file as typed columns, by pyarrow; and where it is ragged, empty or no text at all, by reading it with care.

pyarrow is fast, and says nothing of use about a file that it cannot read. Then, or when a message has to name lines,
the file is gone through again in plain Python.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from dnnrun.data.sources import ArgumentError, unreadable
from dnnrun.data.sources.decoding import Counted, decoded, first_bytes, first_undecodable
from dnnrun.data.sources.notations import MISSING, number_in
from dnnrun.data.sources.separator import separator_of
from dnnrun.data.sources.tally import SHOWN
from dnnrun.errors import DataError, Place, Problem

Span = tuple[int, int]
"""The first byte of some rows, and that behind them."""
PIECE = 8 << 20  # bytes, roughly, of rows that are read together
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_SEPARATORS = {",": "','", ";": "';'", "\t": '"\\t"', "|": "'|'"}
_NO_TEXT = {
    b"PAR1": ("a Parquet file", "read it with source: {parquet: {path: ..., target: ...}}"),
    b"PK\x03\x04": ("a spreadsheet or a zip archive", "save the sheet as CSV, in a spreadsheet 'CSV UTF-8'"),
}
_BLOCK = 4 << 20  # bytes that pyarrow takes at a time, and no cell may be longer
_CACHED = 1 << 20  # as many as stay in the processor's cache, where most files are read a third faster
_TYPES = (pa.int64(), pa.float64(), pa.bool_(), pa.string(), pa.null())


@dataclass(frozen=True)
class Notation:
    """How a table is written down.

    Args:
        separator: between two cells; None to tell it from the first lines.
        header: whether the first line names the columns.
        columns: their names, where the first line does not give them, or others are wanted.
        encoding: of the text.
        decimal: what stands before the fraction of a number, a point or a comma.
        missing: what stands for no value, beside what other programs write.
    """

    separator: str | None = None
    header: bool = True
    columns: tuple[str, ...] = ()
    encoding: str = "utf-8"
    decimal: str = "."
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            what = f"the separator must be one character, not {self.separator!r}"
            raise ArgumentError("separator", what, "such as ',' or ';' or \"\\t\"")
        if self.decimal not in (".", ","):
            raise ArgumentError("decimal", f"decimal must be '.' or ',', not {self.decimal!r}", 'write decimal: ","')
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            what = f"there is no encoding {self.encoding!r}"
            raise ArgumentError("encoding", what, "such as utf-8, latin-1, cp1252 or utf-16") from error


class Delimited:
    """A CSV file of which the first line has been read.

    Args:
        file: as the user named it.
        argument: the source's argument that names it.
        notation: how it is written down.

    Raises:
        DataError: it cannot be read, is empty, or its first line cannot name columns.
    """

    def __init__(self, file: Path, argument: str, notation: Notation) -> None:
        self.file, self.notation = file, notation
        self._kept: bytes | None = None  # the text as UTF-8, where the file has something else
        try:
            self._kept = decoded(file, notation.encoding)
            with self._text() as lines:
                self.separator = notation.separator or separator_of(lines)
            with self._text() as lines:
                counted = Counted(lines)
                rows = csv.reader(counted, delimiter=self.separator)
                first = [name.strip() for name in next((row for row in rows if row), [])]
        except OSError as error:
            raise unreadable(argument, file, error) from error
        except csv.Error as error:
            raise DataError(f"{file}: cannot be read as CSV: {error}") from error
        except UnicodeDecodeError as error:
            raise self._not_text() from error
        self.columns = self._names(first)
        self.start = self._mark + counted.bytes if notation.header else self._mark

    def read(
        self, names: Sequence[str], *, as_text: Collection[str] = (), span: Span | None = None, threads: bool = True
    ) -> pa.Table:
        """Return columns of int64, double, bool or trimmed text, null where a cell has no value.

        Args:
            names: of the columns.
            as_text: those of them to give as they are written, even if all cells are numbers.
            span: which rows; None for all of them.
            threads: whether to read on all cores.

        Raises:
            DataError: a row has too few or too many cells, there are no rows, or the file is no text.
        """
        try:
            if not self.separator.isascii():
                raise pa.ArrowInvalid(self.separator)
            table = self._parsed(names, as_text, span, threads)
            odd = [field.name for field in table.schema if field.type not in _TYPES]  # dates, and what is no text
            for name in odd:
                position = table.column_names.index(name)
                table = table.set_column(position, name, self._parsed([name], odd, span, threads).column(name))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError):
            table = self._by_hand(names, span)
        if not len(table):
            self.lines()
        for position, name in enumerate(names):
            table = table.set_column(position, name, self._with_gaps(table.column(name)))
        return table

    def lines(self, upto: int | None = None) -> list[int]:
        """Return the line on which each row begins, counted from 1, by reading the file in plain Python.

        Args:
            upto: how many rows are asked for; None for all of them.

        Raises:
            DataError: as `read`.
        """
        return [line for line, _ in islice(self._rows(), upto)]

    def place(self, rows: Sequence[int], *, more: bool) -> str:
        """Return ``line 7`` or ``lines 7, 9, ...`` for rows that are counted from 0."""
        lines = self.lines(max(rows) + 1)
        listed = ", ".join(str(lines[row]) for row in rows)
        return f"line{'s' if len(rows) > 1 else ''} {listed}{', ...' if more else ''}"

    def spans(self, size: int = PIECE) -> Iterator[Span]:
        """Yield pieces of the file, each of whole rows and of about so many bytes."""
        begin, end = self.start, self._size
        while begin < end:
            length = size
            while begin + length < end and not (cut := _last_row_end(self._bytes((begin, begin + length)))):
                length *= 2  # a row, or what stands between quotes, is longer
            length = min(length, end - begin) if begin + length >= end else cut
            yield begin, begin + length
            begin += length

    @property
    def _size(self) -> int:
        return len(self._kept) if self._kept is not None else self.file.stat().st_size

    def _bytes(self, span: Span) -> bytes:
        if self._kept is not None:
            return self._kept[span[0] : span[1]]
        with self.file.open("rb") as stream:
            stream.seek(span[0])
            return stream.read(span[1] - span[0])

    def _stream(self, span: Span | None) -> pa.NativeFile:
        """Return the text in UTF-8: of a span, or from the first row on."""
        if span is not None:
            return pa.BufferReader(self._bytes(span))
        stream = pa.BufferReader(self._kept) if self._kept is not None else pa.OSFile(str(self.file))
        stream.seek(self.start)
        return stream

    @property
    def _mark(self) -> int:
        """How many bytes a byte order mark takes."""
        begin = self._kept[:3] if self._kept is not None else first_bytes(self.file)
        return 3 if begin[:3] == codecs.BOM_UTF8 else 0

    def _text(self) -> io.TextIOWrapper:
        raw: BinaryIO = io.BytesIO(self._kept) if self._kept is not None else self.file.open("rb")
        return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")

    def _names(self, first: list[str]) -> list[str]:
        file, columns = self.file, list(self.notation.columns)
        if not first:
            begins = "it begins with a line of column names" if self.notation.header else "each line is a row"
            raise DataError(f"{file}: the file is empty", hint=begins)
        if columns and len(columns) != len(first):
            what = (
                f"{file}: columns has {_count(len(columns), 'name')}, and the first line {_count(len(first), 'cell')}"
            )
            raise ArgumentError("columns", what, f"the first line begins with {first[0]!r}")
        names = columns or (first if self.notation.header else [str(number) for number in range(len(first))])
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            what = f"the column {twice[0]!r} stands twice" if twice[0] else "several columns have no name"
            if columns:
                raise ArgumentError("columns", f"{what} in columns", "give each column a name of its own")
            hint = "give each column a name of its own"
            if all(number_in(name) is not None for name in first):
                hint += "; or has the file no line of names? header: false"
            raise DataError(f"{file}: {what} in the first line", hint=hint)
        return names

    def _parsed(self, names: Sequence[str], as_text: Collection[str], span: Span | None, threads: bool) -> pa.Table:
        options = self._options(names, as_text)
        reading = pa_csv.ReadOptions(column_names=self.columns, block_size=_CACHED, use_threads=threads)
        if span is not None:
            with contextlib.suppress(pa.ArrowInvalid):  # which may be of a long cell
                return pa_csv.read_csv(self._stream(span), reading, **options)
        reading.block_size = _BLOCK
        return pa_csv.read_csv(self._stream(span), reading, **options)

    def _options(self, names: Sequence[str], as_text: Collection[str]) -> dict[str, Any]:
        return {
            "parse_options": pa_csv.ParseOptions(delimiter=self.separator, newlines_in_values=True),
            "convert_options": pa_csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(as_text, pa.string()),
                null_values=MISSING,
                strings_can_be_null=True,
                true_values=_TRUE,
                false_values=_FALSE,
                decimal_point=self.notation.decimal,
            ),
        }

    def _by_hand(self, names: Sequence[str], span: Span | None) -> pa.Table:
        """Return the cells as text, by a reader that takes more notations than pyarrow."""
        rows = [row for _, row in self._rows()]  # which also finds what is wrong
        if span is not None:
            text = io.StringIO(self._bytes(span).decode(), newline="")
            rows = [row for row in csv.reader(text, delimiter=self.separator) if row]
        positions = {name: self.columns.index(name) for name in names}
        return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for name, at in positions.items()})

    def _with_gaps(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return cells with null for what stands for no value; text without blanks around it."""
        markers = self.notation.missing
        if cells.type == pa.string():
            cells = pc.utf8_trim_whitespace(cells)
            return pc.if_else(pc.is_in(cells, pa.array([*MISSING, *markers], pa.string())), None, cells)
        numbers = [number for marker in markers if (number := number_in(marker)) is not None]
        if numbers and cells.type in (pa.int64(), pa.float64()):
            is_marker = pc.is_in(pc.cast(cells, pa.float64(), safe=False), pa.array(numbers, pa.float64()))
            return pc.if_else(is_marker, None, cells)
        return cells

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the line on which it begins; raises at the end if rows were ragged."""
        ragged: list[tuple[int, int, int]] = []
        count, width = 0, len(self.columns)
        try:
            with self._text() as lines:
                rows = csv.reader(lines, delimiter=self.separator)
                if self.notation.header:
                    next(row for row in rows if row)
                before = rows.line_num
                for row in rows:
                    if row and len(row) != width:
                        ragged.append((before + 1, rows.line_num, len(row)))
                    elif row:
                        yield before + 1, row
                    count += bool(row)
                    before = rows.line_num
        except UnicodeDecodeError as error:
            raise self._not_text() from error
        except csv.Error as error:
            raise DataError(f"{self.file}: cannot be read as CSV: {error}") from error
        if ragged:
            raise DataError(*self._ragged_problems(ragged))
        if not count:
            hint = "the first line names the columns; rows follow it"
            raise DataError(f"{self.file}: there are no rows below the first line", hint=hint)

    def _ragged_problems(self, ragged: list[tuple[int, int, int]]) -> list[Problem]:
        texts, width = self._lines_at({first for first, _, _ in ragged[:SHOWN]}), len(self.columns)
        problems = []
        for first, last, cells in ragged[:SHOWN]:
            text = texts[first]
            what = f"{_count(cells, 'cell')} where the first line has {_count(width, 'column')}"
            hint = f"the cell that begins with a double quote goes on to line {last}: is a quote missing?"
            where = Place(str(self.file), first, 1, text, len(text))
            problems.append(Problem(what, where, hint if last > first else ""))
        if len(ragged) > SHOWN:
            problems.append(Problem(f"{self.file}: {_count(len(ragged) - SHOWN, 'more row')} like these"))
        if width == 1:
            hint = one_column_hint(self.columns[0])
            problems.append(Problem(f"{self.file}: the first line has one column only", hint=hint))
        elif not problems[-1].hint:
            is_long = any(cells > width for _, _, cells in ragged)
            hint = f"a cell that holds {self.separator!r} must stand in double quotes"
            hint = hint if is_long else f"a cell without a value still needs its {self.separator!r}"
            problems[-1] = Problem(problems[-1].what, problems[-1].where, hint)
        return problems

    def _lines_at(self, wanted: set[int]) -> dict[int, str]:
        with self._text() as lines:
            numbered = enumerate(lines, start=1)
            return {number: line.rstrip("\r\n") for number, line in numbered if number in wanted}

    def _not_text(self) -> DataError:
        with self.file.open("rb") as stream:
            begin = stream.read(4)
        for magic, (what, instead) in _NO_TEXT.items():
            if begin.startswith(magic):
                return DataError(f"{self.file}: {what}, not a text file", hint=instead)
        line = first_undecodable(self._kept if self._kept is not None else self.file)
        hint = "save it again as UTF-8, in a spreadsheet 'CSV UTF-8'; or say what it is, such as encoding: latin-1"
        return DataError(f"{self.file}: not a UTF-8 text file (line {line})", hint=hint)


def _last_row_end(content: bytes) -> int:
    """Return where the last whole row of a text that begins with a row ends, or 0 if none does."""
    end = content.rfind(b"\n") + 1
    while end and content.count(b'"', 0, end) % 2:  # within quotes, which begin further up
        end = content.rfind(b"\n", 0, content.rfind(b'"', 0, end)) + 1
    return end


def one_column_hint(name: str) -> str:
    """Return what to try when everything went into one column of this name."""
    other = next((written for separator, written in _SEPARATORS.items() if separator in name), "';'")
    return f"one column only: is another separator used? separator: {other}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
