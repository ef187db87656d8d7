"""What a reader of a picture would stumble over: words that are cut off, and labels that lie upon each other."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from matplotlib.axis import Axis, Tick
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from dnnrun.analysis.plots.plot import render

_SLACK = 2.0  # pixels


def drawn(draw: Callable[[Figure, Any], None], numbers: Any) -> Figure:
    """Draw numbers as an image, a warning being an error; return the figure with everything in its place."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> None:
        figures.append(figure)
        draw(figure, numbers)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render(keep)
    return figures[0]


def faults_of(figure: Figure) -> list[str]:
    """Return what of a figure's words cannot be read."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    page = figure.bbox.padded(_SLACK)
    faults: list[str] = []
    labels = {label for axis in figure.findobj(Axis) for tick in axis.get_major_ticks() for label in _labels(tick)}
    texts = [text for text in figure.findobj(Text) if _is_shown(text) and text not in labels]
    for axis in figure.findobj(Axis):
        ticks = axis._update_ticks() if axis.axes.axison else ()
        of_axis = [label for tick in ticks for label in _labels(tick) if _is_shown(label)]
        texts += of_axis
        boxes = {label: label.get_window_extent(renderer).padded(-0.5) for label in of_axis}
        lying = [(a, b) for a, b in pairwise(of_axis) if boxes[a].overlaps(boxes[b])]
        faults += [f"{a.get_text()!r} lies upon {b.get_text()!r}" for a, b in lying]
    cut = [text for text in texts if not _lies_within(text.get_window_extent(renderer), page)]
    return faults + [f"{text.get_text()!r} is cut off" for text in cut]


def _labels(tick: Tick) -> tuple[Text, Text]:
    return tick.label1, tick.label2


def _is_shown(text: Text) -> bool:
    return text.get_visible() and bool(text.get_text().strip())


def _lies_within(box: Bbox, page: Bbox) -> bool:
    return bool(box.x0 >= page.x0 and box.y0 >= page.y0 and box.x1 <= page.x1 and box.y1 <= page.y1)
