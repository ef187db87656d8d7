"""Whether the model is right as often as its probabilities say: the share of right rows against the probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text, shortened
from dnnrun.analysis.plots.class_predictions import Array, ClassPredictions, gather_class_predictions
from dnnrun.analysis.plots.plot import BLUE, GREY, Plot, set_title
from dnnrun.store import Run

_BINS = 10
_LONGEST_NAME = 30


@dataclass(frozen=True)
class Bin:
    """The rows whose probability lies in one tenth of 0 to 1.

    Args:
        rows: how many there are, at least one.
        probability: their mean.
        share: of them that turned out so.
        low: the lower end of the 95 % interval of this share, by Wilson's score.
        high: its upper end.
    """

    rows: int
    probability: float
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """How a run's probabilities turn out.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        of: what the probabilities are of: a class of two, or the predicted class of several.
        bins: those with rows, by probability.
        counts: the rows of all ten bins.
        error: the expected calibration error: the distance of share and probability, averaged over the rows.
    """

    run: str
    split: str
    of: str
    bins: Sequence[Bin]
    counts: Sequence[int]
    error: float


def gather_calibration(run: Run) -> Calibration | None:
    """Return how a run's probabilities turn out; None where its output is no distribution over classes.

    Of two classes it is the probability of the second, of more that of the predicted class.

    Raises:
        RunError: the arrays do not fit together.
    """
    found = gather_class_predictions(run)
    if found is None or found.probabilities is None:
        return None
    of, probabilities, came_true = _forecasts(found, found.probabilities.astype(np.float64))
    number = np.clip((probabilities * _BINS).astype(np.int64), 0, _BINS - 1)
    bins = [_bin(probabilities[number == n], came_true[number == n]) for n in np.unique(number)]
    error = sum(each.rows * abs(each.share - each.probability) for each in bins) / len(probabilities)
    counts = np.bincount(number, minlength=_BINS).tolist()
    return Calibration(found.run, found.split, of, bins, counts, float(error))


def _forecasts(found: ClassPredictions, probabilities: Array) -> tuple[str, Array, Array]:
    if probabilities.shape[1] == 2:
        return repr(shortened(found.name_of(1), _LONGEST_NAME)), probabilities[:, 1], found.true == 1
    of_predicted = np.take_along_axis(probabilities, found.said[:, None], axis=1)[:, 0]
    return "the predicted class", of_predicted, found.true == found.said


def _bin(probabilities: Array, came_true: Array) -> Bin:
    from scipy.stats import binomtest  # noqa: PLC0415 - slow to import

    rows, right = len(came_true), int(np.count_nonzero(came_true))
    interval = binomtest(right, rows).proportion_ci(confidence_level=0.95, method="wilson")
    return Bin(rows, float(probabilities.mean()), right / rows, float(interval.low), float(interval.high))


def draw_calibration(figure: Figure, found: Calibration) -> None:
    """Draw a point with its interval for each bin beside the diagonal, and below how many rows are in it."""
    figure.set_size_inches(5.8, 6.8)
    subtitle = f"{sum(found.counts):,} {found.split} rows; expected calibration error {metric_text(found.error)}"
    set_title(figure, f"Calibration of {found.run}", subtitle)
    shares, counts = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    shares.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2, label="as often as said")
    x = [each.probability for each in found.bins]
    y = [each.share for each in found.bins]
    spread = [[each.share - each.low for each in found.bins], [each.high - each.share for each in found.bins]]
    label = "model, with 95 % interval"
    shares.errorbar(x, y, np.abs(spread), color=BLUE, marker="o", capsize=3, elinewidth=1.2, label=label)
    shares.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    shares.set_ylabel("share of rows of which it was true")
    shares.legend(loc="upper left")
    _draw_rows(counts, found.counts)
    counts.set_xlabel(f"probability of {found.of}")


def _draw_rows(axes: Axes, counts: Sequence[int]) -> None:
    edges = np.linspace(0, 1, _BINS + 1)
    axes.stairs(counts, edges, fill=True, color=BLUE, alpha=0.3)
    axes.stairs(counts, edges, color=BLUE)
    axes.set_ylabel("rows")
    axes.locator_params(axis="y", nbins=4, integer=True)


PLOT = Plot(gather_calibration, draw_calibration, needs="an evaluation by classes whose probabilities add up to 1")
