"""The facts of data that has been read."""

from __future__ import annotations

import math

import numpy as np

from dnnrun.data.dataset import Array, Dataset, SourceData, by_name, row_count
from dnnrun.data.facts import Facts, SourceFacts

MOST_CLASSES = 1000  # more different labels than these are not counted
_ROWS_OF_STREAM = 4096  # of what stays on disk, so many rows are looked at


def facts_of_source(data: SourceData) -> SourceFacts | None:
    """Return what a source holds, or None for one of several inputs or outputs."""
    x, y = data.x, data.y
    if isinstance(x, dict) or isinstance(y, dict):
        return None
    columns = 1 if y.ndim == 1 else math.prod(y.shape[1:])
    has_numbers = y.dtype.kind in "iufb"
    if x.dtype.kind in "OU":
        return None  # texts
    if not _is_finite(x) or (has_numbers and not _is_finite(y)):
        return None  # it cannot be trained on, and its reader says so
    return SourceFacts(
        rows=len(x),
        test_rows=None if data.x_test is None else row_count(data.x_test),
        shape=tuple(x.shape[1:]) or (1,),
        is_whole=_is_whole(x),
        is_image=bool(data.images),
        input_range=_range(x),
        label_columns=columns,
        has_numbers=has_numbers,
        has_fractions=has_numbers and not _is_whole(y),
        are_one_hot=has_numbers and y.ndim == 2 and columns > 1 and _is_one_hot(y),
        label_counts=_counts(y, columns),
        label_range=_range(y) if has_numbers else None,
        class_names=data.class_names,
    )


def facts_of_dataset(data: Dataset) -> Facts | None:
    """Return what a run trains on, once it has been read; None where the outputs have names, or features are texts."""
    looked_at = data.train.spread(_ROWS_OF_STREAM) if data.is_streamed else data.train
    features = list(by_name(looked_at.x).values())
    if data.has_outputs or any(x.dtype.kind in "OU" for x in features):
        return None
    y = data.train.labels_of()
    ranges = [_range(x) for x in features]
    classes = data.class_names or ()
    counts = np.bincount(data.train.class_numbers, minlength=len(classes)).tolist() if classes else []
    return Facts(
        task=data.task,
        rows={name: len(rows) for name, rows in data.splits.items()},
        shapes=data.input_shapes,
        is_whole=all(map(_is_whole, features)),
        is_image=bool(data.images),
        input_range=(min(least for least, _ in ranges), max(most for _, most in ranges)),
        are_vectors=y.ndim == 2 and y.shape[1] > 1,
        label_columns=1 if y.ndim == 1 else y.shape[1],
        classes=classes,
        label_counts=tuple(counts),
        label_range=None if classes else _range(y),
        has_fractions=not classes and not _is_whole(y),
    )


def _is_whole(numbers: Array) -> bool:
    return numbers.dtype.kind in "iub" or not np.mod(numbers, 1).any()


def _is_finite(numbers: Array) -> bool:
    return numbers.dtype.kind in "iub" or bool(np.isfinite(numbers).all())


def _is_one_hot(y: Array) -> bool:
    return bool(((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all())


def _range(numbers: Array) -> tuple[float, float]:
    return float(numbers.min()), float(numbers.max())


def _counts(y: Array, columns: int) -> dict[str, int] | None:
    if columns > 1:
        return {str(column): int(count) for column, count in enumerate((y != 0).reshape(len(y), -1).sum(axis=0))}
    values, counts = np.unique(y.reshape(len(y)), return_counts=True)
    if len(values) > MOST_CLASSES:
        return None
    return {str(value): count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}
