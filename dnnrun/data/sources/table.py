"""A CSV file as columns of text: where it is ragged, empty or not text at all, and on which line each row begins."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dnnrun.data.sources import ArgumentError, unreadable
from dnnrun.errors import DataError, Place, Problem

_SHOWN = 5
_SEPARATORS = {";": "';'", "\t": '"\\t"', "|": "'|'"}
# What other programs write into a cell that has no value.
_MISSING = {"", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL"}


@dataclass(frozen=True)
class Table:
    """The cells of a file.

    Args:
        file: as the user named it.
        frame: text without blanks around it, by column.
        lines: the line of the file on which each row begins, from 1.
    """

    file: Path
    frame: pd.DataFrame
    lines: Sequence[int]

    @property
    def columns(self) -> list[str]:
        """The names in the first line."""
        return list(self.frame.columns)

    def column(self, name: str) -> pd.Series[str]:
        """Return the cells of one column; missing where they are empty."""
        text = self.frame[name]
        return text.mask(text.isin(_MISSING))

    def one_column_hint(self) -> str:
        """Return what to try when everything went into one column."""
        return _one_column_hint(self.columns[0])


def read_table(file: Path, argument: str, separator: str) -> Table:
    """Read a CSV file.

    Args:
        file: with a header line.
        argument: the source's argument that names the file.
        separator: what stands between two cells.

    Raises:
        DataError: the file cannot be read, has no rows, or its rows have too few or too many cells.
    """
    if len(separator) != 1 or separator in '"\r\n':
        raise ArgumentError(
            "separator", f"the separator must be one character, not {separator!r}", "such as ',' or ';' or \"\\t\""
        )
    try:
        header, lines = _check_shape(file, separator)
        frame = pd.read_csv(
            file,
            sep=separator,
            encoding="utf-8-sig",
            dtype=str,
            header=0,
            names=header,
            index_col=False,
            keep_default_na=False,
            engine="c" if separator.isascii() else "python",
        )
    except UnicodeDecodeError as error:
        raise _not_text(file) from error
    except OSError as error:
        raise unreadable(argument, file, error) from error
    except (csv.Error, ValueError, pd.errors.ParserError) as error:
        raise DataError(f"{file}: cannot be read as CSV: {error}") from error
    return Table(file, frame.apply(lambda column: column.str.strip()), lines)


def _check_shape(file: Path, separator: str) -> tuple[list[str], list[int]]:
    """Return the header and each row's line; pandas would pad short rows and move the cells of long ones."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=separator)
        header = [name.strip() for name in next((row for row in rows if row), [])]
        if not header:
            raise DataError(f"{file}: the file is empty", hint="it begins with a line of column names")
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            what = f"the column {twice[0]!r} stands twice" if twice[0] else "several columns have no name"
            raise DataError(f"{file}: {what} in the first line", hint="give each column a name of its own")
        lines: list[int] = []
        ragged: list[tuple[int, int, int]] = []
        before = rows.line_num
        for row in rows:
            if row:
                lines.append(before + 1)
            if row and len(row) != len(header):
                ragged.append((before + 1, rows.line_num, len(row)))
            before = rows.line_num
    if ragged:
        raise DataError(*_ragged_problems(file, header, ragged, separator))
    if not lines:
        raise DataError(
            f"{file}: there are no rows below the first line", hint="the first line names the columns; rows follow it"
        )
    return header, lines


def _ragged_problems(
    file: Path, header: list[str], ragged: list[tuple[int, int, int]], separator: str
) -> list[Problem]:
    texts = _texts(file, [first for first, _, _ in ragged[:_SHOWN]])
    problems = []
    for first, last, cells in ragged[:_SHOWN]:
        text = texts[first]
        what = f"{_count(cells, 'cell')} where the first line has {_count(len(header), 'column')}"
        hint = f"the cell that begins with a double quote goes on to line {last}: is a quote missing?"
        problems.append(Problem(what, Place(str(file), first, 1, text, len(text)), hint if last > first else ""))
    if len(ragged) > _SHOWN:
        problems.append(Problem(f"{file}: {_count(len(ragged) - _SHOWN, 'more row')} like these"))
    if len(header) == 1:
        problems.append(Problem(f"{file}: the first line has one column only", hint=_one_column_hint(header[0])))
    else:
        is_long = any(cells > len(header) for _, _, cells in ragged)
        hint = f"a cell that holds {separator!r} must stand in double quotes" if is_long else ""
        hint = hint or f"a cell without a value still needs its {separator!r}"
        problems[-1] = Problem(problems[-1].what, problems[-1].where, problems[-1].hint or hint)
    return problems


def _texts(file: Path, wanted: list[int]) -> dict[int, str]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        numbered = enumerate(stream, start=1)
        return {number: line.rstrip("\r\n") for number, line in numbered if number in wanted}


def _one_column_hint(name: str) -> str:
    other = next((written for separator, written in _SEPARATORS.items() if separator in name), "';'")
    return f"one column only: is another separator used? separator: {other}"


def _not_text(file: Path) -> DataError:
    content = file.read_bytes()
    try:
        content.decode("utf-8")
        line = 1
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    return DataError(
        f"{file}: not a UTF-8 text file (line {line})",
        hint="save it again as UTF-8; in a spreadsheet that is 'CSV UTF-8'",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
