"""Regression: by how much each prediction is off, against the prediction, and how often by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text
from dnnrun.analysis.plots.plot import BLACK, BLUE, GREY, VERMILION, Plot, set_title
from dnnrun.analysis.plots.predicted_vs_true import PredictedVsTrue, gather_predicted_vs_true, scatter, subtitle_of
from dnnrun.store import Run

_BINS = 40


@dataclass(frozen=True)
class Residuals:
    """The rows of one run's evaluation.

    Args:
        rows: with what is predicted and true.
        residuals: predicted minus true, shape (n,), float64.
    """

    rows: PredictedVsTrue
    residuals: np.ndarray[tuple[int], np.dtype[np.float64]]

    @property
    def mean(self) -> float:
        """By how much the model is off on average: above 0 it predicts too much."""
        return float(self.residuals.mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of the residuals over the rows."""
        return float(self.residuals.std())


def gather_residuals(run: Run) -> Residuals | None:
    """Return the residuals of a regression on one target; None for any other run.

    Raises:
        RunError: there are not as many predictions as true values.
    """
    rows = gather_predicted_vs_true(run)
    return None if rows is None else Residuals(rows, rows.predicted - rows.true)


def draw_residuals(figure: Figure, found: Residuals) -> None:
    """Draw a point for each row, and beside it the histogram over the same axis."""
    figure.set_size_inches(7.6, 4.4)
    set_title(figure, f"Residuals of {found.rows.run}", subtitle_of(found.rows))
    points, counts = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
    scatter(points, found.rows.predicted, found.residuals)
    points.set_xlabel("predicted value")
    points.set_ylabel("predicted minus true")
    _draw_counts(counts, found)
    for axes in (points, counts):
        axes.axhline(0, color=BLACK, linewidth=1)
        axes.axhline(found.mean, color=VERMILION, linewidth=1.4, linestyle="--")
    words = f"mean {metric_text(found.mean)} (dashed), standard deviation {metric_text(found.deviation)}"
    figure.supxlabel(words, fontsize=9)


def _draw_counts(axes: Axes, found: Residuals) -> None:
    counts, edges = np.histogram(found.residuals, bins=_BINS)
    axes.stairs(counts, edges, orientation="horizontal", fill=True, color=BLUE, alpha=0.3)
    axes.stairs(counts, edges, orientation="horizontal", color=BLUE)
    axes.grid(visible=False)
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xlabel("rows")
    axes.locator_params(axis="x", nbins=3)


PLOT = Plot(gather_residuals, draw_residuals, needs="predictions of one number a row")
