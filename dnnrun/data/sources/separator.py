"""Which character stands between the cells of a CSV file, told from its first lines; no NumPy is needed for it."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable
from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")
_LINES = 50


def guess_separator(file: Path) -> str:
    """Return the separator of a file of UTF-8 text; the comma where it cannot be read, which its reader explains."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return separator_of(stream)
    except (OSError, UnicodeDecodeError):
        return SEPARATORS[0]


def separator_of(stream: Iterable[str]) -> str:
    """Return the separator that divides the first lines into the most columns, or the comma where none does.

    One that divides every row as the header counts before one that does not: in ``"a, b";c`` the comma is a part of a
    name.

    Args:
        stream: the lines of a table, with their ends.
    """
    lines = list(itertools.islice(stream, _LINES))
    try:
        return max(SEPARATORS, key=lambda separator: _fit(lines, separator))
    except csv.Error:
        return SEPARATORS[0]


def _fit(lines: list[str], separator: str) -> tuple[bool, int]:
    """Return whether all rows are as long as the first, which has several cells; and how many it has."""
    widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
    header = widths[0] if widths else 0
    # The last row may have been cut off in the midst of a quoted cell.
    return header > 1 and all(width == header for width in widths[1 : _LINES - 1]), header
