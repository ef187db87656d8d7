"""What is odd about the cells of a column, counted piece by piece, and from this what the column is on the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.data.sources.column import Column
from dnnrun.data.sources.notations import DATE, NEARLY_NUMBER

Kind = Literal["numbers", "text", "dates"]
"""What a column is on the whole: numbers also where some cells are none, or all are in a notation of people's."""

SHOWN = 5
"""How many lines or columns of one kind a message names."""
_LARGEST = float(np.finfo(np.float32).max)
_WORDS = 1000  # of those that are no numbers, enough to tell dates by


@dataclass
class Places:
    """Rows at which something is odd.

    Args:
        count: how many there are.
        first: the first of them, counted from 0, at most `SHOWN`.
        example: the cell in the first of them.
    """

    count: int = 0
    first: list[int] = field(default_factory=list)
    example: str = ""

    def add(self, column: Column, chosen: Array, before: int) -> None:
        """Count the chosen cells of a piece of a column that has so many rows before it."""
        positions = np.flatnonzero(chosen)
        if len(positions) and not self.count:
            self.example = column.example(int(positions[0]))
        self.first += [before + int(position) for position in positions[: SHOWN - len(self.first)]]
        self.count += len(positions)


class Tally:
    """What is odd about a column of features."""

    def __init__(self) -> None:
        self.rows = 0
        self.missing, self.wrong, self.too_large, self.present = Places(), Places(), Places(), Places()
        self._is_temporal = self._is_typed_text = False
        self._words: dict[str, None] = {}

    @classmethod
    def of(cls, column: Column) -> Tally:
        """Return the tally of a whole column."""
        tally = cls()
        tally.add(column)
        return tally

    def add(self, column: Column) -> None:
        """Count in the next piece of the column."""
        self.missing.add(column, column.missing, self.rows)
        self.wrong.add(column, column.wrong, self.rows)
        self.too_large.add(column, np.abs(column.numbers) > _LARGEST, self.rows)
        self.present.add(column, ~column.missing, self.rows)
        self.rows += len(column)
        self._is_temporal |= column.is_temporal
        self._is_typed_text |= column.is_typed and column.is_text
        if len(self._words) < _WORDS:
            self._words |= dict.fromkeys(column.words()[:_WORDS])

    @property
    def kind(self) -> Kind:
        """What the column is: numbers where at least half of its values are."""
        if self._is_temporal:
            return "dates"
        if 2 * self.wrong.count <= self.present.count:
            return "numbers"
        if self._are_mostly(DATE):
            return "dates"
        return "numbers" if not self._is_typed_text and self._are_mostly(NEARLY_NUMBER) else "text"

    def _are_mostly(self, form: re.Pattern[str]) -> bool:
        """Whether most of the different values that are no numbers are written so."""
        return 2 * sum(bool(form.fullmatch(word)) for word in self._words) > len(self._words)
