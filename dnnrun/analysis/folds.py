"""What the folds of a cross-validation score together, read from their runs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.store import Run


@dataclass(frozen=True)
class Spread:
    """A metric over the folds.

    Args:
        mean: over the folds.
        deviation: the standard deviation of the folds, as scikit-learn's users take it: ``scores.std()``.
        values: of each fold.
    """

    mean: float
    deviation: float
    values: tuple[float, ...]


def summarize_folds(runs: Iterable[Run]) -> dict[str, Spread]:
    """Return mean and deviation of every metric on the held-out rows, over the runs that have been evaluated on such.

    Args:
        runs: of one cross-validation, wherever they were trained; those that did not reach their end are left out.
    """
    measured: dict[str, list[float]] = {}
    for run in runs:
        for name, value in held_out_metrics(run).items():
            measured.setdefault(name, []).append(value)
    return {name: _spread(values) for name, values in measured.items()}


def held_out_metrics(run: Run) -> dict[str, float]:
    """Return the metrics of a fold on the rows that it was not trained on; none before it has been evaluated."""
    evaluation: Mapping[str, Any] = run.evaluation or {}
    if run.status != "completed" or evaluation.get("split") != "test":
        return {}
    # JSON has no NaN: the store writes null for it.
    return {name: math.nan if value is None else float(value) for name, value in evaluation["metrics"].items()}


def _spread(values: list[float]) -> Spread:
    if not all(map(math.isfinite, values)):
        return Spread(math.nan, math.nan, tuple(values))
    return Spread(statistics.fmean(values), statistics.pstdev(values), tuple(values))
