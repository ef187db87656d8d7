"""Precision and recall of each class, the worst class first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.confusion_matrix import gather_confusion_matrix
from dnnrun.analysis.plots.plot import BLUE, GREY, VERMILION, Plot, set_title
from dnnrun.store import Run

_MOST = 100
_LONGEST_NAME = 30


@dataclass(frozen=True)
class OneClass:
    """How well one class was told.

    Args:
        name: of the class.
        precision: the share of right ones among the rows predicted as this class; NaN where none was.
        recall: the share of right ones among the rows of this class; NaN where there is none.
        f1: their harmonic mean, 0 where no row is right.
        support: how many rows are of this class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class PerClass:
    """The classes of one run, the worst by F1 first.

    Args:
        run: the run's name.
        split: which rows: ``test``, ``validation`` or ``training``.
        classes: at most 100.
        count: how many classes there are.
    """

    run: str
    split: str
    classes: Sequence[OneClass]
    count: int


def gather_per_class(run: Run) -> PerClass | None:
    """Return precision and recall of each class; None where a run was not evaluated by classes.

    Raises:
        RunError: the confusion matrix and the class names do not fit together.
    """
    matrix = gather_confusion_matrix(run)
    if matrix is None or not matrix.classes:
        return None
    right, of_class, said = matrix.counts.diagonal(), matrix.counts.sum(axis=1), matrix.counts.sum(axis=0)
    classes = [
        OneClass(name, _share(r, s), _share(r, n), _share(2 * r, s + n), int(n))
        for name, r, n, s in zip(matrix.classes, right, of_class, said, strict=True)
    ]
    classes.sort(key=lambda each: (math.isnan(each.f1), each.f1))
    return PerClass(run.name, matrix.split, classes[:_MOST], len(classes))


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else math.nan


def draw_per_class(figure: Figure, per_class: PerClass) -> None:
    """Draw a line for each class, with a circle at its precision, a square at its recall, and its number of rows."""
    count = len(per_class.classes)
    size = 9.0 if count <= 20 else 7.5 if count <= 50 else 6.5
    figure.set_size_inches(7, 1.7 + max(1.0, count * size * 0.026))
    shown = f"the worst {count} of {per_class.count:,}" if count < per_class.count else "the worst at the top"
    subtitle = f"{per_class.split} rows; classes by F1, {shown}"
    set_title(figure, f"Precision and recall by class: {per_class.run}", subtitle)
    axes = figure.add_subplot()
    places = np.arange(count)
    precision = [each.precision for each in per_class.classes]
    recall = [each.recall for each in per_class.classes]
    axes.hlines(places, np.fmin(precision, recall), np.fmax(precision, recall), color=GREY, linewidth=1, zorder=1)
    marks = size * 0.65
    axes.plot(precision, places, "o", color=BLUE, markersize=marks, label="precision")
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": VERMILION, "markeredgewidth": 1.4}
    axes.plot(recall, places, "s", markersize=marks * 0.85, label="recall", zorder=3, **hollow)
    axes.set_ylim(count - 0.4, -0.6)
    lowest = _lowest([*precision, *recall])
    axes.set_xlim(lowest - 0.02 * (1 - lowest), 1 + 0.02 * (1 - lowest))
    axes.set_yticks(places, [shortened(each.name, _LONGEST_NAME) for each in per_class.classes], fontsize=size)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("share of rows")
    _write_supports(axes, per_class.classes, size)
    figure.legend(loc="outside lower center", ncols=2)


def _lowest(shares: Sequence[float]) -> float:
    """Return where the axis begins: at 0, or not far below the lowest share where all are high."""
    least = min((share for share in shares if math.isfinite(share)), default=0.0)
    return 0.0 if least < 0.5 else math.floor(10 * least - 0.5) / 10


def _write_supports(axes: Axes, classes: Sequence[OneClass], size: float) -> None:
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(range(len(classes)), [f"{each.support:,} rows" for each in classes], fontsize=size, color=GREY)
    beside.tick_params(axis="y", length=0)
    beside.spines[:].set_visible(False)


PLOT = Plot(gather_per_class, draw_per_class, needs="an evaluation by classes")
