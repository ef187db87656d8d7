"""Everything that can be found wrong before a run exists: the estimator, its features, its weights, its metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import has_fit_parameter

from dnnrun.config.measures import Measure
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.config.tasks import Task
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Array, Dataset
from dnnrun.errors import ConfigError, Problem
from dnnrun.estimators.building import PATH, build_estimator
from dnnrun.estimators.features import build_features, check_in_memory
from dnnrun.estimators.judging import metrics_of


@dataclass(frozen=True)
class Prepared:
    """All that is needed to fit, checked against one another.

    Args:
        experiment: the config, resolved.
        dataset: the data.
        pipeline: features and estimator, not fitted yet.
        metrics: what is measured, by its name in the history.
        weights: of each training row, shape (rows,), or None.
    """

    experiment: Experiment
    dataset: Dataset
    pipeline: Pipeline
    metrics: Mapping[str, Measure]
    weights: Array | None

    @property
    def name(self) -> str:
        """What scikit-learn calls the estimator."""
        assert isinstance(self.experiment.model, EstimatorConfig)
        return self.experiment.model.sklearn.name


def prepare(experiment: Experiment, dataset: Dataset) -> Prepared:
    """Build everything; nothing is written.

    Raises:
        ConfigError: the config does not fit scikit-learn or the data, with its line.
    """
    estimator = build_estimator(experiment)
    check_in_memory(experiment, dataset)
    _check_task(experiment, dataset.task, estimator)
    weights = _row_weights(experiment, dataset)
    if weights is not None and not has_fit_parameter(estimator, "sample_weight"):
        what = f"{type(estimator).__name__} cannot weigh rows or classes"
        path = ("class_weight",) if experiment.class_weight is not None else PATH
        raise ConfigError(Problem(what, experiment.place(path, of_key=True), "take the weights out"))
    pipeline = make_pipeline(build_features(experiment, dataset), estimator)
    return Prepared(experiment, dataset, pipeline, metrics_of(experiment, dataset.task), weights)


def fit(prepared: Prepared) -> Pipeline:
    """Fit the features and the estimator on the training rows; raises whatever scikit-learn raises."""
    pipeline = prepared.pipeline
    last = pipeline.steps[-1][0]
    given = {} if prepared.weights is None else {f"{last}__sample_weight": prepared.weights}
    pipeline.fit(prepared.dataset.train.x, labels_for_fit(prepared.dataset), **given)
    return pipeline


def labels_for_fit(dataset: Dataset) -> Array:
    """Return the labels of the training rows for an estimator, shape (rows,), or (rows, columns) of several."""
    if dataset.task == "classification":
        return dataset.train.class_numbers
    y = dataset.train.labels_of()
    return y[:, 0] if y.shape[1] == 1 else y


def _check_task(experiment: Experiment, task: Task, estimator: Any) -> None:
    if (task == "classification") is is_classifier(estimator):
        return
    found = "classes" if task == "classification" else "numbers"
    what = f"{type(estimator).__name__} is a {'classifier' if is_classifier(estimator) else 'regressor'}"
    hint = f"take a {'classifier' if task == 'classification' else 'regressor'}, or another target"
    raise ConfigError(Problem(f"{what}, and the labels are {found}", experiment.place(PATH), hint))


def _row_weights(experiment: Experiment, dataset: Dataset) -> Array | None:
    """Return the weight of each training row: its own times that of its class; None where there are none."""
    weights, by_class = dataset.train.weights, class_weights(experiment, dataset)
    if by_class is not None:
        of_class = np.array([by_class[number] for number in sorted(by_class)])[dataset.train.class_numbers]
        weights = of_class if weights is None else weights * of_class
    return weights
