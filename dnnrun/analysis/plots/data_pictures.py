"""Pictures of data that is yet to be trained on: samples with their classes, one row as a heat map, histograms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.plot import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, set_title
from dnnrun.analysis.plots.samples import as_pictures

Array = np.ndarray[Any, Any]
MOST_PANELS = 16
_LONGEST_NAME = 18
_MOST_CELLS = 32  # in a line, for their numbers to be legible
_MOST_BARS = 12  # of different texts
_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)


def draw_images(figure: Figure, images: Array, names: Sequence[str], title: str) -> None:
    """Draw images in a grid that is about square, each under the name of its class.

    Args:
        figure: empty.
        images: shape (m, h, w), (m, h, w, 1) or (m, h, w, 3), as `as_pictures` takes them.
        names: of each image's class, or its target.
        title: of the picture.
    """
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    figure.set_size_inches(max(4.0, 1.45 * columns), 1.7 * rows + 0.6)
    set_title(figure, title)
    cells = figure.subplots(rows, columns, squeeze=False).flatten()
    for cell, image, name in zip(cells, as_pictures(images), names, strict=False):
        _bare(cell)
        cell.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        cell.set_title(shortened(name, _LONGEST_NAME), fontsize=8)
    for cell in cells[len(images) :]:
        cell.remove()


def draw_heat_map(figure: Figure, row: Array, title: str) -> None:
    """Draw the numbers of one row as colours, a panel for each channel; where they are few, the numbers too.

    Args:
        figure: empty.
        row: shape (h, w) or (h, w, channels).
        title: of the picture.
    """
    channels = [row[..., channel] for channel in range(row.shape[-1])] if row.ndim == 3 else [row]
    height, width = row.shape[:2]
    has_numbers = max(height, width) <= _MOST_CELLS
    wide = min(11.0, max(4.5, 0.34 * width)) if has_numbers else 5.0
    panels = figure.subplots(1, len(channels), squeeze=False).flatten()
    figure.set_size_inches(wide * len(channels) + 1, max(2.0, wide * min(height / width, 2.0)) + 0.8)
    set_title(figure, title)
    least, greatest = float(np.nanmin(row)), float(np.nanmax(row))
    for panel, numbers in zip(panels, channels, strict=True):
        panel.grid(visible=False)
        image = panel.imshow(numbers, cmap="viridis", vmin=least, vmax=greatest, interpolation="nearest")
        if has_numbers:
            _write_numbers(panel, numbers, (least + greatest) / 2, size=min(9.0, 0.4 * 72 * wide / width))
    figure.colorbar(image, ax=list(panels), fraction=0.03)


def draw_histograms(figure: Figure, columns: Mapping[str, Array], classes: Sequence[str] | None, title: str) -> None:
    """Draw how often the values of each column occur, a panel a column, by class where there are classes.

    Args:
        figure: empty.
        columns: the values of each by its name, shape (rows,), numbers or texts; at most `MOST_PANELS` are drawn.
        classes: the class of each row, or None.
        title: of the picture.
    """
    shown = list(columns.items())[:MOST_PANELS]
    across = min(4, len(shown), math.ceil(math.sqrt(len(shown))))
    down = math.ceil(len(shown) / across)
    figure.set_size_inches(max(5.0, 3.1 * across), 2.3 * down + 1.0)
    set_title(figure, title)
    panels = figure.subplots(down, across, squeeze=False).flatten()
    names = _frequent(classes) if classes is not None else []
    by_class = {name: np.array([label == name for label in classes or ()]) for name in names}
    for panel, (name, values) in zip(panels, shown, strict=False):
        panel.set_title(shortened(name, 30), fontsize=9)
        panel.tick_params(labelsize=8)
        groups = {label: values[chosen] for label, chosen in by_class.items()} or {"": values}
        if values.dtype.kind in "OSU":
            _draw_bars(panel, values, groups)
        else:
            _draw_steps(panel, values, groups)
    for panel in panels[len(shown) :]:
        panel.remove()
    if names:
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, [shortened(label, _LONGEST_NAME) for label in labels], loc="outside lower center", ncols=4
        )


def _frequent(classes: Sequence[str]) -> list[str]:
    """Return the classes that get a colour of their own: the most frequent, in the order of their first rows."""
    counts = dict.fromkeys(classes, 0)
    for name in classes:
        counts[name] += 1
    chosen = sorted(counts, key=lambda name: -counts[name])[: len(_COLOURS)]
    return [name for name in sorted(counts) if name in chosen]


def _draw_steps(panel: Axes, values: Array, groups: Mapping[str, Array]) -> None:
    numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not numbers.size:
        panel.text(0.5, 0.5, "nothing but gaps", ha="center", color=GREY, transform=panel.transAxes)
        return
    different = np.unique(numbers)
    is_few = len(different) <= 20 and not np.mod(different, 1).any() and different[-1] - different[0] <= 40
    edges = np.arange(different[0] - 0.5, different[-1] + 1) if is_few else np.histogram_bin_edges(numbers, 30)
    for colour, (name, group) in zip(_COLOURS, groups.items(), strict=False):
        counted, _ = np.histogram(group, edges)
        panel.stairs(counted, edges, color=colour, fill=True, alpha=0.25)
        panel.stairs(counted, edges, color=colour, label=name, linewidth=1.2)


def _draw_bars(panel: Axes, values: Array, groups: Mapping[str, Array]) -> None:
    counts = Counter(map(str, values.tolist()))
    shown = sorted(counts, key=lambda text: (-counts[text], text))[:_MOST_BARS]
    bottom = np.zeros(len(shown))
    for colour, (name, group) in zip(_COLOURS, groups.items(), strict=False):
        of_group = Counter(map(str, group.tolist()))
        counted = np.array([of_group[text] for text in shown])
        panel.barh(range(len(shown)), counted, left=bottom, color=colour, label=name, alpha=0.8)
        bottom += counted
    panel.set_yticks(range(len(shown)), [shortened(text, 14) for text in shown], fontsize=7)
    panel.invert_yaxis()


def _write_numbers(panel: Axes, numbers: Array, middle: float, *, size: float) -> None:
    is_whole = numbers.dtype.kind in "iub" or not np.mod(numbers, 1).any()
    for (down, across), number in np.ndenumerate(numbers):
        text = f"{number:.0f}" if is_whole else f"{number:.2g}"
        colour = "white" if number < middle else "black"
        panel.text(across, down, text, ha="center", va="center", fontsize=size, color=colour)


def _bare(axes: Axes) -> None:
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.5)
