"""What is asked of the values that a source gives beside its rows: weights, groups and times, one for each row."""

from __future__ import annotations

import math

import numpy as np

from dnnrun.data.dataset import Array, SourceData, row_count
from dnnrun.errors import DataError


def check_row_values(data: SourceData, origin: str) -> None:
    """Raise `DataError` unless there is one usable weight, group and time for each row, where there are any.

    Args:
        data: what the source gave.
        origin: how messages call it: its file or its name.
    """
    rows = row_count(data.y)
    for values, count, name in (
        (data.weights, rows, "weights"),
        (data.groups, rows, "groups"),
        (data.times, rows, "times"),
        (data.weights_test, None if data.y_test is None else row_count(data.y_test), "weights of the test set"),
    ):
        if values is not None and count is not None:
            _check_form(values, count, f"{origin}: the {name}")
            _check_gaps(values, f"{origin}: the {name}")
    for weights, name in ((data.weights, "weights"), (data.weights_test, "weights of the test set")):
        if weights is not None:
            _check_weights(weights, f"{origin}: the {name}")


def _check_form(values: Array, rows: int, what: str) -> None:
    if values.shape != (rows,):
        raise DataError(f"{what} have shape {values.shape}, and there are {rows} rows", hint=f"give shape ({rows},)")


def _check_gaps(values: Array, what: str) -> None:
    kind = values.dtype.kind
    gaps = np.array([_is_gap(value) for value in values]) if kind == "O" else None
    if kind == "f":
        gaps = np.isnan(values)
    if kind in "mM":
        gaps = np.isnat(values)
    if gaps is not None and gaps.any():
        rows = np.flatnonzero(gaps)
        raise DataError(
            f"{what} are missing in {len(rows)} of {len(values)} rows; the first is row {rows[0]}, counted from 0",
            hint="fill them, or leave these rows out",
        )
    if kind == "O":
        _check_sorts(values, what)


def _is_gap(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _check_sorts(values: Array, what: str) -> None:
    """Refuse Python objects of kinds that cannot be compared: they can be put neither into groups nor into order."""
    try:
        np.unique(values)
    except TypeError as error:
        raise DataError(f"{what} are of several kinds: {error}", hint="give all as texts, or all as numbers") from error


def _check_weights(weights: Array, what: str) -> None:
    if weights.dtype.kind not in "iufb":
        raise DataError(f"{what} are of type {weights.dtype}, not numbers", hint="write them as numbers")
    wrong = np.flatnonzero((weights < 0) | ~np.isfinite(weights))
    if len(wrong):
        raise DataError(
            f"{what} are negative or infinite in {len(wrong)} of {len(weights)} rows; the first is row {wrong[0]}, "
            f"counted from 0, with {weights[wrong[0]].item()!r}",
            hint="a weight is 0 or more: 0 leaves a row out, 2 counts it twice",
        )
    if not weights.any():
        raise DataError(f"{what} are all 0, so that no row would count", hint="give some rows a weight above 0")
