"""The loss on training and validation rows over the epochs, the best epoch marked."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from dnnrun.analysis.plots.curves import BestEpoch, Curve, draw_curve, find_best_epoch, gather_curves
from dnnrun.analysis.plots.plot import Plot, set_title
from dnnrun.config.positions import is_estimator
from dnnrun.store import Run


@dataclass(frozen=True)
class LossCurve:
    """The loss of one run over its epochs."""

    run: str
    curve: Curve
    best: BestEpoch | None


def gather_loss(run: Run) -> LossCurve | None:
    """Return the loss of a run; None before its first epoch has ended, and where there is no second one."""
    if is_estimator(run.config.get("model")):
        return None
    curve = next((curve for curve in gather_curves(run.history) if curve.metric == "loss"), None)
    return LossCurve(run.name, curve, find_best_epoch(run)) if curve else None


def draw_loss(figure: Figure, loss: LossCurve) -> None:
    """Draw the loss, with a legend below."""
    figure.set_size_inches(7, 4.4)
    set_title(figure, f"Loss of {loss.run}")
    axes = figure.add_subplot()
    draw_curve(axes, loss.curve, loss.best)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    figure.legend(loc="outside lower center", ncols=4)


PLOT = Plot(gather_loss, draw_loss, needs="an epoch of a network")
