"""A picture beside what a model's prediction of it rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from dnnrun.analysis.plots.plot import render, set_title
from dnnrun.analysis.plots.samples import as_pictures


def heat_map(picture: np.ndarray[Any, Any], effects: np.ndarray[Any, Any], title: str) -> bytes:
    """Return a PNG: the picture, and beside it where hiding a part changes the prediction.

    Args:
        picture: shape (height, width) or (height, width, channels).
        effects: of each pixel, shape (height, width); positive where it speaks for what was predicted.
        title: what was predicted.
    """

    def draw(figure: Figure) -> None:
        figure.set_size_inches(7.0, 3.4)
        shown = as_pictures(picture[None])[0]
        plain, heated = figure.subplots(1, 2)
        largest = max(float(np.abs(effects).max()), 1e-12)
        for axes in (plain, heated):
            axes.grid(visible=False)
            axes.set_xticks([])
            axes.set_yticks([])
        plain.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        heat = heated.imshow(effects, cmap="PuOr_r", vmin=-largest, vmax=largest, interpolation="nearest")
        figure.colorbar(heat, ax=heated, label="for (+) or against (\N{MINUS SIGN}) it")
        set_title(figure, title)

    return render(draw)
