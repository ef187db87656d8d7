"""Two classes: the true positive rate against the false positive rate at every threshold, and the area below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text, shortened
from dnnrun.analysis.plots.class_predictions import Array, gather_two_classes
from dnnrun.analysis.plots.plot import BLUE, GREY, VERMILION, Plot, set_title
from dnnrun.store import Run

_LONGEST_NAME = 30


@dataclass(frozen=True)
class Roc:
    """The receiver operating characteristic of one run.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        positive: the name of the class that is looked for, the second.
        false_positive_rate: at thresholds from the highest to the lowest, from 0 to 1.
        true_positive_rate: likewise.
        area: below the curve: how often a row of the positive class has a higher score than one of the other.
        predicted: the two rates of the classes that the model predicted.
        rows: of the positive class, and of the other.
    """

    run: str
    split: str
    positive: str
    false_positive_rate: Array
    true_positive_rate: Array
    area: float
    predicted: tuple[float, float]
    rows: tuple[int, int]


def gather_roc(run: Run) -> Roc | None:
    """Return the curve of a run's evaluation by two classes; None where there are not two, or rows of one only.

    Raises:
        RunError: the arrays do not fit together.
    """
    found = gather_two_classes(run)
    if found is None:
        return None
    from sklearn.metrics import auc, roc_curve  # noqa: PLC0415 - slow to import

    false_rate, true_rate, _ = roc_curve(found.is_positive, found.scores)
    positives = int(np.count_nonzero(found.is_positive))
    predicted = (
        float(np.mean(found.said_positive[~found.is_positive])),
        float(np.mean(found.said_positive[found.is_positive])),
    )
    rows = (positives, len(found.scores) - positives)
    area = float(auc(false_rate, true_rate))
    return Roc(found.run, found.split, found.positive, false_rate, true_rate, area, predicted, rows)


def draw_roc(figure: Figure, roc: Roc) -> None:
    """Draw the curve, the diagonal of guessing, and the point at which the model decides."""
    figure.set_size_inches(5.6, 6.0)
    positive = shortened(roc.positive, _LONGEST_NAME)
    subtitle = f"{roc.rows[0]:,} {roc.split} rows of {positive!r}, {roc.rows[1]:,} others"
    set_title(figure, f"ROC curve of {roc.run}", subtitle)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2, label="guessing (area 0.5)")
    label = f"model (area {metric_text(roc.area)})"
    axes.plot(roc.false_positive_rate, roc.true_positive_rate, color=BLUE, label=label, clip_on=False)
    point: dict[str, Any] = {
        "marker": "D",
        "markersize": 8,
        "markerfacecolor": "none",
        "markeredgewidth": 1.6,
        "linestyle": "none",
    }
    axes.plot(*roc.predicted, markeredgecolor=VERMILION, label="as predicted", clip_on=False, zorder=4, **point)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set_xlabel("false positive rate: share of the others taken for it")
    axes.set_ylabel(f"true positive rate: share of {positive!r} found")
    axes.legend(loc="lower right", frameon=True, framealpha=0.85, edgecolor="none")


PLOT = Plot(gather_roc, draw_roc, needs="an evaluation by two classes, with rows of both and a score for each row")
