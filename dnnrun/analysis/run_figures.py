"""Everything that a comparison says about one run, read from its directory in one go."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dnnrun.analysis.number_text import metric_text
from dnnrun.config.differences import FlatConfig, flatten
from dnnrun.config.directions import direction_of
from dnnrun.errors import RunError
from dnnrun.store import Run


@dataclass(frozen=True, slots=True)
class Best:
    """The best value of a metric over a run's epochs, and the first epoch that had it, from 1."""

    epoch: int
    value: float


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The figures of one run.

    Args:
        run: where they are from.
        status: as `Run.status`.
        epochs: how many epochs have ended.
        planned: how many the config asks for, or None where it does not say.
        config: the resolved config by path; None where the run has recorded none.
        final: the metrics of the last epoch; NaN where one was not measured or not finite.
        best: each metric's best value over the epochs.
        test: the metrics on the test set; empty when there is none, or the run was evaluated on other rows.
        folds: the mean of each metric over the folds of its training rows, and their deviation; empty when it was not
            cross-validated.
        notes: what could not be read, a line each.
        data: the fingerprint of the data, or nothing where none is recorded.
        seconds_an_epoch: the median over the epochs, or None.
        parameters: how many numbers the model has, or None.
    """

    run: Run
    status: str
    epochs: int
    planned: int | None
    config: FlatConfig | None
    final: Mapping[str, float]
    best: Mapping[str, Best]
    test: Mapping[str, float]
    folds: Mapping[str, tuple[float, float]]
    notes: tuple[str, ...]
    data: str = ""
    seconds_an_epoch: float | None = None
    parameters: int | None = None


def read_figures(run: Run) -> RunFigures:
    """Read the figures of a run; whatever is missing in it is missing in them.

    Raises:
        RunError: run.json is missing or damaged, so that nothing certain can be said of the run.
    """
    status, config, history = run.status, run.config, run.history
    notes = [history.problem] if history.problem else []
    if not config:
        notes.append("run.json: holds no config")
    test: Mapping[str, float] = {}
    folds: Mapping[str, tuple[float, float]] = {}
    try:
        test, folds = _test_metrics(run.evaluation), _over_folds(run.evaluation)
    except RunError as error:
        notes.append(one_line(error, run))
    planned = config.get("epochs")
    bests = {metric: history.best(metric, direction_of(metric)) for metric in history.metrics}
    return RunFigures(
        run=run,
        status=status,
        epochs=max(history.epochs, default=0),
        planned=planned if isinstance(planned, int) else None,
        config=flatten(config) if config else None,
        final=history.last(),
        best={metric: Best(*found) for metric, found in bests.items() if found},
        test=test,
        folds=folds,
        notes=tuple(notes),
        data=_fingerprint(run.record.get("dataset")),
        seconds_an_epoch=_median(history.columns.get("seconds", ())),
        parameters=parameters if isinstance(parameters := run.record.get("parameters"), int) else None,
    )


def _fingerprint(dataset: Any) -> str:
    return str(dataset.get("fingerprint") or "") if isinstance(dataset, Mapping) else ""


def _median(values: Sequence[float]) -> float | None:
    measured = [value for value in values if math.isfinite(value)]
    return statistics.median(measured) if measured else None


def one_line(error: RunError, run: Run) -> str:
    """Return what is wrong with a run in one line, the file named from within the run."""
    text = " ".join(error.problems[0].what.split())
    return text.removeprefix(f"{run.path}/").removeprefix(f"{run.path}: ")


def _test_metrics(evaluation: Mapping[str, Any] | None) -> dict[str, float]:
    if evaluation is None or evaluation.get("split") != "test":
        return {}
    metrics = evaluation.get("metrics")
    if not isinstance(metrics, Mapping):
        raise RunError("evaluation.json: holds no metrics")
    # JSON has no NaN: the store writes null for it.
    if not all(value is None or isinstance(value, int | float) for value in metrics.values()):
        raise RunError("evaluation.json: holds a metric that is not a number")
    return {name: math.nan if value is None else float(value) for name, value in metrics.items()}


def _over_folds(evaluation: Mapping[str, Any] | None) -> dict[str, tuple[float, float]]:
    described = (evaluation or {}).get("cross_validation") or {}
    try:
        spreads = {name: (spread["mean"], spread["deviation"]) for name, spread in described.get("metrics", {}).items()}
        return {name: (_number(mean), _number(deviation)) for name, (mean, deviation) in spreads.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise RunError("evaluation.json: holds a cross-validation that cannot be read") from None


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def spread_text(mean: float | None, deviation: float | None) -> str:
    """Return a mean with its deviation as text."""
    if mean is None or deviation is None or not math.isfinite(mean):
        return "nan"
    return f"{metric_text(mean)} ± {metric_text(deviation)}"
