"""How good predictions are, as evaluation.json tells it: figures of each class, or errors."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnnrun.data.dataset import Array, Dataset


def classification_figures(true: Array, predicted: Array, dataset: Dataset) -> dict[str, Any]:
    """Return precision, recall, F1 and support of each class, and the confusion matrix (rows true, columns predicted).

    Args:
        true: class numbers, shape (rows,).
        predicted: class numbers, shape (rows,).
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support  # noqa: PLC0415 - slow to import

    names = list(dataset.class_names or ())
    numbers = list(range(len(names)))
    precision, recall, f1, support = precision_recall_fscore_support(true, predicted, labels=numbers, zero_division=0)
    return {
        "classes": names,
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "macro_f1": float(np.mean(f1)),
        "confusion_matrix": confusion_matrix(true, predicted, labels=numbers).tolist(),
    }


def regression_figures(true: Array, predicted: Array) -> dict[str, float]:
    """Return mean absolute error, root mean squared error and coefficient of determination, over all columns.

    Args:
        true: shape (rows, columns), in the unit of the target.
        predicted: the same shape.
    """
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error  # noqa: PLC0415 - slow to import

    return {
        "mae": float(mean_absolute_error(true, predicted)),
        "rmse": float(root_mean_squared_error(true, predicted)),
        "r2": float(r2_score(true, predicted)) if len(true) > 1 else float("nan"),
    }


def constant_guess(dataset: Dataset) -> tuple[str, Array]:
    """Return what is guessed without looking at the features, in words and as the prediction of any row.

    For classes that is the share of each among the training rows, shape (classes,); else the mean target, shape
    (columns,).
    """
    if dataset.task == "regression":
        return "always the mean of the training rows", dataset.train.labels_of().mean(axis=0)
    names = dataset.class_names or ()
    counts = np.bincount(dataset.train.class_numbers, minlength=len(names))
    commonest = names[commonest_class(dataset)]
    words = f"always {commonest!r}, each class as probable as it is frequent among the training rows"
    return words, counts / counts.sum()


def commonest_class(dataset: Dataset) -> int:
    """Return the number of the class that most training rows have."""
    return int(np.argmax(np.bincount(dataset.train.class_numbers)))
