"""Labels: what they ask for, which class number each stands for, and the form that the loss wants them in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, SourceData, Task
from dnnrun.errors import DataError

_CLASSIFYING_LOSSES = ("crossentropy", "hinge", "bce", "dice", "tversky")
_CLASSIFYING_METRICS = ("accuracy", "acc", "precision", "recall", "auc", "f1")


def infer_task(source: SourceData, experiment: Experiment) -> Task:
    """Tell classification from regression.

    By the source where it names its classes; else by labels that are not numbers; else by a loss, or a metric, that
    only makes sense for classes.
    """
    if source.class_names is not None or source.y.dtype.kind not in "iuf":
        return "classification"
    words = [experiment.loss.name.lower()]
    if any(part in word for word in words for part in _CLASSIFYING_LOSSES):
        return "classification"
    metrics = [metric.name.lower() for metric in experiment.metrics]
    if any(part in word for word in metrics for part in _CLASSIFYING_METRICS):
        return "classification"
    return "regression"


@dataclass(frozen=True)
class Labels:
    """How the labels of a source map to class numbers.

    Args:
        values: the label of each class number, in sorted order; None where labels are one-hot already.
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
        flat = _as_text_if_mixed(y.reshape(len(y)))
        if flat.dtype.kind != self.values.dtype.kind and "U" in (flat.dtype.kind, self.values.dtype.kind):
            unknown = flat[:3].tolist()
        else:
            numbers = np.searchsorted(self.values, flat)
            clipped = np.minimum(numbers, len(self.values) - 1)
            wrong = self.values[clipped] != flat
            if not wrong.any():
                return clipped.astype(np.int64)
            unknown = np.unique(flat[wrong])[:3].tolist()
        listed = ", ".join(repr(label) for label in unknown)
        raise DataError(
            f"the {split} rows have labels that the training rows do not: {listed}",
            hint=f"labels of the training rows: {', '.join(self.names[:10])}",
        )


def find_labels(y: Array, class_names: tuple[str, ...] | None) -> Labels:
    """Return the classes in the labels of the training rows.

    Args:
        y: labels of any type, shape (rows,) or (rows, 1), or one-hot, shape (rows, classes).
        class_names: the names of classes 0, 1, ... where the source knows them.

    Raises:
        DataError: fewer than two classes, numbers with fractions, or more classes than names.
    """
    if y.ndim == 2 and y.shape[1] > 1:
        names = class_names or tuple(str(i) for i in range(y.shape[1]))
        _check_names(names, y.shape[1])
        return Labels(None, names, is_mapping=False)
    flat = _as_text_if_mixed(y.reshape(len(y)))
    if flat.dtype.kind == "f" and not np.equal(np.mod(flat, 1), 0).all():
        raise DataError(
            "the loss or the metrics are for classes, but the labels are numbers with fractions",
            hint="for regression use a loss such as mse and metrics such as mae",
        )
    values = np.unique(flat)
    if class_names is not None and values.dtype.kind in "iufb":
        _check_names(class_names, int(values.max()) + 1)
        values = np.arange(len(class_names))
    if len(values) < 2:
        raise DataError(f"all labels are the same ({values.tolist()[0]!r}); there is nothing to learn")
    is_range = values.dtype.kind in "iuf" and np.array_equal(values, np.arange(len(values)))
    return Labels(values, class_names or _names(values), is_mapping=not is_range)


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


def _as_text_if_mixed(labels: Array) -> Array:
    return labels.astype(str) if labels.dtype.kind in "OSU" else labels


def _names(values: Array) -> tuple[str, ...]:
    plain: Iterable[object] = values.tolist()
    return tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in plain)


def _check_names(names: tuple[str, ...], classes: int) -> None:
    if len(names) < classes:
        raise DataError(f"there are {classes} classes in the labels but {len(names)} class names")
