"""Two classes: precision against recall at every threshold, and the average precision."""

from __future__ import annotations

import math
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
class PrecisionRecall:
    """The precision-recall curve of one run.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        positive: the name of the class that is looked for, the second.
        precision: at thresholds from the lowest to the highest, and 1 at the end.
        recall: likewise, from 1 to 0.
        area: the average precision: each precision weighted by the recall that it adds, without interpolation.
        share: of the positive class among the rows, which is the precision of guessing.
        predicted: recall and precision of the classes that the model predicted; NaN for a precision of no rows.
        rows: how many there are.
    """

    run: str
    split: str
    positive: str
    precision: Array
    recall: Array
    area: float
    share: float
    predicted: tuple[float, float]
    rows: int


def gather_precision_recall(run: Run) -> PrecisionRecall | None:
    """Return the curve of a run's evaluation by two classes; None where there are not two, or rows of one only.

    Raises:
        RunError: the arrays do not fit together.
    """
    found = gather_two_classes(run)
    if found is None:
        return None
    from sklearn.metrics import average_precision_score, precision_recall_curve  # noqa: PLC0415 - slow to import

    precision, recall, _ = precision_recall_curve(found.is_positive, found.scores, drop_intermediate=True)
    area = float(average_precision_score(found.is_positive, found.scores))
    said = found.said_positive
    of_said = float(np.mean(found.is_positive[said])) if said.any() else math.nan
    predicted = (float(np.mean(said[found.is_positive])), of_said)
    share = float(np.mean(found.is_positive))
    return PrecisionRecall(
        found.run, found.split, found.positive, precision, recall, area, share, predicted, len(found.scores)
    )


def draw_precision_recall(figure: Figure, curve: PrecisionRecall) -> None:
    """Draw the curve in steps, the share of the class as that of guessing, and the point at which the model decides."""
    figure.set_size_inches(5.6, 6.0)
    positive = shortened(curve.positive, _LONGEST_NAME)
    subtitle = f"{curve.rows:,} {curve.split} rows, {curve.share:.1%} of them {positive!r}"
    set_title(figure, f"Precision and recall of {curve.run}", subtitle)
    axes = figure.add_subplot()
    guessing = f"guessing (precision {metric_text(curve.share)})"
    axes.axhline(curve.share, color=GREY, linestyle="--", linewidth=1.2, label=guessing)
    label = f"model (average precision {metric_text(curve.area)})"
    axes.step(curve.recall, curve.precision, where="post", color=BLUE, label=label, clip_on=False)
    if math.isfinite(curve.predicted[1]):
        point: dict[str, Any] = {
            "marker": "D",
            "markersize": 8,
            "markerfacecolor": "none",
            "markeredgewidth": 1.6,
            "linestyle": "none",
        }
        axes.plot(*curve.predicted, markeredgecolor=VERMILION, label="as predicted", clip_on=False, zorder=4, **point)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set_xlabel(f"recall: share of {positive!r} found")
    axes.set_ylabel("precision: share of right ones among those taken for it")
    axes.legend(loc="lower left", frameon=True, framealpha=0.85, edgecolor="none")


PLOT = Plot(
    gather_precision_recall,
    draw_precision_recall,
    needs="an evaluation by two classes, with rows of both and a score for each row",
)
