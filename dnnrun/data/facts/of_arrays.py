"""The facts of data that has been read."""

from __future__ import annotations

import numpy as np

from dnnrun.data.dataset import Array, Dataset, SourceData
from dnnrun.data.facts import Facts, SourceFacts

MOST_CLASSES = 1000  # more different labels than these are not counted


def facts_of_source(data: SourceData) -> SourceFacts:
    """Return what a source holds."""
    columns = 1 if data.y.ndim == 1 else data.y.shape[1]
    has_numbers = data.y.dtype.kind in "iufb"
    return SourceFacts(
        rows=len(data.x),
        test_rows=None if data.x_test is None else len(data.x_test),
        shape=tuple(data.x.shape[1:]) or (1,),
        is_whole=data.x.dtype.kind in "iub" or not np.mod(data.x, 1).any(),
        is_image=data.is_image,
        input_range=_range(data.x),
        label_columns=columns,
        has_numbers=has_numbers,
        label_counts=_counts(data.y, columns),
        label_range=_range(data.y) if has_numbers else None,
        class_names=data.class_names,
    )


def facts_of_dataset(data: Dataset) -> Facts:
    """Return what a run trains on, once it has been read."""
    x, y = data.train.x, data.train.y
    classes = data.class_names or ()
    counts = np.bincount(data.train.class_numbers, minlength=len(classes)).tolist() if classes else []
    return Facts(
        task=data.task,
        rows={name: len(rows) for name, rows in data.splits.items()},
        shape=data.input_shape,
        is_whole=x.dtype.kind in "iub" or not np.mod(x, 1).any(),
        is_image=data.is_image,
        input_range=_range(x),
        are_vectors=y.ndim == 2 and y.shape[1] > 1,
        label_columns=1 if y.ndim == 1 else y.shape[1],
        classes=classes,
        label_counts=tuple(counts),
        label_range=None if classes else _range(y),
    )


def _range(numbers: Array) -> tuple[float, float]:
    return float(numbers.min()), float(numbers.max())


def _counts(y: Array, columns: int) -> dict[str, int] | None:
    if columns > 1:
        return {str(column): int(count) for column, count in enumerate((y != 0).sum(axis=0))}
    values, counts = np.unique(y.reshape(len(y)), return_counts=True)
    if len(values) > MOST_CLASSES:
        return None
    return {str(value): count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}
