"""The cells of one column of a table: which of them are numbers, and which are missing."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dnnrun.data.dataset import Array
from dnnrun.data.sources.notations import TRUTHS, number_in


class Column:
    """The cells of one column.

    Args:
        cells: integers, floats, truths, text, or dates and times; null where a cell has no value.
        decimal: what stands before the fraction of a number that is written as text.
        is_typed: whether the file says of itself what is text, so that digits in it are no numbers.
    """

    def __init__(self, cells: pa.ChunkedArray | pa.Array, decimal: str = ".", *, is_typed: bool = False) -> None:
        self.cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
        self._decimal, self.is_typed = decimal, is_typed

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def is_text(self) -> bool:
        """Whether the cells came as text, of which some or all may be numbers."""
        return bool(pa.types.is_string(self.cells.type))

    @property
    def is_temporal(self) -> bool:
        """Whether the cells came as dates or times."""
        return bool(pa.types.is_temporal(self.cells.type))

    @property
    def is_compact(self) -> bool:
        """Whether the cells came as integers of less than 64 bits."""
        return bool(pa.types.is_integer(self.cells.type)) and self.cells.type.bit_width < 64

    @property
    def integers(self) -> Array:
        """The cells as integers of their own type, shape (rows,), where they came as such and none is missing."""
        return _to_numpy(self.cells)

    @cached_property
    def missing(self) -> Array:
        """Which cells have no value: bool, shape (rows,)."""
        return _to_numpy(pc.is_null(self.cells, nan_is_null=True))

    @cached_property
    def numbers(self) -> Array:
        """The cells as float64, true and false as 1 and 0, NaN where a cell is missing or no number; shape (rows,)."""
        return self._as_numbers(TRUTHS)

    @cached_property
    def plain_numbers(self) -> Array:
        """The same, but NaN where a cell is true or false."""
        if pa.types.is_boolean(self.cells.type):
            return np.full(len(self), np.nan)
        return self._as_numbers({})

    @cached_property
    def wrong(self) -> Array:
        """Which cells have a value that is no number: bool, shape (rows,)."""
        return np.isnan(self.numbers) & ~self.missing

    def words(self) -> list[str]:
        """Return the different texts among the cells that have a value and are no numbers."""
        if not self.is_text or not self.wrong.any():
            return []
        words: list[str] = pc.unique(self.cells.filter(pa.array(self.wrong))).to_pylist()
        return words

    def texts(self) -> Array:
        """Return the cells as text, None where one is missing; of type object, shape (rows,)."""
        cells = self.cells
        if pa.types.is_floating(cells.type):  # as Python writes them
            return np.array([None if value is None else _written(value) for value in cells.to_pylist()], dtype=object)
        encoded = pc.cast(cells, pa.string()).dictionary_encode()
        words = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        return np.asarray(words[_to_numpy(pc.fill_null(encoded.indices, len(words) - 1))])

    def example(self, row: int) -> str:
        """Return one cell as text."""
        value = self.cells[row].as_py()
        return _written(value) if isinstance(value, float) else str(value)

    def _as_numbers(self, words: dict[str, float]) -> Array:
        cells = self.cells
        if pa.types.is_null(cells.type) or self.is_temporal or (self.is_text and self.is_typed):
            return np.full(len(cells), np.nan)
        if not self.is_text:
            return _to_numpy(pc.fill_null(pc.cast(cells, pa.float64(), safe=False), np.nan))
        encoded = cells.dictionary_encode()
        values = [self._number(text, words) for text in encoded.dictionary.to_pylist()]
        return np.asarray(np.array([*values, np.nan])[_to_numpy(pc.fill_null(encoded.indices, len(values)))])

    def _number(self, text: str, words: dict[str, float]) -> float:
        number = number_in(text, self._decimal)
        return words.get(text.lower(), float("nan")) if number is None else number


def _written(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _to_numpy(cells: pa.Array) -> Array:
    return np.asarray(cells.to_numpy(zero_copy_only=False))
