"""From the names and inputs in a list of layers to its `Topology`, with everything that makes none of it."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from dnnrun.components import Component, ConfigPath
from dnnrun.config.layering import describe
from dnnrun.config.topology import INPUTS, LAYERS, ROWS, DataInputs, Node, Topology, component_without_inputs, name_of
from dnnrun.errors import Place, Problem, suggest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # of those that Keras takes, TensorFlow takes these for its scopes


class Placing(Protocol):
    """Finds where a part of a config is written, as `Document.place` and `Experiment.place` do."""

    def __call__(self, path: ConfigPath, *, of_key: bool = False) -> Place | None:
        """Return the place of a value, or of its key."""


def read_topology(
    layers: Sequence[Component | None], data: DataInputs, outputs: Sequence[str] | None, place: Placing
) -> tuple[Topology, list[Problem]]:
    """Make out what a list of layers means, and everything that is wrong with it as a graph.

    Args:
        layers: with their `inputs`; None for an item that is no component, which is a problem of its own.
        data: what the data has for them to take.
        outputs: the names of the output layers, or None where the last of the list is the only one.
        place: finds the lines for messages.

    Returns:
        The graph, which is to be used only where there are no problems.
    """
    reading = _Reading(layers, data, outputs, place)
    return reading.topology, reading.problems


class _Reading:
    def __init__(
        self, layers: Sequence[Component | None], data: DataInputs, outputs: Sequence[str] | None, place: Placing
    ) -> None:
        self._layers, self._data, self._place = layers, data, place
        self.problems: list[Problem] = []
        self._positions = self._named_layers()
        takes = [tuple(self._takes(position)) for position in range(len(layers))]
        ends = [len(layers) - 1] if outputs is None else list(self._outputs(outputs))
        order = self._in_order(takes)
        if not self.problems and all(layers) and not any(map(_has_misspelt_inputs, layers)):
            self._check_all_is_used(takes, ends, has_one_output=outputs is None)
        nodes = [
            Node(position, component_without_inputs(component), takes[position])
            for position in order
            if (component := layers[position])
        ]
        taken = dict.fromkeys(source for sources in takes for source in sources if isinstance(source, str))
        inputs = tuple(taken) if data.names is None else tuple(name for name in data.names if name in taken)
        self.topology = Topology(tuple(nodes), inputs, tuple(ends))

    def _named_layers(self) -> dict[str, int]:
        """Return the position of every name; two things of one name are a problem."""
        positions: dict[str, int] = {}
        for given in self._data.names or ():
            self._check_name(given, "an input", (*self._data.path, given), key=True)
        for position, layer in enumerate(self._layers):
            name = name_of(layer)
            if layer is None or name is None:
                continue
            path = (*LAYERS, position, layer.name, "name")
            self._check_name(name, "a layer", path)
            if name in positions:
                first = self._place((*LAYERS, positions[name]))
                hint = f"the other stands in line {first.line}; " if first and first.line else ""
                self._report(f"two layers are named {name!r}", path, f"{hint}give one of them another name")
            elif name in (self._data.names or ()):
                what = f"{name!r} is the name of an input of the data, and cannot be that of a layer too"
                self._report(what, path, "give the layer another name")
                continue
            positions.setdefault(name, position)
        return positions

    def _check_name(self, name: str, one: str, path: ConfigPath, *, key: bool = False) -> None:
        if not _NAME.fullmatch(name):
            near = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).lstrip("_.-")
            hint = "a name is made of letters from a to z, digits, and _ - . behind the first of them"
            self._report(f"{name!r} cannot be the name of {one}", path, f"{hint}: {near}" if near else hint, key=key)

    def _takes(self, position: int) -> Iterator[int | str]:
        layer = self._layers[position]
        if layer is not None and INPUTS in layer.arguments:
            yield from self._named_inputs(layer, (*LAYERS, position, layer.name, INPUTS))
        elif layer is not None and not _has_misspelt_inputs(layer) and (names := self._misplaced(layer)):
            what = f"{layer.name} is given the names {', '.join(names)} as its first argument"
            hint = f"what it takes stands under {INPUTS}: {{{layer.name}: {{{INPUTS}: [{', '.join(names)}]}}}}"
            self._report(what, (*LAYERS, position), hint)
        elif position:
            yield position - 1
        elif self._data.names is None or len(self._data.names) == 1:
            yield self._data.names[0] if self._data.names else ROWS
        else:
            name = layer.name if layer else "the first layer"
            listed = ", ".join(self._data.names)
            hint = f"give it inputs, one or a list of them: {{{name}: {{..., {INPUTS}: {self._data.names[0]}}}}}"
            self._report(
                f"the data has the inputs {listed}, and {name} does not say which it takes", (*LAYERS, 0), hint
            )

    def _misplaced(self, layer: Component) -> tuple[str, ...]:
        """Return the names of others that a layer is given in place of an argument, as in ``{Add: [left, right]}``."""
        known = {*self._positions, *(self._data.names or ())}
        values = (*layer.positional, *layer.arguments.values())
        is_list = len(values) == 1 and isinstance(values[0], tuple) and len(values[0]) > 1
        return values[0] if is_list and all(isinstance(name, str) and name in known for name in values[0]) else ()

    def _named_inputs(self, layer: Component, path: ConfigPath) -> Iterator[int | str]:
        given = layer.arguments[INPUTS]
        names = given if isinstance(given, tuple) else (given,)
        wrong = [index for index, name in enumerate(names) if not isinstance(name, str) or not name]
        if wrong or not names:
            shown = describe(names[wrong[0]]) if wrong else "an empty list"
            at = (*path, wrong[0]) if wrong and isinstance(given, tuple) else path
            what = f"{INPUTS} of {layer.name} must be a name or a list of names, not {shown}"
            self._report(what, at, self._known())
            return
        for index, name in enumerate(names):
            if name in self._positions:
                yield self._positions[name]
            elif self._data.names is None or name in self._data.names:
                yield name
            else:
                at = (*path, index) if isinstance(given, tuple) else path
                self._report(f"there is no layer and no input of the data named {name!r}", at, self._hint(name))

    def _hint(self, name: str) -> str:
        near = suggest(name, [*self._positions, *(self._data.names or ())])
        unnamed = [layer.name for layer in self._layers if layer and layer.name == name and not name_of(layer)]
        if unnamed and not near:
            near = f"give the layer that is meant a name: {{{name}: {{..., name: {name.lower()}}}}}"
        return f"{near}\n{self._known()}".strip()

    def _known(self) -> str:
        layers = f"layers with a name: {', '.join(self._positions) or 'none'}"
        return f"{layers}; inputs of the data: {', '.join(self._data.names)}" if self._data.names else layers

    def _outputs(self, names: Sequence[str]) -> Iterator[int]:
        for name in names:
            if name in self._positions:
                yield self._positions[name]
            else:
                near = suggest(name, self._positions)
                listed = f"layers with a name: {', '.join(self._positions) or 'none'}"
                hint = f"{near}\n{listed}".strip()
                self._report(f"the loss names {name!r}, which is no layer of the model", ("loss", name), hint, key=True)

    def _in_order(self, takes: Sequence[tuple[int | str, ...]]) -> list[int]:
        """Return the positions so that each stands behind all that it takes; those in a circle are left out."""
        waits_for = [{source for source in sources if isinstance(source, int)} for sources in takes]
        takers: list[list[int]] = [[] for _ in takes]
        for position, sources in enumerate(waits_for):
            for source in sources:
                takers[source].append(position)
        ready = [position for position, sources in enumerate(waits_for) if not sources]
        order: list[int] = []
        while ready:
            position = heapq.heappop(ready)
            order.append(position)
            for taker in takers[position]:
                waits_for[taker].discard(position)
                if not waits_for[taker]:
                    heapq.heappush(ready, taker)
        stuck = {position: sources for position, sources in enumerate(waits_for) if sources}
        for circle in _circles(stuck):
            self._report_circle(circle)
        return order

    def _report_circle(self, circle: Sequence[int]) -> None:
        named = [(i, layer) for i in circle if (layer := self._layers[i]) and INPUTS in layer.arguments]
        position, layer = named[0]  # of layers that all take the one before them, none could come round again
        path = (*LAYERS, position, layer.name, INPUTS)
        if len(circle) == 1:
            what = f"{self._label(position)} takes what it gives itself"
            self._report(what, path, "name another layer, or an input of the data")
            return
        shown = " -> ".join(self._label(position) for position in (*circle, circle[0]))
        what = f"these layers wait for one another in a circle: {shown}"
        self._report(what, path, "each layer can only take what is made before it; take one of these inputs out")

    def _check_all_is_used(
        self, takes: Sequence[tuple[int | str, ...]], ends: Sequence[int], *, has_one_output: bool
    ) -> None:
        taken = {source for sources in takes for source in sources}
        for position, layer in enumerate(self._layers):
            if position in taken or position in ends or layer is None:
                continue
            what = f"nothing takes what {self._label(position)} gives, and it is no output"
            hint = "name it among the inputs of another layer, or take it out"
            if has_one_output:
                hint += f"\nthe output is the last layer of the list, {self._label(len(self._layers) - 1)}"
            else:
                hint += "\nthe outputs are the layers that the loss names"
            self._report(what, (*LAYERS, position, layer.name), hint, key=True)
        for name in self._data.names or ():
            if name not in taken:
                what = f"no layer takes the input {name!r} of the data"
                hint = "name it among the inputs of a layer, or take it out"
                self._report(what, (*self._data.path, name), hint, key=True)

    def _label(self, position: int) -> str:
        layer = self._layers[position]
        return name_of(layer) or (layer.name if layer else f"layer {position}")

    def _report(self, what: str, path: ConfigPath, hint: str, *, key: bool = False) -> None:
        self.problems.append(Problem(what, self._place(path, of_key=key), hint))


def _has_misspelt_inputs(layer: Component | None) -> bool:
    return layer is not None and any(name != INPUTS and suggest(name, [INPUTS]) for name in layer.arguments)


def _circles(waits_for: Mapping[int, set[int]]) -> Iterator[list[int]]:
    """Yield circles that have no layer in common, each as the data would go round it from its first layer on."""
    left = dict(waits_for)
    while left:
        way: list[int] = [next(iter(left))]
        while (nearest := next((source for source in sorted(left[way[-1]]) if source in left), None)) is not None:
            if nearest in way:
                circle = way[way.index(nearest) :]
                first = circle.index(min(circle))
                yield [circle[first], *reversed(circle[first + 1 :] + circle[:first])]
                break
            way.append(nearest)
        for position in way:  # what only leads into a circle is no fault of its own
            del left[position]
