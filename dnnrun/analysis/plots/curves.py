"""Curves over the epochs, a metric on training rows beside the same on validation rows: for several plots."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from dnnrun.analysis.number_text import metric_text
from dnnrun.analysis.plots.plot import BLUE, GREY, VERMILION
from dnnrun.config.directions import direction_of
from dnnrun.store import History, Run

_VALIDATION = "val_"
_WIDE = 1000.0  # a curve that falls by more than this factor is a flat line on a linear axis
_DENSE = 200  # lines of more epochs than this are drawn thin
_MARKERS = 12  # about so many on a curve, however many epochs it has


@dataclass(frozen=True)
class Curve:
    """One metric over the epochs.

    Args:
        metric: its name, without ``val_``.
        epochs: from 1; whatever else it is drawn over in their place.
        training: one value an epoch, NaN where there is none; None where the metric was not measured on training rows.
        validation: likewise on validation rows.
    """

    metric: str
    epochs: Sequence[float]
    training: Sequence[float] | None
    validation: Sequence[float] | None


@dataclass(frozen=True)
class BestEpoch:
    """The epoch that a run takes for its best, and the value of the metric that it goes by."""

    epoch: int
    metric: str
    value: float

    def __str__(self) -> str:
        return f"best epoch: {self.epoch} ({self.metric} {metric_text(self.value)})"


def gather_curves(history: History) -> list[Curve]:
    """Return a curve for every metric, each joined with its validation twin, the loss first."""
    columns, epochs = history.columns, history.epochs
    if not epochs:
        return []
    metrics = dict.fromkeys(name.removeprefix(_VALIDATION) for name in history.metrics)
    return [
        Curve(metric, epochs, columns.get(metric), columns.get(_VALIDATION + metric))
        for metric in sorted(metrics, key=lambda metric: metric != "loss")
    ]


def find_best_epoch(run: Run) -> BestEpoch | None:
    """Return the best epoch as the run has recorded it, else by its validation loss, else by its loss.

    None where no epoch has a loss that is a number, or the epoch is not in the history.
    """
    history = run.history
    recorded = run.record.get("best")
    if isinstance(recorded, Mapping):
        best = _recorded_best(recorded)
        return best if best and best.epoch in history.epochs else None
    for metric in ("val_loss", "loss"):
        found = history.best(metric, direction_of(metric))
        if found:
            return BestEpoch(found[0], metric, found[1])
    return None


def _recorded_best(recorded: Mapping[str, Any]) -> BestEpoch | None:
    epoch, metric, value = (recorded.get(key) for key in ("epoch", "metric", "value"))
    if not isinstance(epoch, int) or not isinstance(value, int | float):
        return None
    return BestEpoch(epoch, str(metric), float(value))


def draw_curve(axes: Axes, curve: Curve, best: BestEpoch | None) -> None:
    """Draw a curve, the best epoch marked on it, with labels for a legend.

    Training and validation differ in colour, in line and in marker, so that they also do in black and white.
    """
    alone = curve.training is None or curve.validation is None
    # Dashes tell the two apart, but they fall apart in the noise of many epochs, where the markers have to do.
    line = "-" if alone or len(curve.epochs) > _DENSE else "--"
    draw_line(axes, curve.epochs, curve.training, label="training", color=BLUE, line=line, marker="o")
    draw_line(axes, curve.epochs, curve.validation, label="validation", color=VERMILION, line="-", marker="s")
    _mark_missing(axes, curve)
    if best:
        axes.axvline(best.epoch, color=GREY, linewidth=1, linestyle=":", zorder=1)
        value = value_at(curve, best.epoch)
        if math.isfinite(value):
            star: dict[str, Any] = {"marker": "*", "markersize": 15, "markerfacecolor": "none"}
            star |= {"markeredgecolor": "black", "markeredgewidth": 1.3, "linestyle": "none"}
            axes.plot([best.epoch], [value], label=str(best), zorder=5, **star)
    set_epoch_axis(axes, curve.epochs)
    set_value_axis(axes, [*(curve.training or ()), *(curve.validation or ())])


def value_at(curve: Curve, epoch: int) -> float:
    """Return the value at an epoch, on validation rows if there are any; NaN where there is none."""
    values = curve.training if curve.validation is None else curve.validation
    return values[curve.epochs.index(epoch)] if values is not None else math.nan


def draw_line(
    axes: Axes,
    epochs: Sequence[float],
    values: Sequence[float] | None,
    *,
    label: str | None,
    color: str,
    line: str,
    marker: str,
    width: float = 1.6,
) -> None:
    """Draw one line through the epochs that have a number, with about a dozen markers."""
    points = [(epoch, value) for epoch, value in zip(epochs, values or (), strict=False) if math.isfinite(value)]
    if not points:
        return
    x, y = zip(*points, strict=True)
    if len(points) > _DENSE:
        width = min(width, 1.0)
    every = max(1, round(len(points) / _MARKERS))
    axes.plot(x, y, label=label, color=color, linestyle=line, linewidth=width, marker=marker, markevery=every)


def _mark_missing(axes: Axes, curve: Curve) -> None:
    """Put a cross at the foot of every epoch whose training value is NaN or infinite, as after divergence.

    Validation rows may be looked at every few epochs only, so that a gap there means nothing.
    """
    values = curve.training or ()
    epochs = [epoch for epoch, value in zip(curve.epochs, values, strict=False) if not math.isfinite(value)]
    if epochs:
        look: dict[str, Any] = {"marker": "x", "markeredgecolor": "black", "markeredgewidth": 1.2, "linestyle": "none"}
        foot = axes.get_xaxis_transform()
        axes.plot(epochs, [0.03] * len(epochs), label="training NaN or infinite", transform=foot, clip_on=False, **look)


def set_epoch_axis(axes: Axes, epochs: Sequence[float]) -> None:
    """Show whole epochs only, none before the first, also where there is just one."""
    first, last = min(epochs), max(epochs)
    margin = max(0.5, (last - first) * 0.02)
    axes.set_xlim(first - margin, last + margin)
    if first == last:
        axes.set_xticks([first])
        return
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda epoch, _: f"{epoch:.0f}" if epoch >= first else ""))


def set_value_axis(axes: Axes, values: Sequence[float]) -> None:
    """Take a logarithmic axis where the values are positive and span more than three decades."""
    finite = [value for value in values if math.isfinite(value)]
    if finite and min(finite) > 0 and max(finite) / min(finite) > _WIDE:
        axes.set_yscale("log")
        # The default writes powers as mathematics, which is switched off for the sake of names.
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    elif 0 < len(finite) <= 2 and min(finite) > 0:
        axes.set_ylim(0, max(finite) * 1.15)  # one epoch: a point or two, which an axis of their own would tear apart
