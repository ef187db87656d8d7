"""Gaps in the features of a table filled by what the training rows have, after the rows were divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, Arrays, Rows
from dnnrun.data.filling import Filled, Filling
from dnnrun.errors import DataError


def fill_gaps(
    parts: Mapping[str, Rows], names: Sequence[str], impute: Mapping[str, Filling], limit: int | None = None
) -> tuple[dict[str, Rows], dict[str, Filled]]:
    """Return the splits without gaps in their features, and what these were filled with, by column.

    Mean, median and most frequent value are those of the training rows; of several that are most frequent it is the
    least, as in scikit-learn's ``SimpleImputer``.

    Args:
        parts: the splits, among them ``train``; features have shape (rows, columns), or (rows, 1) by column.
        names: of the columns, in order.
        impute: how their gaps are filled, by column.
        limit: how many rows of each split are used at most.

    Raises:
        DataError: the training rows have no value of a column to compute its filling from.
    """
    filled: dict[str, Filled] = {}
    done = {split: rows.x for split, rows in parts.items()}
    for position, name in enumerate(names):
        if name not in impute:
            continue
        columns = {split: x[name][:, 0] if isinstance(x, dict) else x[:, position] for split, x in done.items()}
        gaps = {split: _gaps(column) for split, column in columns.items()}
        if not any(gap.any() for gap in gaps.values()):
            continue
        train = slice(None, limit)
        value = _value(columns["train"][train][~gaps["train"][train]], impute[name], name)
        for split, column in columns.items():
            if gaps[split].any():
                done[split] = _with_column(done[split], name, position, np.where(gaps[split], value, column))
        filled[name] = (value, sum(int(gap[:limit].sum()) for gap in gaps.values()))
    return {split: replace(rows, x=done[split]) for split, rows in parts.items()}, filled


def _with_column(x: Arrays, name: str, position: int, column: Array) -> Arrays:
    """Return features with another column in the place of one."""
    if isinstance(x, dict):
        return {**x, name: column.astype(x[name].dtype)[:, None]}
    x = x.copy()
    x[:, position] = column
    return x


def _gaps(column: Array) -> Array:
    if column.dtype == object:
        return np.array([value is None for value in column], dtype=bool)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), dtype=bool)


def _value(values: Array, filling: Filling, name: str) -> float | str:
    if filling.strategy == "constant" and filling.value is not None:
        return filling.value if isinstance(filling.value, str) else float(filling.value)
    if not len(values):
        what = f"the column {name!r} has no value in any training row, so there is no {filling.strategy} to fill in"
        raise DataError(what, hint="leave the column out with 'drop', or fill it with a constant")
    if filling.strategy == "most_frequent":
        different, counts = np.unique(values.astype(str) if values.dtype == object else values, return_counts=True)
        most = different[np.argmax(counts)]
        return str(most) if isinstance(most, str) else _shortest(most, values.dtype)
    of = np.mean if filling.strategy == "mean" else np.median
    return _shortest(of(values.astype(np.float64)), values.dtype)


def _shortest(value: float | np.number[Any], dtype: np.dtype[Any]) -> float:
    """Return the number with the fewest digits that becomes the same one in a column: 35.2, not 35.200000762939453."""
    return float(str(dtype.type(value)))
