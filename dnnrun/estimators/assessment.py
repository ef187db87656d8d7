"""A fitted pipeline of scikit-learn measured on rows, as when it was fitted, with what the bootstrap needs of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dnnrun.config.measures import Measure
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.errors import DataError
from dnnrun.estimators.fitting import evaluated
from dnnrun.estimators.judging import Said, losses_of_rows, measure, metrics_of, say
from dnnrun.running.bootstrap import Resampling


def assess(estimator: Any, experiment: Experiment, dataset: Dataset) -> tuple[Mapping[str, Any], Resampling]:
    """Return the figures of a pipeline on the test rows, and how to compute them of other draws of these.

    Args:
        estimator: the pipeline.
        experiment: the run's config.
        dataset: raw rows, those to judge by as its test rows.

    Raises:
        DataError: the pipeline does not take these rows.
    """
    rows = dataset.test
    assert rows is not None
    metrics = metrics_of(experiment, dataset.task)
    try:
        said = say(estimator, rows.x, dataset.targets[ONLY])
    except (ValueError, TypeError, KeyError) as error:
        text = " ".join(str(error).split())
        raise DataError(f"the model cannot be evaluated on these rows: {text}") from error
    figures, _ = evaluated(dataset, metrics, "test", rows, said)
    means = {name: parts for name, wanted in metrics.items() if (parts := _parts(wanted, said, rows)) is not None}
    others = {name: wanted for name, wanted in metrics.items() if name not in means and name in figures["metrics"]}
    losses = losses_of_rows(said, rows)
    if losses is not None:
        means = {"loss": losses, **means}
    return figures, Resampling(means, {}, _drawn_again(others, said, rows) if others else None)


def _parts(wanted: Measure, said: Said, rows: Rows) -> Array | None:
    """Return what each row adds to a figure that is a mean over them; None for any other."""
    if said.classes is not None:
        return rows.class_numbers == said.classes if wanted == "accuracy" else None
    difference = said.numbers - rows.labels_of()
    if wanted == "mae":
        return np.asarray(np.abs(difference).mean(axis=1))
    return np.asarray((difference**2).mean(axis=1)) if wanted == "mse" else None


def _drawn_again(others: Mapping[str, Measure], said: Said, rows: Rows) -> Callable[[Array], Mapping[str, float]]:
    def compute(chosen: Array) -> Mapping[str, float]:
        classes = None if said.classes is None else said.classes[chosen]
        found = measure(Said(said.numbers[chosen], classes, said.are_probabilities), rows.take(chosen), others)
        return {name: found[name] for name in others if name in found}

    return compute
