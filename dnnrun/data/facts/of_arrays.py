"""The facts of data that has been read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dnnrun.data.columns import is_text, kind_of, kinds_of_columns
from dnnrun.data.dataset import Array, Dataset, SourceData, by_name, columns_of, row_count
from dnnrun.data.facts import Facts, SourceFacts
from dnnrun.data.table_columns import Kind

MOST_CLASSES = 1000  # more different labels than these are not counted
_ROWS_OF_STREAM = 4096  # of what stays on disk, so many rows are looked at


def facts_of_source(data: SourceData) -> SourceFacts | None:
    """Return what a source holds, or None for one of several inputs or outputs."""
    x, y = data.x, data.y
    kinds = _kinds(data)
    if (isinstance(x, dict) and kinds is None) or isinstance(y, dict):
        return None
    columns = 1 if y.ndim == 1 else math.prod(y.shape[1:])
    has_numbers = y.dtype.kind in "iufb"
    features = list(by_name(x).values())
    numbers = [array for array in features if not is_text(array)]
    has_texts = len(numbers) < len(features)
    if not all(map(_is_finite, numbers)) or (has_numbers and not _is_finite(y)) or not _fit(data, y):
        return None  # it cannot be trained on, and what reads it says so
    shape = None if isinstance(x, dict) or has_texts else tuple(x.shape[1:]) or (1,)
    return SourceFacts(
        rows=row_count(x),
        test_rows=None if data.x_test is None else row_count(data.x_test),
        shape=shape,
        is_whole=shape is not None and all(map(_is_whole, numbers)),
        is_image=bool(data.images),
        input_range=_range_of(numbers),
        label_columns=columns,
        has_numbers=has_numbers,
        has_fractions=has_numbers and not _is_whole(y),
        are_one_hot=has_numbers and y.ndim == 2 and columns > 1 and _is_one_hot(y),
        label_counts=_counts(y, columns),
        label_range=_range(y) if has_numbers else None,
        class_names=data.class_names,
        columns=kinds,
    )


def _kinds(data: SourceData) -> dict[str, Kind] | None:
    """Return the kinds of the columns of a table, by all rows."""
    names, x = data.feature_names, data.x
    if names is None or (isinstance(x, dict) and set(x) != set(names)):
        return None
    columns = x if isinstance(x, dict) else columns_of(x, names)
    return {name: kind_of(columns[name]) for name in names}


def _fit(data: SourceData, y: Array) -> bool:
    """Whether each row has a label, and each number of a class a name."""
    is_named = data.class_names is None or y.dtype.kind not in "iu" or y.max() < len(data.class_names)
    return row_count(data.x) == len(y) and is_named


def facts_of_dataset(data: Dataset) -> Facts | None:
    """Return what a run trains on, once it has been read; None where the outputs have names."""
    if data.has_outputs:
        return None
    looked_at = data.train.spread(_ROWS_OF_STREAM) if data.is_streamed else data.train
    features = list(by_name(looked_at.x).values())
    numbers = [array for array in features if not is_text(array)]
    has_texts = len(numbers) < len(features)
    shapes = data.input_shapes if data.columns is None else {name: (len(of),) for name, of in data.columns.items()}
    kinds = {column: kind for of_input in kinds_of_columns(data).values() for column, kind in of_input.items()}
    y = data.train.labels_of()
    classes = data.class_names or ()
    counts = np.bincount(data.train.class_numbers, minlength=len(classes)).tolist() if classes else []
    return Facts(
        task=data.task,
        rows={name: len(rows) for name, rows in data.splits.items()},
        shapes={} if has_texts else shapes,
        is_whole=not has_texts and all(map(_is_whole, numbers)),
        is_image=bool(data.images),
        input_range=_range_of(numbers),
        are_vectors=y.ndim == 2 and y.shape[1] > 1,
        label_columns=1 if y.ndim == 1 else y.shape[1],
        classes=classes,
        label_counts=tuple(counts),
        label_range=None if classes else _range(y),
        has_fractions=not classes and not _is_whole(y),
        columns=kinds or None,
    )


def _is_whole(numbers: Array) -> bool:
    return numbers.dtype.kind in "iub" or not np.mod(numbers, 1).any()


def _is_finite(numbers: Array) -> bool:
    return numbers.dtype.kind in "iub" or bool(np.isfinite(numbers).all())


def _is_one_hot(y: Array) -> bool:
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def _range_of(arrays: Sequence[Array]) -> tuple[float, float]:
    """Return the least and the greatest number of all; 0 without any."""
    ranges = [_range(array) for array in arrays] or [(0.0, 0.0)]
    return min(least for least, _ in ranges), max(most for _, most in ranges)


def _range(numbers: Array) -> tuple[float, float]:
    return float(numbers.min()), float(numbers.max())


def _counts(y: Array, columns: int) -> dict[str, int] | None:
    if columns > 1:
        return {str(column): int(count) for column, count in enumerate((y != 0).reshape(len(y), -1).sum(axis=0))}
    values, counts = np.unique(y.reshape(len(y)), return_counts=True)
    if len(values) > MOST_CLASSES:
        return None
    return {str(value): count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}
