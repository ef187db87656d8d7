"""Regression: what was predicted for each row against what is true, with the diagonal that a perfect model gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text
from dnnrun.analysis.plots.plot import BLUE, GREY, Plot, set_title
from dnnrun.errors import RunError
from dnnrun.store import Run

_MOST_SHAPES = 2000
_ARRAYS = ("true", "predicted")
_SCORES = {"r2": "R²", "mae": "MAE"}


@dataclass(frozen=True)
class PredictedVsTrue:
    """The rows of one run's evaluation.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        true: shape (n,), float64, in the unit of the target; rows with NaN or infinity are left out.
        predicted: likewise.
        left_out: how many rows had no finite value.
        scores: R2 and MAE as the evaluation has them, by the name to show.
    """

    run: str
    split: str
    true: np.ndarray[Any, np.dtype[np.float64]]
    predicted: np.ndarray[Any, np.dtype[np.float64]]
    left_out: int
    scores: Mapping[str, float]


def gather_predicted_vs_true(run: Run) -> PredictedVsTrue | None:
    """Return the predictions of a regression on one target; None for any other run.

    Raises:
        RunError: there are not as many predictions as true values.
    """
    evaluation = run.evaluation or {}
    if evaluation.get("task") != "regression":
        return None
    arrays = run.predictions
    if any(name not in arrays for name in _ARRAYS):
        return None
    if any(arrays[name].ndim > 2 or (arrays[name].ndim == 2 and arrays[name].shape[1] != 1) for name in _ARRAYS):
        return None
    true, predicted = (arrays[name].reshape(-1).astype(np.float64) for name in _ARRAYS)
    if len(true) != len(predicted):
        raise RunError(f"there are {len(predicted)} predictions of {len(true)} values")
    finite = np.isfinite(true) & np.isfinite(predicted)
    if not finite.any():
        return None
    regression = evaluation.get("regression") or {}
    scores = {shown: float(regression[key]) for key, shown in _SCORES.items() if regression.get(key) is not None}
    left_out = int(np.count_nonzero(~finite))
    return PredictedVsTrue(run.name, str(evaluation.get("split")), true[finite], predicted[finite], left_out, scores)


def draw_predicted_vs_true(figure: Figure, rows: PredictedVsTrue) -> None:
    """Draw a point for each row and the diagonal, both axes over the same range."""
    figure.set_size_inches(5.6, 5.8)
    set_title(figure, f"Predicted and true: {rows.run}", subtitle_of(rows))
    axes = figure.add_subplot()
    low = float(min(rows.true.min(), rows.predicted.min()))
    high = float(max(rows.true.max(), rows.predicted.max()))
    margin = 0.04 * (high - low) or max(1.0, abs(high) * 0.04)
    limits = (low - margin, high + margin)
    axes.plot(limits, limits, color=GREY, linestyle="--", linewidth=1.2, label="predicted = true", zorder=1)
    scatter(axes, rows.true, rows.predicted)
    axes.set(xlim=limits, ylim=limits, aspect="equal", xlabel="true value", ylabel="predicted value")
    scores = "\n".join(f"{name} {metric_text(value)}" for name, value in rows.scores.items())
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2}
    axes.text(0.03, 0.97, scores, transform=axes.transAxes, va="top", fontsize=10, bbox=box)
    axes.legend(loc="lower right")


def scatter(axes: Axes, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> None:
    """Draw a point for each row, the smaller and fainter the more there are."""
    count = len(x)
    size, opacity = (26, 0.6) if count <= 500 else (12, 0.35) if count <= 5000 else (4, 0.15)
    # Thousands of shapes would make a drawing of megabytes, and no sharper.
    axes.scatter(x, y, s=size, alpha=opacity, color=BLUE, linewidths=0, zorder=2, rasterized=count > _MOST_SHAPES)


def subtitle_of(rows: PredictedVsTrue) -> str:
    """Return how many rows are shown, and how many cannot be."""
    text = f"{len(rows.true):,} {rows.split} rows"
    return f"{text}; {rows.left_out:,} without a finite value left out" if rows.left_out else text


PLOT = Plot(gather_predicted_vs_true, draw_predicted_vs_true, needs="predictions of one number a row")
