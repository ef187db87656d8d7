"""Tables of many rows with marked cells, headings over several lines: rich's own take ten times as long to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.text import Text

_GAP = 2


@dataclass(frozen=True, slots=True)
class TextColumn:
    """One column.

    Args:
        heading: broken at its spaces where it is wider than the cells.
        align: numbers stand on the right.
        cells: a text and its style for each row.
    """

    heading: str
    align: Literal["left", "right"]
    cells: Sequence[tuple[str, str]]

    @property
    def width(self) -> int:
        """How wide the column is: as its widest cell, or the longest word of its heading."""
        return max([cell_len(word) for word in self.heading.split()] + [cell_len(text) for text, _ in self.cells])


def lines_of(columns: Sequence[TextColumn]) -> Iterator[Text]:
    """Yield the headings, those of one line at the bottom, and the rows; no line is broken."""
    widths = [column.width for column in columns]
    stacks = [_broken(column.heading, width) for column, width in zip(columns, widths, strict=True)]
    height = max(map(len, stacks))
    for level in range(height):
        words = [stack[level - height + len(stack)] if level >= height - len(stack) else "" for stack in stacks]
        yield _line([(word, "cyan") for word in words], columns, widths)
    for cells in zip(*(column.cells for column in columns), strict=True):
        yield _line(cells, columns, widths)


def _broken(heading: str, width: int) -> list[str]:
    """Return the lines of a heading, each as full as it gets."""
    lines: list[str] = []
    for word in heading.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _line(cells: Sequence[tuple[str, str]], columns: Sequence[TextColumn], widths: Sequence[int]) -> Text:
    line = Text(no_wrap=True)
    for position, ((text, style), column, width) in enumerate(zip(cells, columns, widths, strict=True)):
        space = " " * (width - cell_len(text))
        is_last = position == len(columns) - 1
        line.append(space if column.align == "right" else "")
        line.append(text, style or None)
        line.append("" if is_last else (space if column.align == "left" else "") + " " * _GAP)
    line.rstrip()
    return line
