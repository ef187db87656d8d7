"""How good the trained model is: metrics, per-class figures or errors, and what a trivial guess would have scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.engine.feeding import Feed
from dnnrun.engine.hooks import python_logs
from dnnrun.engine.loop import Loop
from dnnrun.engine.measurements import loss_of_one_device, numbers_of
from dnnrun.engine.objects import ObjectBuilder

_SAMPLES = 25
_ACCURACIES = {"accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
_SMALLEST_BATCH = 256
_PROBABILITY_FLOOR = 1e-7  # as Keras clips probabilities in its crossentropies


@dataclass(frozen=True)
class Evaluation:
    """What is known after training.

    Args:
        figures: what evaluation.json holds.
        predictions: arrays for plots: ``true``, ``predicted``, ``predicted_class``, ``sample_rows``, ``sample_inputs``.
    """

    figures: Mapping[str, Any]
    predictions: Mapping[str, Array]


def evaluate(
    model: keras.Model, loop: Loop, experiment: Experiment, dataset: Dataset, builder: ObjectBuilder
) -> Evaluation:
    """Evaluate on the test rows; without any on the validation rows, else on the training rows, and say which."""
    split, rows = next(
        (name, dataset.splits[name]) for name in ("test", "validation", "train") if name in dataset.splits
    )
    feed = Feed.of(rows, max(experiment.batch_size, _SMALLEST_BATCH))
    model.reset_metrics()
    metrics = python_logs(loop.test(feed))
    predicted = _plain_floats(loop.predict(feed))
    figures: dict[str, Any] = {
        "split": "training" if split == "train" else split,
        "rows": len(rows),
        "task": dataset.task,
        "metrics": numbers_of(metrics),
        "trivial": trivial_guess(model, experiment, dataset, rows, builder, columns=_columns(predicted)),
    }
    predictions: dict[str, Array] = {}
    if isinstance(predicted, np.ndarray) and predicted.ndim == 2:
        predictions = {"predicted": predicted, **_samples(dataset, rows)}
        if dataset.task == "classification" and _has_classes(predicted, dataset):
            classes = predicted_classes(predicted, experiment)
            figures["classification"] = classification_figures(rows.class_numbers, classes, dataset)
            predictions |= {"true": rows.class_numbers, "predicted_class": classes}
        elif dataset.task == "regression" and predicted.shape == rows.y.shape:
            figures["regression"] = regression_figures(rows.y, predicted)
            predictions["true"] = rows.y
    return Evaluation(figures, predictions)


def _plain_floats(predicted: Any) -> Any:
    """Return the model's output in a type that NumPy and scikit-learn know: 16-bit floats they do not, or not all."""
    is_known = not isinstance(predicted, np.ndarray) or predicted.dtype in (np.float32, np.float64)
    return predicted if is_known else predicted.astype(np.float32)


def predicted_classes(predicted: Array, experiment: Experiment) -> Array:
    """Return the class number of each row.

    Args:
        predicted: shape (rows, classes), of which the largest wins; or (rows, 1) for two classes, where class 1 begins
            at probability 0.5, or at 0 for logits and for hinge losses.
    """
    if predicted.shape[1] > 1:
        return np.argmax(predicted, axis=1)
    return (predicted[:, 0] > (0.0 if _is_signed(experiment.loss) else 0.5)).astype(np.int64)


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


def trivial_guess(
    model: keras.Model,
    experiment: Experiment,
    dataset: Dataset,
    rows: Rows,
    builder: ObjectBuilder,
    *,
    columns: int | None,
) -> dict[str, Any] | None:
    """Return what a guess without looking scores: the training rows' class shares (so their commonest class), or mean.

    Args:
        model: whose metrics are computed.
        experiment: whose loss is.
        dataset: of whose training rows something is known.
        rows: those to guess at.
        builder: makes the loss.
        columns: how many numbers a row the model gives, or None where that is not one vector.

    Returns:
        ``guess`` in words, and ``metrics`` as Keras computes them for that guess; None where there is no such guess.
    """
    guess = _constant_guess(experiment, dataset, columns)
    if guess is None:
        return None
    words, row = guess
    predicted = np.broadcast_to(row, (len(rows), *row.shape)).astype(np.float32)
    loss = builder.build("losses", experiment.loss, ("loss",))
    loss = keras.losses.get(loss) if isinstance(loss, str) else loss
    model.reset_metrics()
    metrics = numbers_of(model.compute_metrics(rows.x, rows.y, predicted))
    model.reset_metrics()
    metrics["loss"] = _guess_loss(loss, rows, predicted)
    if dataset.task == "classification":  # by definition; Keras's accuracy takes a logit below 0.5 for class 0
        right = float(np.mean(rows.class_numbers == _commonest_class(dataset)))
        metrics |= dict.fromkeys(_ACCURACIES & set(metrics), right)
    return {"guess": words, "metrics": metrics}


def _guess_loss(loss: Any, rows: Rows, predicted: Array) -> float:
    value = loss(rows.y, predicted)
    is_mean = isinstance(loss, keras.losses.Loss)  # a function gives the loss of each row
    return loss_of_one_device(value) if is_mean else float(np.mean(np.asarray(value)))


def _commonest_class(dataset: Dataset) -> int:
    return int(np.argmax(np.bincount(dataset.train.class_numbers)))


def _constant_guess(experiment: Experiment, dataset: Dataset, columns: int | None) -> tuple[str, Array] | None:
    if dataset.task == "regression":
        mean = dataset.train.y.mean(axis=0)
        return ("always the mean of the training rows", mean) if columns == len(mean) else None
    names = dataset.class_names or ()
    counts = np.bincount(dataset.train.class_numbers, minlength=len(names))
    share = counts / counts.sum()
    words = (
        f"always {names[_commonest_class(dataset)]!r}, each class as probable as it is frequent among the training rows"
    )
    if columns == 1 and len(share) == 2:
        return words, _as_output(share[1:], experiment.loss)
    if columns is not None and columns >= len(share) > 1:
        return words, _as_output(np.pad(share, (0, columns - len(share))), experiment.loss)
    return None


def _as_output(probabilities: Array, loss: Component) -> Array:
    """Return probabilities in the form that the model's own output has under its loss."""
    clipped = np.clip(probabilities, _PROBABILITY_FLOOR, 1 - _PROBABILITY_FLOOR)
    if "hinge" in loss.name.lower():
        return np.sign(probabilities - 0.5) if len(probabilities) == 1 else probabilities
    if loss.arguments.get("from_logits"):
        return np.log(clipped) - np.log1p(-clipped) if len(clipped) == 1 else np.log(clipped)
    return probabilities


def _columns(predicted: Any) -> int | None:
    return predicted.shape[1] if isinstance(predicted, np.ndarray) and predicted.ndim == 2 else None


def _is_signed(loss: Component) -> bool:
    return bool(loss.arguments.get("from_logits")) or "hinge" in loss.name.lower()


def _has_classes(predicted: Array, dataset: Dataset) -> bool:
    classes = len(dataset.class_names or ())
    return predicted.shape[1] >= classes or (predicted.shape[1] == 1 and classes == 2)


def _samples(dataset: Dataset, rows: Rows) -> dict[str, Array]:
    """Return the first images, as they are, for a picture of what the model makes of them."""
    if not dataset.is_image:
        return {}
    chosen = np.arange(min(_SAMPLES, len(rows)))
    return {"sample_rows": chosen, "sample_inputs": rows.x[chosen]}
