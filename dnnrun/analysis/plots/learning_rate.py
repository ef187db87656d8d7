"""The learning rate over the epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from dnnrun.analysis.plots.curves import draw_line, set_epoch_axis, set_value_axis
from dnnrun.analysis.plots.plot import BLUE, Plot, set_title
from dnnrun.store import Run

_COLUMN = "learning_rate"


@dataclass(frozen=True)
class LearningRate:
    """The learning rate of one run, one value an epoch, NaN where none was recorded."""

    run: str
    epochs: Sequence[int]
    values: Sequence[float]


def gather_learning_rate(run: Run) -> LearningRate | None:
    """Return the learning rate that each epoch ended with; None where none was recorded."""
    values = run.history.columns.get(_COLUMN, ())
    if not any(map(math.isfinite, values)):
        return None
    return LearningRate(run.name, run.history.epochs, values)


def draw_learning_rate(figure: Figure, rate: LearningRate) -> None:
    """Draw the learning rate; from zero on, unless it falls by decades."""
    figure.set_size_inches(7, 3.4)
    finite = [value for value in rate.values if math.isfinite(value)]
    subtitle = f"{finite[0]:g} in all epochs" if min(finite) == max(finite) else f"from {finite[0]:g} to {finite[-1]:g}"
    set_title(figure, f"Learning rate of {rate.run}", subtitle)
    axes = figure.add_subplot()
    draw_line(axes, rate.epochs, rate.values, label=None, color=BLUE, line="-", marker="o")
    set_epoch_axis(axes, rate.epochs)
    set_value_axis(axes, rate.values)
    if axes.get_yscale() == "linear" and min(finite) >= 0:
        axes.set_ylim(0, max(finite) * 1.15 or 1)
    axes.set_xlabel("epoch")
    axes.set_ylabel("learning rate")


PLOT = Plot(gather_learning_rate, draw_learning_rate, needs="an epoch whose learning rate was recorded")
