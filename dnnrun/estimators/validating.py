"""The cross-validation of an estimator, its folds in parallel on all cores: scikit-learn's, with our measures."""

from __future__ import annotations

import statistics
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import check_cv

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Dataset
from dnnrun.errors import DataError
from dnnrun.estimators.judging import measure, say
from dnnrun.estimators.preparation import Prepared, fit, labels_for_fit


def cross_validated(prepared: Prepared, folds: int) -> dict[str, Any]:
    """Fit on all folds of the training rows but one, measure on that one, and so on for each; nothing is written.

    The folds are those of scikit-learn's ``cross_validate(cv=folds)``: in the order of the rows, and for classes with
    the same share of each. What the features learn, they learn from the folds that are fitted on.

    Args:
        prepared: what is fitted; its validation and test rows have no part in it.
        folds: how many.

    Returns:
        ``folds``, ``rows`` and ``metrics``: of each its ``mean``, ``deviation`` and the ``values`` of the folds.
    """
    dataset = prepared.dataset
    y = labels_for_fit(dataset)
    splitter = check_cv(folds, y, classifier=dataset.task == "classification")
    parts = list(splitter.split(np.zeros(len(y)), y))
    measured = Parallel(n_jobs=-1)(delayed(_one_fold)(prepared, kept, held) for kept, held in parts)
    metrics = {name: _spread([of_fold[name] for of_fold in measured]) for name in measured[0]}
    return {"folds": folds, "rows": len(y), "metrics": metrics}


def check_folds(dataset: Dataset, folds: int) -> None:
    """Refuse folds that the training rows do not allow.

    Raises:
        DataError: there are fewer rows, or rows of a class, than folds.
    """
    y, is_classes = labels_for_fit(dataset), dataset.task == "classification"
    fewest = int(np.bincount(y)[np.unique(y)].min()) if is_classes else len(y)
    if fewest < folds:
        which = "of every class" if is_classes else "to train on"
        raise DataError(f"{folds} folds need {folds} rows {which}, and there are {fewest}", hint="make fewer folds")


def _one_fold(prepared: Prepared, kept: Array, held: Array) -> dict[str, float]:
    train = prepared.dataset.train
    weights = None if prepared.weights is None else prepared.weights[kept]
    dataset = replace(prepared.dataset, train=train.take(kept))
    part = Prepared(prepared.experiment, dataset, clone(prepared.pipeline), prepared.metrics, weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each is said once, of the fit on all rows
        rows = train.take(held)
        return measure(say(fit(part), rows.x, dataset.targets[ONLY]), rows, prepared.metrics)


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": statistics.fmean(values), "deviation": statistics.pstdev(values), "values": values}
