"""Which character stands between the cells of a CSV file, told from its first lines."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")
_LINES = 50


def guess_separator(file: Path) -> str:
    """Return the separator that divides the first lines into the most columns, or the comma where none does.

    One that divides every row as the header counts before one that does not: in ``"a, b";c`` the comma is a part of a
    name. What cannot be read is left to the reader of tables to explain.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(itertools.islice(stream, _LINES))
        return max(SEPARATORS, key=lambda separator: _fit(lines, separator))
    except (OSError, UnicodeDecodeError, csv.Error):
        return SEPARATORS[0]


def _fit(lines: list[str], separator: str) -> tuple[bool, int]:
    """Return whether all rows are as long as the first, which has several cells; and how many it has."""
    widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
    header = widths[0] if widths else 0
    # The last row may have been cut off in the midst of a quoted cell.
    return header > 1 and all(width == header for width in widths[1 : _LINES - 1]), header
