"""Where the boxes of a network are drawn: in layers from top to bottom, few arrows crossing, in the way of Sugiyama.

An arrow that leads past a layer gets a place of its own in it, so that it leads around the boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 8
_BESIDE_ARROW = 0.3  # of a box's width, that an arrow takes which leads past

Node = int | tuple[int, int, int]  # a box, or the place of an arrow (from, to) in a rank


@dataclass(frozen=True)
class Layout:
    """Places of boxes; x in widths of a box, 0 in the middle, and y in ranks from the top.

    Args:
        places: x and y of each box.
        arrows: for each, the points that it leads through, those of its two boxes included.
        width: of everything, in widths of a box.
        height: the number of ranks.
    """

    places: Mapping[int, tuple[float, int]]
    arrows: Sequence[Sequence[tuple[float, int]]]
    width: float
    height: int


def lay_out(count: int, edges: Sequence[tuple[int, int]]) -> Layout:
    """Return where boxes 0, 1, ... are drawn.

    Args:
        count: how many boxes there are.
        edges: from box to box, always from a lower number to a higher one.
    """
    rank = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        rank[target] = max(rank[target], rank[source] + 1)
    height = max(rank, default=-1) + 1
    chains = [_chain(edge, rank) for edge in edges]
    ranks: list[list[Node]] = [[] for _ in range(height)]
    for box in range(count):
        ranks[rank[box]].append(box)
    for chain in chains:
        for node in chain[1:-1]:
            assert isinstance(node, tuple)
            ranks[node[2]].append(node)
    above, below = _neighbours(chains)
    _order(ranks, above, below)
    x = _coordinates(ranks, above, below)
    y = {node: number for number, nodes in enumerate(ranks) for node in nodes}
    sides = [abs(x[node]) + _width(node) / 2 for nodes in ranks for node in nodes]
    return Layout(
        {box: (x[box], y[box]) for box in range(count)},
        [[(x[node], y[node]) for node in chain] for chain in chains],
        2 * max(sides, default=0.5),
        height,
    )


def _chain(edge: tuple[int, int], rank: Sequence[int]) -> list[Node]:
    source, target = edge
    return [source, *((source, target, between) for between in range(rank[source] + 1, rank[target])), target]


def _neighbours(chains: Sequence[Sequence[Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for chain in chains:
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _order(ranks: list[list[Node]], above: Mapping[Node, Sequence[Node]], below: Mapping[Node, Sequence[Node]]) -> None:
    """Put the nodes of each rank in the order of the mean of their neighbours, downwards and upwards in turn."""
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        order = range(1, len(ranks)) if downwards else range(len(ranks) - 2, -1, -1)
        for number in order:
            beside = {node: place for place, node in enumerate(ranks[number + (-1 if downwards else 1)])}
            neighbours = above if downwards else below
            now = {node: float(place) for place, node in enumerate(ranks[number])}
            wanted = {node: _mean([beside[n] for n in neighbours.get(node, ())], now[node]) for node in now}
            ranks[number].sort(key=wanted.__getitem__)


def _coordinates(
    ranks: Sequence[Sequence[Node]], above: Mapping[Node, Sequence[Node]], below: Mapping[Node, Sequence[Node]]
) -> dict[Node, float]:
    """Move the nodes towards their neighbours without changing their order."""
    x: dict[Node, float] = {}
    for nodes in ranks:
        _place(nodes, dict.fromkeys(nodes, 0.0), x)
    for sweep in range(_SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        for nodes in ranks if sweep % 2 == 0 else reversed(ranks):
            _place(nodes, {node: _mean([x[n] for n in neighbours.get(node, ())], x[node]) for node in nodes}, x)
    middle = (min(x.values(), default=0.0) + max(x.values(), default=0.0)) / 2
    return {node: value - middle for node, value in x.items()}


def _place(nodes: Sequence[Node], wanted: Mapping[Node, float], x: dict[Node, float]) -> None:
    """Put nodes side by side, as near to where they are wanted as their widths allow, half of them each side."""
    from_left: list[float] = []
    for node in nodes:
        free = from_left[-1] + _apart(nodes[len(from_left) - 1], node) if from_left else wanted[node]
        from_left.append(max(free, wanted[node]))
    from_right: list[float] = []
    for node in reversed(nodes):
        before = nodes[len(nodes) - len(from_right)] if from_right else node
        free = from_right[-1] - _apart(node, before) if from_right else wanted[node]
        from_right.append(min(free, wanted[node]))
    for node, left, right in zip(nodes, from_left, reversed(from_right), strict=True):
        x[node] = (left + right) / 2


def _width(node: Node) -> float:
    return 1.0 if isinstance(node, int) else _BESIDE_ARROW


def _apart(left: Node, right: Node) -> float:
    """Return how far the middles of two neighbours are apart."""
    return (_width(left) + _width(right)) / 2 + 0.12


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
