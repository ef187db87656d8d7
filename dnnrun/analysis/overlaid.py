"""The curves that an overlay shows: of each run, or of runs that differ in the seed only their mean and spread."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from dnnrun.analysis.comparison import Comparison, labels_of
from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.curves import Curve, gather_curves
from dnnrun.analysis.run_figures import RunFigures
from dnnrun.config.differences import differing_paths
from dnnrun.errors import ConfigError, RunError, suggest

Over = Literal["epoch", "seconds"]
"""What curves are drawn over: the epochs, or the seconds that the run had been training by the end of each."""

_MOST_NAMED = 10
_NAMED_OF_MORE = 7
_MOST_WITH_TRAINING = 5
_MOST_METRICS = 4
_LONGEST_LABEL = 60


@dataclass(frozen=True)
class Lines:
    """The curves of one run or one group.

    Args:
        label: what tells it from the others.
        curves: by metric; of a group the mean over its runs. Their epochs are seconds where these are drawn over.
        deviations: of a group, by metric, the standard deviation at each epoch of the validation values, or of the
            training values where there are no others; NaN where fewer than two runs have come so far.
    """

    label: str
    curves: Mapping[str, Curve]
    deviations: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Overlay:
    """What an overlay shows.

    Args:
        metrics: one panel each, without ``val_``.
        named: what gets a colour and a line in the legend, the best first.
        others: what is in the background, where there is too much to tell apart.
        sorted_by: the figure by which the best comes first, or None.
        over: what the curves are drawn over.
    """

    metrics: Sequence[str]
    named: Sequence[Lines]
    others: Sequence[Lines]
    sorted_by: str | None
    over: Over = "epoch"

    def shows_training(self, curve: Curve) -> bool:
        """Whether a curve's training values are drawn: of many runs only where there are no others."""
        few = len(self.named) + len(self.others) <= _MOST_WITH_TRAINING
        return curve.training is not None and (few or curve.validation is None)


def gather_overlay(comparison: Comparison, metrics: Sequence[str] | None = None, over: Over = "epoch") -> Overlay:
    """Return the numbers of an overlay.

    Args:
        comparison: of the runs; broken ones and those without an epoch are left out.
        metrics: with or without ``val_``; by default the loss and up to three that most runs have.
        over: what the curves are drawn over.

    Raises:
        ConfigError: no run has one of the metrics.
        RunError: no run has finished an epoch.
    """
    found = [lines for lines in _all_lines(comparison, over) if lines.curves]
    if not found:
        raise RunError("none of these runs has finished an epoch, so there are no curves to draw")
    named = len(found) if len(found) <= _MOST_NAMED else _NAMED_OF_MORE
    return Overlay(_chosen_metrics(found, metrics), found[:named], found[named:], comparison.sorted_by, over)


def _all_lines(comparison: Comparison, over: Over) -> list[Lines]:
    if comparison.has_groups:
        groups = comparison.groups
        labels = _unique([group.label for group in groups], [group.runs[0].run.name for group in groups])
        return [_lines_of(label, group.runs, over) for group, label in zip(groups, labels, strict=True)]
    readable = [row.figures for row in comparison.rows]
    differing = differing_paths([figures.config for figures in readable if figures.config is not None])
    labels = labels_of(differing, readable, or_name=False)
    labels = _unique(labels, [row.cells["run"].text for row in comparison.rows])
    return [_lines_of(label, [figures], over) for figures, label in zip(readable, labels, strict=True)]


def _unique(labels: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the labels, with the name of the run where a label alone does not tell."""
    short = [shortened(label, _LONGEST_LABEL) for label in labels]
    count = Counter(short)
    return [
        label if label and count[label] == 1 else f"{label}: {name}" if label else name
        for label, name in zip(short, names, strict=True)
    ]


def _lines_of(label: str, runs: Sequence[RunFigures], over: Over) -> Lines:
    """Return the curves of a run, or the mean of several, which end where the longest of them does."""
    by_run = [_curves(figures, over) for figures in runs]
    by_run = [curves for curves in by_run if curves]
    if len(by_run) <= 1:
        return Lines(label, by_run[0] if by_run else {})
    metrics = dict.fromkeys(metric for curves in by_run for metric in curves)
    curves = {metric: [each[metric] for each in by_run if metric in each] for metric in metrics}
    means = {metric: _mean_curve(metric, each) for metric, each in curves.items()}
    spread = {metric: _over_runs([_judged(curve) for curve in each], _deviation) for metric, each in curves.items()}
    return Lines(f"{label} (mean of {len(by_run)})", means, spread)


def _curves(figures: RunFigures, over: Over) -> dict[str, Curve]:
    history = figures.run.history
    curves = {curve.metric: curve for curve in gather_curves(history)}
    if over == "seconds":
        elapsed = list(itertools.accumulate(history.columns.get("seconds", ())))
        curves = {metric: replace(curve, epochs=elapsed) for metric, curve in curves.items() if elapsed}
    return curves


def _mean_curve(metric: str, curves: Sequence[Curve]) -> Curve:
    parts = [[curve.training for curve in curves], [curve.validation for curve in curves]]
    training, validation = (
        _over_runs(given, statistics.fmean) if (given := [values for values in part if values is not None]) else None
        for part in parts
    )
    return Curve(metric, _over_runs([curve.epochs for curve in curves], statistics.fmean), training, validation)


def _judged(curve: Curve) -> Sequence[float]:
    return (curve.training or ()) if curve.validation is None else curve.validation


def _over_runs(series: Sequence[Sequence[float]], reduce: Callable[[list[float]], float]) -> list[float]:
    """Return one number for each epoch, of the finite values that runs have there; NaN where there is none."""
    columns = itertools.zip_longest(*series, fillvalue=math.nan)
    finite = ([value for value in column if math.isfinite(value)] for column in columns)
    return [reduce(values) if values else math.nan for values in finite]


def _deviation(values: list[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else math.nan


def _chosen_metrics(found: Sequence[Lines], wanted: Sequence[str] | None) -> list[str]:
    count = Counter(metric for lines in found for metric in lines.curves)
    if not wanted:
        # A stable sort: of metrics that as many runs have, the one that the best run names first.
        return sorted(count, key=lambda metric: (metric != "loss", -count[metric]))[:_MOST_METRICS]
    chosen = [_plain(metric) for metric in wanted]
    for metric in chosen:
        if metric not in count:
            known = f"the runs have: {', '.join(count)}"
            near = suggest(metric, count)
            raise ConfigError(f"no run has a metric {metric!r}", hint=f"{near}\n{known}" if near else known)
    return list(dict.fromkeys(chosen))


def _plain(metric: str) -> str:
    """Return the metric whose curve is meant by any of the names that a comparison knows: ``test accuracy``."""
    for begin in ("test", "final", "best", "training", "train", "cv"):
        metric = metric.removeprefix(f"{begin} ").removeprefix(f"{begin}_")
    return metric.removeprefix("val_")
