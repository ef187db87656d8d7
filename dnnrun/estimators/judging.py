"""What an estimator says about rows, and how good that is: under the names and by the definitions of Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dnnrun.components import Component
from dnnrun.config.measures import BY_DEFAULT, KNOWN, Measure, is_of_task, logged_name, measure_of
from dnnrun.config.schema import Experiment
from dnnrun.config.tasks import Task
from dnnrun.data.dataset import Array, Arrays, Dataset, Rows, Target, row_count
from dnnrun.errors import ConfigError, Problem
from dnnrun.running.figures import constant_guess

_PROBABILITY_FLOOR = 1e-7  # as Keras clips probabilities in its crossentropies


@dataclass(frozen=True)
class Said:
    """What is said about rows.

    Args:
        numbers: probabilities or scores, shape (rows, classes); or values, shape (rows, columns).
        classes: class numbers, shape (rows,); None for regression.
        are_probabilities: whether the numbers of classes add up to 1.
    """

    numbers: Array
    classes: Array | None = None
    are_probabilities: bool = False


def say(estimator: Any, x: Arrays, target: Target) -> Said:
    """Return what a fitted estimator says about rows.

    Args:
        estimator: with the features before it, so that it takes raw rows.
        x: the rows.
        target: what it tells.
    """
    if target.task == "regression":
        return Said(np.asarray(estimator.predict(x), np.float64).reshape(row_count(x), -1))
    names = target.class_names or ()
    if hasattr(estimator, "predict_proba"):
        probabilities = _by_class(estimator.predict_proba(x), estimator.classes_, len(names))
        # Most estimators predict the most probable class; of those that do not, what they predict counts.
        return Said(probabilities, np.asarray(estimator.predict(x)), are_probabilities=True)
    classes = np.asarray(estimator.predict(x))
    return Said(np.eye(len(names))[classes] * 2 - 1, classes)


def guess(rows: Rows, dataset: Dataset) -> tuple[str, Said]:
    """Return what is said without looking, in words and of every row."""
    words, row = constant_guess(dataset)
    numbers = np.broadcast_to(row, (len(rows), len(row)))
    if dataset.task == "regression":
        return words, Said(numbers)
    return words, Said(numbers, np.full(len(rows), int(np.argmax(row))), are_probabilities=True)


def metrics_of(experiment: Experiment, task: Task) -> dict[str, Measure]:
    """Return what is to be measured, by the name under which it is logged.

    Raises:
        ConfigError: a metric that needs Keras, or does not fit the task, at its line.
    """
    named = experiment.metrics if isinstance(experiment.metrics, tuple) else ()
    found: dict[str, Measure] = {}
    for index, metric in enumerate(named):
        measure = measure_of(metric)
        if measure is None or not is_of_task(measure, task):
            what = f"{metric.name} cannot be measured of a model of scikit-learn for {task}"
            raise ConfigError(Problem(what, experiment.place(("metrics", index)), f"known: {KNOWN}"))
        found[logged_name(metric) or metric.name] = measure
    return found or _named(BY_DEFAULT[task])


def measure(said: Said, rows: Rows, metrics: Mapping[str, Measure]) -> dict[str, float]:
    """Return the loss, where there is one, and the metrics, by name.

    The loss is the mean of -log of the probability of the right class (for those that give probabilities), or the mean
    squared error, by the rows' weights where they have any. The metrics count every row alike, as Keras's do.
    """
    found: dict[str, float] = {}
    losses = losses_of_rows(said, rows)
    if losses is not None:
        found["loss"] = float(np.mean(losses))
    for name, wanted in metrics.items():
        value = _of_numbers(wanted, said, rows) if said.classes is None else _of_classes(wanted, said, rows)
        if value is not None:
            found[name] = value
    return found


def losses_of_rows(said: Said, rows: Rows) -> Array | None:
    """Return what each row adds to the loss, shape (rows,), times its weight; None where there is no loss.

    With weights the loss is the sum of the weighted by the number of rows, as Keras has it.
    """
    if said.classes is None:
        losses = np.mean((said.numbers - rows.labels_of()) ** 2, axis=1)
    elif said.are_probabilities:
        right = said.numbers[np.arange(len(rows)), rows.class_numbers]
        losses = -np.log(np.clip(right, _PROBABILITY_FLOOR, 1 - _PROBABILITY_FLOOR))
    else:
        return None
    return np.asarray(losses if rows.weights is None else losses * rows.weights)


def _named(metric: Component) -> dict[str, Measure]:
    measured = measure_of(metric)
    assert measured is not None
    return {metric.name: measured}


def _of_classes(wanted: Measure, said: Said, rows: Rows) -> float | None:
    from sklearn.metrics import precision_score, recall_score, roc_auc_score  # noqa: PLC0415 - slow to import

    true, classes = rows.class_numbers, said.classes
    if wanted == "accuracy":
        return float(np.mean(true == classes))
    if said.numbers.shape[1] != 2:
        return None  # Keras's too are for two classes
    if wanted == "auc":
        return float(roc_auc_score(true, said.numbers[:, 1])) if len(np.unique(true)) == 2 else float("nan")
    score = precision_score if wanted == "precision" else recall_score
    return float(score(true, classes, zero_division=0))


def _of_numbers(wanted: Measure, said: Said, rows: Rows) -> float:
    true = rows.labels_of()
    difference = said.numbers - true
    if wanted == "mae":
        return float(np.mean(np.abs(difference)))
    if wanted == "r2":
        from sklearn.metrics import r2_score  # noqa: PLC0415 - slow to import

        return float(r2_score(true, said.numbers)) if len(true) > 1 else float("nan")
    squared = float(np.mean(difference**2))
    return float(np.sqrt(squared)) if wanted == "rmse" else squared


def _by_class(probabilities: Any, known: Array, classes: int) -> Array:
    """Return probabilities with a column for every class, also those that no training row has."""
    found = np.zeros((len(probabilities), classes))
    found[:, np.asarray(known, np.int64)] = probabilities
    return found
