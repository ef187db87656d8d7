"""How often each class was taken for each other, coloured by the share of the true class: counts, or these shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.plot import Plot, set_title
from dnnrun.errors import RunError
from dnnrun.store import Run

_MOST_WITH_COUNTS = 20
_MOST_LABELS = 110  # beyond what fits at a readable size, every second, third, ... class is named
_LONGEST_NAME = 22
_LETTER = 0.075  # inches that a letter of a class name takes
_CONFUSIONS_NAMED = 3


@dataclass(frozen=True)
class ConfusionMatrix:
    """A confusion matrix and what a reader would look for in it.

    Args:
        run: the run's name.
        split: which rows it counts: ``test``, ``validation`` or ``training``.
        classes: the classes' names, k of them.
        counts: shape (k, k), int64; row = true class, column = predicted class.
        shares: shape (k, k), float64; each count over its row's sum, 0 in a row without any.
        most_confused: true class, predicted class and count of the most frequent errors, the worst first.
    """

    run: str
    split: str
    classes: Sequence[str]
    counts: np.ndarray[Any, np.dtype[np.int64]]
    shares: np.ndarray[Any, np.dtype[np.float64]]
    most_confused: Sequence[tuple[str, str, int]]

    @property
    def right(self) -> int:
        """How many rows were predicted as what they are."""
        return int(self.counts.trace())

    @property
    def total(self) -> int:
        """How many rows there are."""
        return int(self.counts.sum())


def gather_confusion_matrix(run: Run) -> ConfusionMatrix | None:
    """Return the confusion matrix of a run's evaluation; None where it has none.

    Raises:
        RunError: the matrix and the class names do not fit together.
    """
    evaluation = run.evaluation or {}
    classification = evaluation.get("classification")
    if not classification:
        return None
    classes = [str(name) for name in classification["classes"]]
    counts = np.asarray(classification["confusion_matrix"], dtype=np.int64)
    if counts.shape != (len(classes), len(classes)):
        raise RunError(f"the confusion matrix has shape {counts.shape}, but there are {len(classes)} classes")
    of_class = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(of_class, 1)
    return ConfusionMatrix(run.name, str(evaluation.get("split")), classes, counts, shares, _worst(counts, classes))


def _worst(counts: np.ndarray[Any, Any], classes: Sequence[str]) -> list[tuple[str, str, int]]:
    errors = counts.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:_CONFUSIONS_NAMED]
    found = [(int(index) // len(classes), int(index) % len(classes)) for index in order]
    return [(classes[true], classes[said], int(errors[true, said])) for true, said in found if errors[true, said]]


def draw_confusion_matrix(figure: Figure, matrix: ConfusionMatrix) -> None:
    """Draw the matrix, with counts in the cells for up to 20 classes."""
    _draw(figure, matrix, "Confusion matrix", np.vectorize("{:,}".format, otypes=[object])(matrix.counts))


def draw_confusion_rates(figure: Figure, matrix: ConfusionMatrix) -> None:
    """Draw the matrix, with the percentage of the true class in the cells for up to 20 classes."""
    _draw(figure, matrix, "Confusion rates in %", np.vectorize(_percentage, otypes=[object])(matrix.shares))


def _percentage(share: float) -> str:
    """Return a share in percent; what is no exact 0 or 100 is not written as such."""
    percent = f"{100 * share:.1f}"
    if share in (0, 1):
        return percent.removesuffix(".0")
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(percent, percent)


def _draw(figure: Figure, matrix: ConfusionMatrix, title: str, texts: np.ndarray[Any, Any]) -> None:
    count = len(matrix.classes)
    with_counts = count <= _MOST_WITH_COUNTS
    side = max(3.2, 0.52 * count) if with_counts else min(14.0, max(8.0, 0.13 * count))
    names = [shortened(name, _LONGEST_NAME) for name in matrix.classes]
    beside = _LETTER * max(map(len, names), default=0)
    upright = beside < side / max(count, 1)
    figure.set_layout_engine("compressed")  # for axes that keep their aspect
    figure.set_size_inches(side + beside + 1.5, side + (0.2 if upright else beside) + 2.1)
    share = matrix.right / max(matrix.total, 1)
    subtitle = f"{matrix.right:,} of {matrix.total:,} {matrix.split} rows right ({share:.1%})"
    set_title(figure, f"{title}: {matrix.run}", subtitle)
    axes = figure.add_subplot()
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    image = axes.imshow(matrix.shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    figure.colorbar(image, ax=axes, label="share of the true class", shrink=0.8, pad=0.02)
    _label_classes(axes, names, upright=upright)
    if with_counts:
        _write(axes, matrix, texts)
    axes.set_xlabel("predicted class")
    figure.supxlabel(_caption(matrix), fontsize=9)
    axes.set_ylabel("true class")


def _label_classes(axes: Axes, names: Sequence[str], *, upright: bool) -> None:
    count = len(names)
    size = 9 if count <= _MOST_WITH_COUNTS else 7 if count <= 50 else 5.5
    step = max(1, round(count / _MOST_LABELS))
    shown = range(0, count, step)
    axes.set_xticks(shown, [names[i] for i in shown], rotation=0 if upright else 90, fontsize=size)
    axes.set_yticks(shown, [names[i] for i in shown], fontsize=size)
    axes.tick_params(length=0)


def _write(axes: Axes, matrix: ConfusionMatrix, texts: np.ndarray[Any, Any]) -> None:
    largest = max(map(len, texts.flat), default=0)
    size = 9 if largest <= 4 else 7.5 if largest <= 5 else 6
    for (true, said), text in np.ndenumerate(texts):
        # Zeros are drawn faintly, so that the errors there are stand out.
        color = "white" if matrix.shares[true, said] > 0.55 else "black" if matrix.counts[true, said] else "#BBBBBB"
        axes.text(said, true, text, ha="center", va="center", fontsize=size, color=color, in_layout=False)


def _caption(matrix: ConfusionMatrix) -> str:
    if not matrix.most_confused:
        return ""
    lines = [
        f"{shortened(true, _LONGEST_NAME)} taken for {shortened(said, _LONGEST_NAME)}: {number:,}"
        for true, said, number in matrix.most_confused
    ]
    return "\n".join(["", "most often confused", *lines])


PLOT = Plot(gather_confusion_matrix, draw_confusion_matrix, needs="an evaluation by classes")
RATES = Plot(gather_confusion_matrix, draw_confusion_rates, needs="an evaluation by classes")
