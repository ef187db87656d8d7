"""What the names of losses and metrics say of the task: whether there are classes, and how their labels are written."""

from __future__ import annotations

import re
from typing import Literal

from dnnrun.config.outputs import ONLY, Output

Task = Literal["classification", "regression"]

_CLASSIFYING_LOSSES = ("crossentropy", "hinge", "bce", "dice", "tversky")
_CLASSIFYING_METRICS = {"accuracy", "acc", "precision", "recall", "auc", "f1"}
# Losses that take class numbers, one a row; all others that are for classes take one column, or a one-hot vector.
_TAKE_CLASS_NUMBERS = ("sparse", "circle", "categoricalgeneralized")


def task_of(output: Output, *, one_hot: bool, names_classes: bool, has_numbers: bool) -> Task:
    """Tell classification from regression.

    By the source where it names its classes; else by labels that are not numbers; else by what only makes sense for
    classes: one-hot labels that are asked for, a loss, or a metric.

    Args:
        output: with its loss and metrics.
        one_hot: whether it gets one-hot labels; see `wants_vectors`.
        names_classes: whether the source says what its classes are called.
        has_numbers: whether its labels are numbers.
    """
    if names_classes or not has_numbers or one_hot or is_for_classes(output.loss.name):
        return "classification"
    if any(is_metric_for_classes(metric.name) for metric in output.metrics):
        return "classification"
    return "regression"


def wants_vectors(output: Output, *, one_hot: bool) -> bool:
    """Whether an output gets one-hot labels where the config asks for them: of several those whose loss takes them."""
    letters = _letters(output.loss.name)
    return one_hot and (output.name == ONLY or ("categorical" in letters and not takes_class_numbers(letters)))


def is_for_classes(loss: str) -> bool:
    """Whether the loss of this name only makes sense for classes."""
    return any(part in _letters(loss) for part in (*_CLASSIFYING_LOSSES, *_TAKE_CLASS_NUMBERS))


def is_metric_for_classes(metric: str) -> bool:
    """Whether the metric of this name only makes sense for classes."""
    return bool(_words(metric) & _CLASSIFYING_METRICS)


def takes_class_numbers(loss: str) -> bool:
    """Whether the loss of this name takes class numbers of shape (rows,)."""
    return any(part in _letters(loss) for part in _TAKE_CLASS_NUMBERS)


def _words(name: str) -> set[str]:
    """Return the words of a name such as ``BinaryAccuracy`` or ``my_package:top_k_accuracy``, of the object alone."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+", name.rpartition(":")[2])}


def _letters(name: str) -> str:
    """Return a name so that ``SparseCategoricalCrossentropy`` and ``sparse_categorical_crossentropy`` are one.

    Of an import path it is the object's own name: what its modules are called says nothing.
    """
    return name.rpartition(":")[2].lower().replace("_", "")
