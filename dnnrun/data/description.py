"""What a person wants to see of data before training on it: ranges, gaps, label counts and first rows of a split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Dataset, Rows, by_name, columns_of

_FIRST = 5  # rows that are shown


@dataclass(frozen=True, slots=True)
class FeatureDescription:
    """One column of a table, or one array of features.

    Args:
        name: of the column or input; `ONLY` for the only array.
        shape: of one row.
        dtype: of its numbers.
        least: the least number; None for texts, and where all are missing.
        mean: of all numbers.
        greatest: the greatest number.
        missing: how many values are missing.
        different: how many different texts there are; None for numbers.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    least: float | None
    mean: float | None
    greatest: float | None
    missing: int
    different: int | None


@dataclass(frozen=True, slots=True)
class SplitDescription:
    """One split.

    Args:
        rows: how many.
        features: the columns of a table, or the arrays.
        label_counts: of each output, how many rows have each class; None for regression.
        label_ranges: of each output for regression, the least, the mean and the greatest target.
        first: the first rows: the values of each column or array, and the labels under each output's name.
    """

    rows: int
    features: tuple[FeatureDescription, ...]
    label_counts: Mapping[str, Mapping[str, int] | None]
    label_ranges: Mapping[str, tuple[float, float, float] | None]
    first: tuple[tuple[Mapping[str, Array], Mapping[str, str]], ...]


def describe_splits(data: Dataset) -> dict[str, SplitDescription]:
    """Return what is to be seen of every split, by its name; what stays on disk is read once, piece by piece."""
    return {name: _describe(rows, data) for name, rows in data.splits.items()}


def features_of(rows: Rows, data: Dataset) -> dict[str, Array]:
    """Return the features of rows in memory by name: each column of a table, shape (rows, 1), or each array."""
    return _by_column(by_name(rows.x), data)


def label_names(rows: Rows, data: Dataset, output: str = ONLY) -> list[str]:
    """Return the labels of rows as a person calls them: names of classes, or numbers."""
    of_one = rows.of_output(output)
    names = data.targets[output].class_names
    labels = by_name(of_one.y)[output]
    if names:
        return [names[number] for number in Rows(of_one.x, labels).class_numbers]
    return [", ".join(f"{number:g}" for number in np.atleast_1d(label).tolist()) for label in labels]


class _Running:
    """Least, mean and greatest over pieces of one array."""

    def __init__(self, name: str, piece: Array) -> None:
        self.name, self.shape, self.dtype = name, piece.shape[1:], piece.dtype
        self.least, self.greatest, self.total, self.count, self.missing = np.inf, -np.inf, 0.0, 0, 0
        self.texts: set[str] = set()

    def add(self, piece: Array) -> None:
        if piece.dtype.kind not in "iufb":
            given = [text for text in piece.reshape(-1).tolist() if text is not None and text == text]  # noqa: PLR0124
            self.texts.update(map(str, given))
            self.missing += piece.size - len(given)
            return
        fits = np.isfinite(piece) if piece.dtype.kind == "f" else np.ones(1, bool)
        self.missing += int(piece.size - fits.sum()) if piece.dtype.kind == "f" else 0
        numbers = piece[fits] if not fits.all() else piece
        if numbers.size:
            self.least = min(self.least, float(numbers.min()))
            self.greatest = max(self.greatest, float(numbers.max()))
            self.total += float(numbers.sum(dtype=np.float64))
            self.count += numbers.size

    def described(self) -> FeatureDescription:
        has_numbers = self.count > 0
        return FeatureDescription(
            self.name,
            tuple(self.shape),
            "text" if self.dtype.kind in "OSU" else str(self.dtype),
            self.least if has_numbers else None,
            self.total / self.count if has_numbers else None,
            self.greatest if has_numbers else None,
            self.missing,
            len(self.texts) if self.dtype.kind in "OSU" else None,
        )


def _describe(rows: Rows, data: Dataset) -> SplitDescription:
    running: dict[str, _Running] = {}
    for piece in rows.pieces():
        for name, array in _by_column(by_name(piece), data).items():
            running.setdefault(name, _Running(name, array)).add(array)
    counts: dict[str, Mapping[str, int] | None] = {}
    ranges: dict[str, tuple[float, float, float] | None] = {}
    for output, target in data.targets.items():
        counts[output] = ranges[output] = None
        y = rows.labels_of(output)
        if target.class_names:
            found = np.bincount(Rows(rows.x, y).class_numbers, minlength=len(target.class_names)).tolist()
            counts[output] = dict(zip(target.class_names, found, strict=False))
        else:
            ranges[output] = float(y.min()), float(y.mean()), float(y.max())
    return SplitDescription(
        len(rows), tuple(each.described() for each in running.values()), counts, ranges, _first(rows, data)
    )


def _first(rows: Rows, data: Dataset) -> tuple[Any, ...]:
    few = rows.take(np.arange(min(_FIRST, len(rows))))
    columns = features_of(few, data)
    labels = {output: label_names(few, data, output) for output in data.targets}
    return tuple(
        ({name: array[row] for name, array in columns.items()}, {name: of_all[row] for name, of_all in labels.items()})
        for row in range(len(few))
    )


def _by_column(arrays: dict[str, Array], data: Dataset) -> dict[str, Array]:
    names = data.feature_names
    found: dict[str, Array] = {}
    for input_name, array in arrays.items():
        own = names.get(input_name) if isinstance(names, dict) else names
        is_table = own is not None and array.ndim == 2 and array.shape[1] == len(own)
        found |= columns_of(array, own) if is_table and own is not None else {input_name: array}
    return found
