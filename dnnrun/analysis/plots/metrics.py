"""Every metric but the loss over the epochs, a panel each, with training and validation together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from dnnrun.analysis.number_text import metric_text, shortened
from dnnrun.analysis.plots.curves import BestEpoch, Curve, draw_curve, find_best_epoch, gather_curves, value_at
from dnnrun.analysis.plots.plot import Plot, grid_shape, set_title
from dnnrun.config.positions import is_estimator
from dnnrun.store import Run


@dataclass(frozen=True)
class MetricCurves:
    """The metrics of one run over its epochs, the loss left out."""

    run: str
    curves: Sequence[Curve]
    best: BestEpoch | None


def gather_metrics(run: Run) -> MetricCurves | None:
    """Return the metrics of a run; None where it has none but the loss, no epoch has ended, or there is no second."""
    if is_estimator(run.config.get("model")):
        return None
    curves = [curve for curve in gather_curves(run.history) if curve.metric != "loss"]
    return MetricCurves(run.name, curves, find_best_epoch(run)) if curves else None


def draw_metrics(figure: Figure, metrics: MetricCurves) -> None:
    """Draw a panel for each metric, with one legend below for all."""
    rows, columns = grid_shape(len(metrics.curves))
    figure.set_size_inches(7 if columns == 1 else 4.2 * columns, 4.4 if rows == 1 else 2.7 * rows + 0.9)
    set_title(figure, f"Metrics of {metrics.run}")
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for panel, curve in zip(panels, metrics.curves, strict=False):
        draw_curve(panel, curve, metrics.best)
        panel.set_title(_panel_title(curve, metrics.best), fontsize=10)
    for panel in panels[len(metrics.curves) :]:
        panel.remove()
    for panel in panels[max(0, len(metrics.curves) - columns) : len(metrics.curves)]:
        panel.set_xlabel("epoch")
    by_label = {
        label: handle
        for panel in panels[: len(metrics.curves)]
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(by_label.values(), by_label.keys(), loc="outside lower center", ncols=4)


def _panel_title(curve: Curve, best: BestEpoch | None) -> str:
    name = shortened(curve.metric, 26)
    value = value_at(curve, best.epoch) if best else math.nan
    return f"{name} ({metric_text(value)} at best epoch)" if math.isfinite(value) else name


PLOT = Plot(gather_metrics, draw_metrics, needs="an epoch of a network with metrics beside the loss")
