"""The curves of several runs over each other, a panel for each metric, the runs told apart by what differs in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dnnrun.analysis.comparison import Column, Comparison, Row, compare_runs
from dnnrun.analysis.number_text import MISSING, shortened
from dnnrun.analysis.plots.curves import Curve, draw_line, gather_curves, set_epoch_axis, set_value_axis
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
from dnnrun.errors import ConfigError, RunError, suggest
from dnnrun.store import Run
from dnnrun.store.atomic import replacing

_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_MOST_NAMED = 10
_NAMED_OF_MORE = 7
_MOST_WITH_TRAINING = 5
_MOST_METRICS = 4
_LONGEST_LABEL = 60


@dataclass(frozen=True)
class RunCurves:
    """The curves of one run, by metric, and what tells it from the other runs."""

    label: str
    curves: Mapping[str, Curve]


@dataclass(frozen=True)
class Overlay:
    """What an overlay shows.

    Args:
        metrics: one panel each, without ``val_``.
        named: the runs that get a colour and a line in the legend, the best first.
        others: the runs in the background, where there are too many to tell apart.
        sorted_by: the figure by which the best comes first, or None.
    """

    metrics: Sequence[str]
    named: Sequence[RunCurves]
    others: Sequence[RunCurves]
    sorted_by: str | None

    def shows_training(self, curve: Curve) -> bool:
        """Whether a curve's training values are drawn: of many runs only where there are no others."""
        few = len(self.named) + len(self.others) <= _MOST_WITH_TRAINING
        return curve.training is not None and (few or curve.validation is None)


def write_overlay(
    runs: Sequence[Run], path: Path, metrics: Sequence[str] | None = None, sort: str | None = None
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
    image = draw_overlay(gather_overlay(runs, metrics, sort), cast("ImageFormat", image_format))
    with replacing(path) as temporary:
        temporary.write_bytes(image)


def overlay(
    runs: Sequence[Run],
    metrics: Sequence[str] | None = None,
    *,
    sort: str | None = None,
    image_format: ImageFormat = "png",
) -> bytes:
    """Return the curves of several runs as an image file.

    Args:
        runs: finished or not; broken ones and those without an epoch are left out.
        metrics: with or without ``val_``; by default the loss and up to three that most runs have.
        sort: the metric that says which runs are best, as for `compare_runs`.
        image_format: of the file.

    Raises:
        ConfigError: no run has one of the metrics.
        RunError: no run has finished an epoch.
    """
    return draw_overlay(gather_overlay(runs, metrics, sort), image_format)


def gather_overlay(runs: Sequence[Run], metrics: Sequence[str] | None = None, sort: str | None = None) -> Overlay:
    """Return the numbers of an overlay; arguments and errors as for `overlay`."""
    comparison = compare_runs(runs, sort)
    labels = _labels(comparison)
    found = [
        RunCurves(label, {curve.metric: curve for curve in gather_curves(row.figures.run.history)})
        for row, label in zip(comparison.rows, labels, strict=True)
    ]
    found = [each for each in found if each.curves]
    if not found:
        raise RunError("none of these runs has finished an epoch, so there are no curves to draw")
    named = len(found) if len(found) <= _MOST_NAMED else _NAMED_OF_MORE
    return Overlay(_chosen_metrics(found, metrics), found[:named], found[named:], comparison.sorted_by)


def _chosen_metrics(runs: Sequence[RunCurves], wanted: Sequence[str] | None) -> list[str]:
    count = Counter(metric for run in runs for metric in run.curves)
    if wanted is None:
        # A stable sort: of metrics that as many runs have, the one that the best run names first.
        return sorted(count, key=lambda metric: (metric != "loss", -count[metric]))[:_MOST_METRICS]
    chosen = [metric.removeprefix("val_") for metric in wanted]
    for metric in chosen:
        if metric not in count:
            known = f"the runs have: {', '.join(count)}"
            near = suggest(metric, count)
            raise ConfigError(f"no run has a metric {metric!r}", hint=f"{near}\n{known}" if near else known)
    return list(dict.fromkeys(chosen))


def _labels(comparison: Comparison) -> list[str]:
    """Return what the legend calls each run: its values of the keys that differ, its name where these do not tell."""
    columns = [column for column in comparison.table_columns if column.kind in {"config", "argument"}]
    labels = [shortened(_differences(row, columns), _LONGEST_LABEL) for row in comparison.rows]
    count = Counter(labels)
    names = [row.cells["run"].text for row in comparison.rows]
    return [
        label if label and count[label] == 1 else f"{label}: {name}" if label else name
        for label, name in zip(labels, names, strict=True)
    ]


def _differences(row: Row, columns: Sequence[Column]) -> str:
    cells = [(column.heading, row.cells[column.name].text) for column in columns]
    return ", ".join(f"{heading}={text}" for heading, text in cells if text != MISSING)


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
    set_title(figure, numbers.named[0].label if count == 1 else f"{count} runs", order)
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
    curves = [run.curves[metric] for run in [*numbers.named, *numbers.others] if metric in run.curves]
    set_epoch_axis(axes, [epoch for curve in curves for epoch in curve.epochs])
    set_value_axis(axes, [value for c in curves for values in (c.training, c.validation) for value in values or ()])
    axes.set_title(metric)
    axes.set_xlabel("epoch")


def _look(index: int) -> tuple[str, str]:
    """Return the colour and the marker of a run, a pair that no other run has."""
    turn = index // len(_COLORS)
    return _COLORS[index % len(_COLORS)], _MARKERS[(index + turn) % len(_MARKERS)]


def _legend(numbers: Overlay) -> list[Line2D]:
    handles = []
    for index, run in enumerate(numbers.named):
        color, marker = _look(index)
        handles.append(Line2D([], [], color=color, marker=marker, label=run.label))
    if numbers.others:
        handles.append(Line2D([], [], color="#BBBBBB", linewidth=0.8, label=f"{len(numbers.others)} more runs"))
    shown = [curve for run in numbers.named for metric, curve in run.curves.items() if metric in numbers.metrics]
    if any(curve.validation is not None for curve in shown):
        handles.append(Line2D([], [], color=GREY, linestyle="-", label="solid: validation"))
    if any(map(numbers.shows_training, shown)):
        handles.append(Line2D([], [], color=GREY, linestyle="--", linewidth=0.9, label="dashed: training"))
    return handles
