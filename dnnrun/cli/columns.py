"""Columns of text side by side, as many as fit on a terminal.

Plain text, as rich's tables would take seconds for ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        heading: what stands above it.
        rank: where not all fit, those of the lowest are kept; one of rank 0 always.
        cells: one a row.
        is_right: whether they stand on the right, as numbers do.
    """

    heading: str
    rank: int
    cells: Sequence[str]
    is_right: bool = False

    @property
    def width(self) -> int:
        """How many characters it takes."""
        return max(cell_len(self.heading), max(map(cell_len, self.cells), default=0))

    def lines(self) -> list[str]:
        """Return heading and cells, padded to one width."""
        width, padded = self.width, []
        for text in (self.heading, *self.cells):
            space = " " * (width - cell_len(text))
            padded.append(space + text if self.is_right else text + space)
        return padded


def lines_of(columns: Sequence[Column], width: int | None) -> list[str]:
    """Return columns as lines, the headings first.

    Args:
        columns: in their order.
        width: characters in a line; columns that do not fit are left out. None: all fit.
    """
    if width is not None:
        columns = _fitting(columns, width)
    return [_GAP.join(cells).rstrip() for cells in zip(*(column.lines() for column in columns), strict=True)]


def printable(text: str) -> str:
    """Return a text from the files of a run on one line, without what would move the cursor of a terminal."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in " ".join(text.split()))


def _fitting(columns: Sequence[Column], width: int) -> list[Column]:
    left, kept = width + len(_GAP), set()
    for index in sorted(range(len(columns)), key=lambda index: columns[index].rank):
        needed = columns[index].width + len(_GAP)
        if needed <= left or columns[index].rank == 0:
            kept.add(index)
            left -= needed
    return [column for index, column in enumerate(columns) if index in kept]
