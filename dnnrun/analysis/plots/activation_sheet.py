"""Activation functions with their derivatives, a panel each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.activations import Activation
from dnnrun.analysis.plots.plot import BLACK, BLUE, VERMILION, set_title

_FROM, _TO = -5.0, 5.0
_POINTS = 2001
_LOWEST, _HIGHEST = -2.0, 3.0  # of a panel at least, where the function goes so far
_ACROSS = 4


def draw_activations(figure: Figure, activations: Mapping[str, Activation]) -> None:
    """Draw each function solid and its derivative dashed, from -5 to 5, with its formula."""
    across = min(_ACROSS, len(activations))
    down = -(-len(activations) // across)
    figure.set_size_inches(max(4.6, 2.7 * across), 2.35 * down + 0.9)
    set_title(figure, "Activation functions" if len(activations) > 1 else "Activation function")
    panels = figure.subplots(down, across, squeeze=False).flatten()
    for panel, (name, activation) in zip(panels, activations.items(), strict=False):
        _draw_activation(panel, name, activation)
    for panel in panels[len(activations) :]:
        panel.remove()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)


def _draw_activation(panel: Axes, name: str, activation: Activation) -> None:
    x = np.linspace(_FROM, _TO, _POINTS)
    value, slope = activation.function(x), activation.derivative(x)
    panel.axhline(0, color=BLACK, linewidth=0.6)
    panel.axvline(0, color=BLACK, linewidth=0.6)
    panel.plot(x, _without_jumps(value), color=BLUE, linewidth=2, label="function")
    panel.plot(x, _without_jumps(slope), color=VERMILION, linestyle="--", label="derivative")
    both = np.concatenate([value, slope])
    low, high = max(_LOWEST, float(both.min())), min(_HIGHEST, float(both.max()))
    margin = 0.06 * (high - low)
    panel.set(xlim=(_FROM, _TO), ylim=(low - margin, high + margin))
    panel.set_title(name, fontsize=10, fontweight="bold", pad=16)
    panel.text(0.5, 1.03, activation.formula, ha="center", fontsize=7.5, transform=panel.transAxes)
    panel.tick_params(labelsize=8)


def _without_jumps(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return values with a gap where they jump: a line there would be no part of the function."""
    shown = np.array(values, dtype=np.float64)
    jumps = np.abs(np.diff(shown)) > 0.05 + 0.02 * np.abs(shown[:-1])
    shown[1:][jumps] = np.nan
    return shown
