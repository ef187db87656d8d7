"""The curves of several runs over each other, a panel for each metric, the runs told apart by what differs in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dnnrun.analysis.comparison import Comparison, compare_runs
from dnnrun.analysis.overlaid import Over, Overlay, gather_overlay
from dnnrun.analysis.plots.curves import Curve, draw_line, set_epoch_axis, set_value_axis
from dnnrun.analysis.plots.plot import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    ImageFormat,
    grid_shape,
    render,
    set_title,
)
from dnnrun.errors import ConfigError
from dnnrun.store import Run
from dnnrun.store.atomic import replacing

_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def write_overlay(
    comparison: Comparison, path: Path, metrics: Sequence[str] | None = None, over: Over = "epoch"
) -> None:
    """Draw an overlay into a file, whole or not at all, in the format of its ending: png, svg or pdf.

    Raises:
        ConfigError: another ending, or a metric that no run has.
        RunError: no run has finished an epoch, or the file cannot be written.
    """
    image_format = path.suffix.lower().removeprefix(".")
    if image_format not in get_args(ImageFormat):
        known = ", ".join(f".{name}" for name in get_args(ImageFormat))
        raise ConfigError(f"{path}: a plot cannot be written as {path.suffix or 'a file without ending'}", hint=known)
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {str(path.parent)!r}", hint="make it first")
    image = draw_overlay(gather_overlay(comparison, metrics, over), cast("ImageFormat", image_format))
    with replacing(path) as temporary:
        temporary.write_bytes(image)


def overlay(
    runs: Sequence[Run],
    metrics: Sequence[str] | None = None,
    *,
    sort: str | None = None,
    over: Over = "epoch",
    image_format: ImageFormat = "png",
) -> bytes:
    """Return the curves of several runs as an image file.

    Args:
        runs: finished or not; broken ones and those without an epoch are left out.
        metrics: with or without ``val_``; by default the loss and up to three that most runs have.
        sort: the metric that says which runs are best, as for `compare_runs`.
        over: what the curves are drawn over.
        image_format: of the file.

    Raises:
        ConfigError: no run has one of the metrics.
        RunError: no run has finished an epoch.
    """
    return draw_overlay(gather_overlay(compare_runs(runs, sort), metrics, over), image_format)


def draw_overlay(numbers: Overlay, image_format: ImageFormat = "png") -> bytes:
    """Return the overlay as an image file."""
    return render(lambda figure: _draw(figure, numbers), image_format)


def _draw(figure: Figure, numbers: Overlay) -> None:
    rows, columns = grid_shape(len(numbers.metrics))
    handles = _legend(numbers)
    legend_columns = 2 if columns > 1 and max(len(str(handle.get_label())) for handle in handles) < 45 else 1
    legend_height = 0.2 * -(-len(handles) // legend_columns)
    figure.set_size_inches(8 if columns == 1 else 4.6 * columns, 3.4 * rows + 0.6 + legend_height)
    count = len(numbers.named) + len(numbers.others)
    order = f"best first, by {numbers.sorted_by}" if numbers.sorted_by and count > 1 else ""
    what = "groups of runs" if any(lines.deviations for lines in numbers.named) else "runs"
    set_title(figure, numbers.named[0].label if count == 1 else f"{count} {what}", order)
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for panel, metric in zip(panels, numbers.metrics, strict=False):
        _draw_panel(panel, metric, numbers)
    for panel in panels[len(numbers.metrics) :]:
        panel.remove()
    figure.legend(handles=handles, loc="outside lower center", ncols=legend_columns)


def _draw_panel(axes: Axes, metric: str, numbers: Overlay) -> None:
    for run in numbers.others:
        curve = run.curves.get(metric)
        if curve:
            values = curve.training if curve.validation is None else curve.validation
            draw_line(axes, curve.epochs, values, label=None, color="#BBBBBB", line="-", marker="", width=0.8)
    # The best is drawn last, over the others.
    for index, run in reversed(list(enumerate(numbers.named))):
        curve = run.curves.get(metric)
        if curve:
            color, marker = _look(index)
            training = curve.training if numbers.shows_training(curve) else None
            draw_line(axes, curve.epochs, training, label=None, color=color, line="--", marker=marker, width=0.9)
            draw_line(axes, curve.epochs, curve.validation, label=None, color=color, line="-", marker=marker)
            _draw_band(axes, curve, run.deviations.get(metric, ()), color)
    curves = [run.curves[metric] for run in [*numbers.named, *numbers.others] if metric in run.curves]
    if numbers.over == "epoch":
        set_epoch_axis(axes, [int(epoch) for curve in curves for epoch in curve.epochs])
    set_value_axis(axes, [value for c in curves for values in (c.training, c.validation) for value in values or ()])
    axes.set_title(metric)
    axes.set_xlabel("epoch" if numbers.over == "epoch" else "seconds of training")


def _draw_band(axes: Axes, curve: Curve, deviations: Sequence[float], color: str) -> None:
    """Shade a standard deviation on either side of the mean of a group."""
    means = (curve.training if curve.validation is None else curve.validation) or ()
    points = [
        (x, mean - deviation, mean + deviation)
        for x, mean, deviation in zip(curve.epochs, means, deviations, strict=False)
        if math.isfinite(mean) and math.isfinite(deviation)
    ]
    if points:
        x, low, high = zip(*points, strict=True)
        axes.fill_between(x, low, high, color=color, alpha=0.18, linewidth=0)


def _look(index: int) -> tuple[str, str]:
    """Return the colour and the marker of a run, a pair that no other run has."""
    turn = index // len(_COLORS)
    return _COLORS[index % len(_COLORS)], _MARKERS[(index + turn) % len(_MARKERS)]


def _legend(numbers: Overlay) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = []
    for index, run in enumerate(numbers.named):
        color, marker = _look(index)
        handles.append(Line2D([], [], color=color, marker=marker, label=run.label))
    if numbers.others:
        handles.append(Line2D([], [], color="#BBBBBB", linewidth=0.8, label=f"{len(numbers.others)} more"))
    shown = [curve for run in numbers.named for metric, curve in run.curves.items() if metric in numbers.metrics]
    if any(curve.validation is not None for curve in shown):
        handles.append(Line2D([], [], color=GREY, linestyle="-", label="solid: validation"))
    if any(map(numbers.shows_training, shown)):
        handles.append(Line2D([], [], color=GREY, linestyle="--", linewidth=0.9, label="dashed: training"))
    if any(run.deviations for run in numbers.named):
        handles.append(Patch(color=GREY, alpha=0.25, linewidth=0, label="band: one standard deviation"))
    return handles
