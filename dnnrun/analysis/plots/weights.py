"""How the numbers of each layer are distributed after the training: a histogram for each array of weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.plot import BLUE, GREY, TIMES, Plot, set_title
from dnnrun.errors import RunError
from dnnrun.store import Run

_BINS = 50  # at most; of few numbers as many as the root of their count
_MOST_PANELS = 30
_MOST_NUMBERS = 2**21  # of a larger array so many, from all over it
_VARIABLES, _OPTIMIZER = "vars", "optimizer"  # as Keras names its groups


@dataclass(frozen=True)
class Distribution:
    """The numbers of one array.

    Args:
        layer: the name of the layer it belongs to.
        shape: of the array.
        counts: how many numbers are in each bin.
        edges: of the bins, one more.
        mean: of the finite numbers; NaN where there is none.
        deviation: their standard deviation.
        not_finite: how many numbers are NaN or infinite.
    """

    layer: str
    shape: tuple[int, ...]
    counts: np.ndarray[Any, Any]
    edges: np.ndarray[Any, Any]
    mean: float
    deviation: float
    not_finite: int


@dataclass(frozen=True)
class Weights:
    """The weights of one run's final model.

    Args:
        run: the run's name.
        distributions: in the order of the network, at most 30.
        count: how many arrays there are.
    """

    run: str
    distributions: Sequence[Distribution]
    count: int


def gather_weights(run: Run) -> Weights | None:
    """Return the distributions of a run's weights, without those of layers that only prepare rows.

    Single numbers, such as counts, are left out. None where no weights were saved.

    Raises:
        RunError: the file of the weights is damaged.
    """
    path = run.weights_file
    if path is None:
        return None
    places = {str(layer.get("name")): place for place, layer in enumerate(run.network)}
    before = {str(layer.get("name")) for layer in run.network if layer.get("preprocessing")}
    try:
        with h5py.File(path) as file:
            arrays = [found for found in _arrays(file) if found[0].split("/")[0] not in before]
            arrays.sort(key=lambda found: places.get(found[0].split("/")[0], len(places)))
            distributions = [_distribution(layer, dataset) for layer, dataset in arrays[:_MOST_PANELS]]
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise RunError(f"{path}: damaged: {error}") from error
    return Weights(run.name, distributions, len(arrays)) if distributions else None


def _arrays(group: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the arrays of a group and of those in it, each under the names of the layers that it lies in."""
    variables = group.get(_VARIABLES)
    if variables is not None:
        for key in sorted(variables, key=_natural):
            dataset = variables[key]
            if isinstance(dataset, h5py.Dataset) and dataset.dtype.kind == "f" and dataset.size > 1:
                yield "/".join(names), dataset
    for key in sorted(group, key=_natural):
        inner = group[key]
        if isinstance(inner, h5py.Group) and key not in (_VARIABLES, _OPTIMIZER):
            own = inner.get(_VARIABLES)
            name = None if own is None else own.attrs.get("name")
            yield from _arrays(inner, (*names, str(name if name else key)) if own is not None else names)


def _natural(key: str) -> tuple[str, int]:
    """Return what sorts dense_10 behind dense_2."""
    stem = key.rstrip("0123456789")
    return stem, int(key[len(stem) :] or -1)


def _distribution(layer: str, dataset: Any) -> Distribution:
    numbers = np.asarray(dataset, dtype=np.float64).reshape(-1)
    numbers = numbers[:: max(1, len(numbers) // _MOST_NUMBERS)]
    finite = numbers[np.isfinite(numbers)]
    bins = min(_BINS, max(5, math.isqrt(len(finite))))
    counts, edges = np.histogram(finite, bins) if len(finite) else (np.zeros(1), np.array([0.0, 1.0]))
    mean, deviation = (float(finite.mean()), float(finite.std())) if len(finite) else (math.nan, math.nan)
    return Distribution(layer, dataset.shape, counts, edges, mean, deviation, len(numbers) - len(finite))


def draw_weights(figure: Figure, weights: Weights) -> None:
    """Draw a panel for each array, its mean dashed; the layer, shape and spread above."""
    across = min(3, len(weights.distributions))
    down = -(-len(weights.distributions) // across)
    figure.set_size_inches(max(4.5, 3.0 * across), 1.9 * down + 0.9)
    some = f"the first {len(weights.distributions)} of {weights.count} arrays" if weights.count > _MOST_PANELS else ""
    set_title(figure, f"Weights of {weights.run}", some)
    panels = figure.subplots(down, across, squeeze=False).flatten()
    for panel, distribution in zip(panels, weights.distributions, strict=False):
        _draw_distribution(panel, distribution)
    for panel in panels[len(weights.distributions) :]:
        panel.remove()
    for panel in panels[::across]:
        panel.set_ylabel("numbers", fontsize=8)


def _draw_distribution(panel: Axes, found: Distribution) -> None:
    shape = f" {TIMES} ".join(map(str, found.shape))
    panel.set_title(f"{shortened(found.layer, 24)}  {shape}", fontsize=8.5)
    panel.tick_params(labelsize=7.5)
    panel.locator_params(axis="x", nbins=4)
    panel.locator_params(axis="y", nbins=4)
    if found.not_finite:
        panel.text(0.98, 0.95, f"{found.not_finite:,} NaN or infinite", ha="right", va="top", transform=panel.transAxes)
    if not math.isfinite(found.mean):
        return
    panel.stairs(found.counts, found.edges, fill=True, color=BLUE, alpha=0.3)
    panel.stairs(found.counts, found.edges, color=BLUE, linewidth=1)
    panel.axvline(found.mean, color=GREY, linestyle="--", linewidth=1)
    panel.set_xlabel(f"mean {found.mean:.3g}, deviation {found.deviation:.3g}", fontsize=7.5)


PLOT = Plot(gather_weights, draw_weights, needs="the weights of a network that was trained to its end")
