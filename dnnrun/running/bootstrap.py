"""How far a figure may be off because other rows might have been drawn: intervals by the bootstrap over rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dnnrun.data.dataset import Array

METHOD = "percentile bootstrap over the rows"
LEVEL = 0.95
RESAMPLES = 1000

Interval = tuple[float, float]


@dataclass(frozen=True)
class Resampling:
    """What figures are computed of again, for other draws of the rows.

    Args:
        means: for each figure that is a mean over rows the part of each row, shape (rows,).
        offsets: what is added to such a mean whatever the rows are, as the penalty of a regularizer is.
        others: gives the figures that are no mean of rows, for rows drawn with replacement; None where there are none.
    """

    means: Mapping[str, Array]
    offsets: Mapping[str, float]
    others: Callable[[Array], Mapping[str, float]] | None = None


def intervals_of(resampling: Resampling, rows: int, *, resamples: int, seed: int) -> dict[str, Interval]:
    """Return the interval of each figure: the 2.5th and the 97.5th percentile over the resamples.

    Every figure is computed of the same draws. A figure that is no number in some of the draws has no interval.

    Args:
        resampling: what is computed.
        rows: how many there are.
        resamples: how often they are drawn.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    names = list(resampling.means)
    parts = np.stack([resampling.means[name] for name in names]).astype(np.float64) if names else np.empty((0, rows))
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(resamples):
        chosen = generator.integers(0, rows, rows)
        means = parts @ np.bincount(chosen, minlength=rows) / rows
        for name, value in zip(names, means.tolist(), strict=True):
            drawn[name].append(value + resampling.offsets.get(name, 0.0))
        for name, value in resampling.others(chosen).items() if resampling.others else ():
            drawn.setdefault(name, []).append(value)
    return {name: _percentiles(values) for name, values in drawn.items() if np.isfinite(values).all()}


def _percentiles(values: list[float]) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail]).tolist()
    return low, high
