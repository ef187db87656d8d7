"""Labels: what they ask for, which class number each stands for, and the form that the loss wants them in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError

_BLOCK = 2**20  # labels that are looked up at a time: there may be tens of millions


@dataclass(frozen=True)
class Labels:
    """How the labels of a source map to class numbers.

    Args:
        values: the label of each class number; None where labels are one-hot already.
        names: what to call each class.
        is_mapping: whether the labels differ from the class numbers, so that the mapping must be kept.
    """

    values: Array | None
    names: tuple[str, ...]
    is_mapping: bool

    def encode(self, y: Array, split: str) -> Array:
        """Return the class numbers of labels, shape (rows,), or one-hot labels as they are.

        Raises:
            DataError: a label that the training rows do not have.
        """
        if self.values is None:
            return y.astype(np.float32)
        flat = _plain(y)
        order = np.argsort(self.values, kind="stable")
        numbers, wrong = np.empty(len(flat), dtype=np.int64), np.empty(len(flat), dtype=bool)
        for start in range(0, len(flat), _BLOCK):
            block = slice(start, start + _BLOCK)
            found = np.searchsorted(self.values, flat[block], sorter=order)
            numbers[block] = order[np.minimum(found, len(order) - 1)]
            wrong[block] = self.values[numbers[block]] != flat[block]
        if wrong.any():
            unknown = ", ".join(repr(label) for label in np.unique(flat[wrong])[:3].tolist())
            more = ", ..." if len(self.names) > 10 else ""
            raise DataError(
                f"the {split} rows have labels that the training rows do not: {unknown}",
                hint=f"labels of the training rows: {', '.join(self.names[:10])}{more}",
            )
        return numbers


def find_labels(y: Array, class_names: tuple[str, ...] | None) -> Labels:
    """Return the classes in the labels that a source gives for training.

    Args:
        y: labels of any type, shape (rows,) or (rows, 1), or one-hot, shape (rows, classes).
        class_names: the names of classes 0, 1, ... where the source knows them.

    Raises:
        DataError: fewer than two classes, numbers with fractions, or labels that the class names do not cover.
    """
    if y.ndim == 2 and y.shape[1] > 1:
        return _find_one_hot(y, class_names)
    flat = _plain(y)
    if flat.dtype.kind == "f" and np.mod(flat, 1).any():
        raise DataError(
            "the loss or the metrics are for classes, but the labels are numbers with fractions",
            hint="for regression use a loss such as mse and metrics such as mae",
        )
    values = np.unique(flat)
    if len(values) < 2:
        raise DataError(
            f"all {len(flat)} labels are the same ({values.tolist()[0]!r}); there is nothing to learn",
            hint="two classes are the least: is it the right column, or the right array?",
        )
    if class_names is not None:
        return _named(values, class_names)
    is_range = values.dtype.kind in "iuf" and np.array_equal(values, np.arange(len(values)))
    return Labels(values, _names(values), is_mapping=not is_range)


def _find_one_hot(y: Array, class_names: tuple[str, ...] | None) -> Labels:
    bad = np.flatnonzero((y.sum(axis=1) != 1) | ((y != 0) & (y != 1)).any(axis=1))
    if len(bad):
        raise DataError(
            f"labels of {y.shape[1]} columns must be one-hot, and row {bad[0]} (counted from 0) is "
            f"{y[bad[0]].tolist()[:12]}",
            hint="one 1 in each row and 0 elsewhere; several classes a row, or probabilities, cannot be trained on",
        )
    names = class_names or tuple(str(i) for i in range(y.shape[1]))
    if len(names) != y.shape[1]:
        raise DataError(
            f"the labels have {y.shape[1]} columns, but there are {len(names)} class names", hint="one name a column"
        )
    return Labels(None, names, is_mapping=False)


def _named(values: Array, class_names: tuple[str, ...]) -> Labels:
    """Return the classes as the source names them: the numbers 0, 1, ..., or the text labels in the order given."""
    is_text = values.dtype.kind == "U"
    known = np.array(class_names) if is_text else np.arange(len(class_names))
    unknown = values[~np.isin(values, known)][:3].tolist()
    if unknown:
        listed = ", ".join(repr(label) for label in unknown)
        shown = ", ".join(f"{name}" if is_text else f"{i} ({name})" for i, name in enumerate(class_names[:10]))
        raise DataError(f"class_names does not name these labels: {listed}", hint=f"it names: {shown}")
    return Labels(known, class_names, is_mapping=is_text)


def shape_labels(numbers: Array, classes: int, *, one_hot: bool, sparse_loss: bool) -> Array:
    """Return class numbers in the form that a loss takes.

    Args:
        numbers: shape (rows,), or labels that are one-hot already.
        classes: how many classes there are.
        one_hot: give one-hot vectors, shape (rows, classes).
        sparse_loss: whether the loss takes class numbers of shape (rows,); otherwise they get shape (rows, 1).
    """
    if numbers.ndim == 2:
        return numbers
    if one_hot:
        return np.eye(classes, dtype=np.float32)[numbers]
    return numbers if sparse_loss else numbers.reshape(-1, 1).astype(np.float32)


def shape_targets(y: Array) -> Array:
    """Return regression targets as floats of shape (rows, columns)."""
    return y.reshape(len(y), -1).astype(np.float32)


def _plain(labels: Array) -> Array:
    """Return labels as shape (rows,), text as text."""
    flat = labels.reshape(len(labels))
    if flat.dtype.kind == "S":
        return np.char.decode(flat, "utf-8", "replace")
    return flat.astype(str) if flat.dtype.kind in "OU" else flat


def _names(values: Array) -> tuple[str, ...]:
    """Return what to call each label; a float among them is a whole number."""
    plain: Iterable[object] = values.tolist()
    return tuple(str(int(value)) if isinstance(value, float) else str(value) for value in plain)
