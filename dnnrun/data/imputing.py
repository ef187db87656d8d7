"""Gaps in the features of a table filled by what the training rows have, after the rows were divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, Arrays, Rows, columns_of
from dnnrun.data.filling import Filled, Filling
from dnnrun.errors import DataError

_AT_ONCE = 2**26  # numbers of columns that stay on disk which are in memory at once to compute fillings from


def fill_gaps(
    parts: Mapping[str, Rows], names: Sequence[str], impute: Mapping[str, Filling]
) -> tuple[dict[str, Rows], dict[str, Filled]]:
    """Return the splits without gaps in their features, and what these were filled with, by column.

    Mean, median and most frequent value are those of the training rows; of several that are most frequent it is the
    least, as in scikit-learn's ``SimpleImputer``. Features that stay on disk are read to count and to compute, and
    filled whenever they are read.

    Args:
        parts: the splits, among them ``train``; features have shape (rows, columns), or (rows, 1) by column.
        names: of the columns, in order.
        impute: how their gaps are filled, by column.

    Raises:
        DataError: the training rows have no value of a column to compute its filling from.
    """
    counts = Counter[str]()
    for rows in parts.values():
        for columns in _columns(rows, names, impute):
            counts.update({name: int(_gaps(column).sum()) for name, column in columns.items()})
    with_gaps = [name for name in names if counts[name]]
    values = _values(parts["train"], names, {name: impute[name] for name in with_gaps})
    fill = partial(fill_with, names=names, values=values)
    return {split: rows.with_features(fill) if values else rows for split, rows in parts.items()}, {
        name: (values[name], counts[name]) for name in with_gaps
    }


def _columns(rows: Rows, names: Sequence[str], wanted: Mapping[str, Any]) -> Iterator[dict[str, Array]]:
    """Yield the wanted columns, shape (rows,), piece by piece."""
    for x in rows.pieces():
        columns = x if isinstance(x, dict) else columns_of(x, names)
        yield {name: columns[name].reshape(len(columns[name])) for name in names if name in wanted}


def _gaps(column: Array) -> Array:
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=bool)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), dtype=bool)


def fill_with(x: Arrays, names: Sequence[str], values: Mapping[str, float | str]) -> Arrays:
    """Return features with values in their gaps; the array itself where it has none."""
    filled: dict[str, Array] = {}
    columns = x if isinstance(x, dict) else columns_of(x, names)
    for name, value in values.items():
        column = columns[name]
        gaps = _gaps(column.reshape(len(column)))
        if gaps.any():
            filled[name] = column.copy()
            filled[name][gaps] = value
    if not filled:
        return x
    if isinstance(x, dict):
        return {**x, **filled}
    x = x.copy()
    for name, column in filled.items():
        x[:, list(names).index(name)] = column.reshape(len(column))
    return x


def _values(train: Rows, names: Sequence[str], impute: Mapping[str, Filling]) -> dict[str, float | str]:
    """Return what fills each column, reading those that stay on disk few at a time."""
    at_once = max(1, _AT_ONCE // max(1, len(train))) if train.stream is not None else len(impute)
    constants = {name: filling.value for name, filling in impute.items() if filling.value is not None}
    values = {name: value if isinstance(value, str) else float(value) for name, value in constants.items()}
    computed = [name for name in impute if name not in values]
    for begin in range(0, len(computed), at_once):
        group = {name: _Present(impute[name].strategy) for name in computed[begin : begin + at_once]}
        for columns in _columns(train, names, group):
            for name, column in columns.items():
                group[name].add(column[~_gaps(column)])
        values |= {name: present.value(name) for name, present in group.items()}
    return values


class _Present:
    """The values of a column that are no gaps: numbers all of them, as a median needs them; of texts how often each.

    Args:
        strategy: ``mean``, ``median`` or ``most_frequent``.
    """

    def __init__(self, strategy: str) -> None:
        self._strategy = strategy
        self._numbers: list[Array] = []
        self._texts = Counter[str]()

    def add(self, values: Array) -> None:
        """Take those of one piece."""
        if values.dtype == object:
            self._texts.update(map(str, values))
        else:
            self._numbers.append(values)

    def value(self, name: str) -> float | str:
        """Return what is to be filled in; raises DataError where there is no value."""
        if self._texts:
            return min(self._texts, key=lambda text: (-self._texts[text], text))
        numbers = np.concatenate(self._numbers) if self._numbers else np.empty(0)
        if not len(numbers):
            strategy = self._strategy
            what = f"the column {name!r} has no value in any training row, so there is no {strategy} to fill in"
            raise DataError(what, hint="leave the column out with 'drop', or fill it with a constant")
        if self._strategy == "most_frequent":
            different, counts = np.unique(numbers, return_counts=True)
            return _shortest(different[np.argmax(counts)], numbers.dtype)
        of = np.mean if self._strategy == "mean" else np.median
        return _shortest(of(numbers.astype(np.float64)), numbers.dtype)


def _shortest(value: float | np.number[Any], dtype: np.dtype[Any]) -> float:
    """Return the number with the fewest digits that becomes the same one in a column: 35.2, not 35.200000762939453."""
    return float(str(dtype.type(value)))
