"""The network, layer by layer, with what each gives for a row and how many parameters it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from dnnrun.analysis.number_text import shortened
from dnnrun.analysis.plots.layered import Layout, lay_out
from dnnrun.analysis.plots.plot import GREY, TIMES, Plot, set_title
from dnnrun.errors import RunError
from dnnrun.store import Run

_WIDTH, _HEIGHT, _BETWEEN = 2.5, 0.5, 0.27  # inches
_TALLEST = 380.0  # an image has at most 65,536 pixels a side
_LETTERS = 28  # that fit into a box, in bold
_ALIKE = 3  # so many boxes that differ in their name only are drawn as one
_TRAINED, _FIXED = "#D6E6F2", "#FFFFFF"


@dataclass(frozen=True)
class Box:
    """One layer, or several that prepare inputs alike.

    Args:
        name: its name in the network, or of several the names of the first and the last.
        kind: its class and its activation.
        shape: what it gives for a row; ``?`` where that is not known.
        parameters: how many numbers it has, those of several together.
        is_trained: whether some of them are trained.
        is_before: whether it prepares rows.
        count: how many layers it stands for.
    """

    name: str
    kind: str
    shape: str
    parameters: int
    is_trained: bool
    is_before: bool
    count: int = 1


@dataclass(frozen=True)
class Network:
    """The network of one run.

    Args:
        run: the run's name.
        boxes: each after those that it takes from.
        arrows: from box to box, by their places in ``boxes``; None where it is not known what takes from what.
        parameters: of all together.
        trainable: how many of them are trained.
    """

    run: str
    boxes: Sequence[Box]
    arrows: Sequence[tuple[int, int]] | None
    parameters: int
    trainable: int


def gather_network(run: Run) -> Network | None:
    """Return the network of a run; None where its layers were not recorded.

    Raises:
        RunError: the record of them is damaged.
    """
    layers = run.network
    if not layers:
        return None
    try:
        boxes = [_box(layer) for layer in layers]
        places = {layer["name"]: place for place, layer in enumerate(layers)}
        arrows = [
            (places[source], place)
            for place, layer in enumerate(layers)
            for source in layer["inputs"] or ()
            if places[source] < place  # a layer that is called again may take what it gave itself
        ]
        trainable = sum(int(layer["trainable"]) for layer in layers)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{run.path}: the record of its layers is damaged: {error}") from error
    parameters = sum(box.parameters for box in boxes)
    is_known = all(layer["inputs"] is not None for layer in layers)
    boxes, arrows = _merged(boxes, arrows)
    return Network(run.name, boxes, arrows if is_known else None, parameters, trainable)


def _box(layer: Mapping[str, Any]) -> Box:
    kind = " ".join(filter(None, [layer["kind"], layer["activation"]]))
    calls = int(layer["calls"])
    shapes = ", ".join(
        f" {TIMES} ".join("any" if side is None else str(side) for side in shape) for shape in layer["shapes"]
    )
    return Box(
        str(layer["name"]),
        f"{kind}, called {calls} times" if calls > 1 else kind,
        shapes or ("one number" if layer["shapes"] else "?"),
        int(layer["parameters"]),
        int(layer["trainable"]) > 0,
        bool(layer["preprocessing"]),
    )


def _merged(boxes: Sequence[Box], arrows: Sequence[tuple[int, int]]) -> tuple[list[Box], list[tuple[int, int]]]:
    """Draw layers that prepare the columns of a table alike as one, from the last to the first."""
    stands_for = list(range(len(boxes)))
    groups: dict[Any, list[int]] = {}
    for place in reversed(range(len(boxes))):
        box = boxes[place]
        if box.is_before:
            targets = frozenset(stands_for[target] for source, target in arrows if source == place)
            group = groups.setdefault((box.kind, box.shape, box.parameters, targets), [])
            group.append(place)
            stands_for[place] = group[0]
    together = {group[0]: group for group in groups.values() if len(group) >= _ALIKE}
    merged = {place: first for first, group in together.items() for place in group}
    kept = [place for place in range(len(boxes)) if merged.get(place, place) == place]
    new = {place: kept.index(merged.get(place, place)) for place in range(len(boxes))}
    found = [_all_of(boxes, together[place]) if place in together else boxes[place] for place in kept]
    return found, sorted({(new[source], new[target]) for source, target in arrows})


def _all_of(boxes: Sequence[Box], places: Sequence[int]) -> Box:
    last, first = boxes[places[0]], boxes[places[-1]]
    parameters = sum(boxes[place].parameters for place in places)
    return replace(last, name=f"{first.name} ... {last.name}", parameters=parameters, count=len(places))


def draw_network(figure: Figure, network: Network) -> None:
    """Draw a box for each layer, filled where it is trained, dashed where it prepares rows; data runs downwards."""
    arrows = network.arrows if network.arrows is not None else _in_a_row(len(network.boxes))
    layout = lay_out(len(network.boxes), arrows)
    step = min(_HEIGHT + _BETWEEN, _TALLEST / layout.height)
    width, height = max(2.0, layout.width) * _WIDTH + 0.3, layout.height * step + 0.1
    has_before = any(box.is_before for box in network.boxes)
    legend = f"filled: trained{'; dashed: prepares rows' if has_before else ''}"
    note = "" if network.arrows is not None else "; what takes from what is in its code"
    subtitle = f"{network.parameters:,} parameters, {network.trainable:,} trained\n{legend}{note}"
    figure.set_size_inches(width, height + 0.75)
    set_title(figure, f"Network of {network.run}", subtitle)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(-width / 2, width / 2), ylim=(height, 0))
    if network.arrows is not None:
        _draw_arrows(axes, layout, step)
    for place, box in enumerate(network.boxes):
        x, rank = layout.places[place]
        _draw_box(axes, box, x * _WIDTH, (rank + 0.5) * step, step)


def _in_a_row(count: int) -> list[tuple[int, int]]:
    return [(place, place + 1) for place in range(count - 1)]


def _draw_arrows(axes: Axes, layout: Layout, step: float) -> None:
    half = _HEIGHT / (_HEIGHT + _BETWEEN) * step / 2
    for arrow in layout.arrows:
        points = []
        for place, (x, rank) in enumerate(arrow):
            middle = (rank + 0.5) * step
            points += [(x * _WIDTH, middle - half)] if place else []
            points += [(x * _WIDTH, middle + half)] if place < len(arrow) - 1 else []
        axes.plot(*zip(*points, strict=True), color=GREY, linewidth=1, zorder=1, solid_joinstyle="round")
        (tip, last) = points[-1], points[-2]
        style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8}
        axes.annotate("", tip, last, arrowprops=style, zorder=1)


def _draw_box(axes: Axes, box: Box, x: float, y: float, step: float) -> None:
    width, height = 0.94 * _WIDTH, _HEIGHT / (_HEIGHT + _BETWEEN) * step
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=_TRAINED if box.is_trained else _FIXED,
            edgecolor="#444444",
            linestyle="--" if box.is_before else "-",
            linewidth=1,
            zorder=2,
        )
    )
    several = f"{box.count} {TIMES} " if box.count > 1 else f"{box.name}: " if _is_given(box) else ""
    parameters = f"   {box.parameters:,} parameters" if box.parameters else ""
    first = shortened(f"{several}{box.kind}", _LETTERS)
    second = shortened(f"{box.shape}{parameters}", _LETTERS + 8)
    size = min(8.5, 8.5 * step / (_HEIGHT + _BETWEEN))
    axes.text(
        x,
        y - height * 0.21,
        first,
        ha="center",
        va="center",
        fontsize=size,
        fontweight="bold",
        zorder=3,
        in_layout=False,
    )
    axes.text(x, y + height * 0.23, second, ha="center", va="center", fontsize=size * 0.9, zorder=3, in_layout=False)


def _is_given(box: Box) -> bool:
    """Whether a layer has a name that says more than its class, which Keras numbers: dense_1."""
    return box.name.rstrip("0123456789").replace("_", "") != box.kind.split()[0].rstrip(",").lower()


PLOT = Plot(gather_network, draw_network, needs="the layers of a network, which newer trainings record")
