"""What the list of layers means: which layer takes what, in which order they can be made, which of them are outputs.

A layer takes what its `inputs` name: other layers by their `name`, wherever these stand in the list, or inputs of the
data. One without `inputs` takes what the layer before it gives, the first one the data. So a list in which no layer
names inputs is a stack. The outputs are the layers that the loss names; with a single loss it is the last of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dnnrun.components import Component, ConfigPath

INPUTS = "inputs"  # dnnrun's own argument of every layer in the list
ROWS = "rows"  # the name of the data's only input where the data has no names for its inputs
LAYERS: ConfigPath = ("model", "layers")


@dataclass(frozen=True)
class DataInputs:
    """The inputs that the data has.

    Args:
        names: what layers call them; None where only the data itself knows.
        path: what names them in the config.
    """

    names: tuple[str, ...] | None = (ROWS,)
    path: ConfigPath = ("dataset",)


@dataclass(frozen=True)
class Node:
    """One layer of the list.

    Args:
        position: in `model.layers`.
        component: as Keras makes it, without `inputs`.
        takes: what it is given, in this order: the position of a layer, or the name of an input of the data.
    """

    position: int
    component: Component
    takes: tuple[int | str, ...]

    @property
    def path(self) -> ConfigPath:
        """Where it stands in the config."""
        return (*LAYERS, self.position)

    @property
    def name(self) -> str | None:
        """What others call it, or None."""
        return name_of(self.component)


@dataclass(frozen=True)
class Topology:
    """A list of layers as a graph, in which a stack is a chain.

    Args:
        nodes: every layer, behind all that it takes; else in the order of the list.
        inputs: the inputs of the data that are taken, in the data's order.
        outputs: the positions of the layers whose output is compared with labels.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: tuple[int, ...]

    @property
    def is_stack(self) -> bool:
        """Whether each layer takes what the one before it gives, and the last is the output."""
        last = len(self.nodes) - 1
        return self.outputs == (last,) and all(node.takes == (node.position - 1,) for node in self.nodes[1:])

    def node(self, position: int) -> Node:
        """Return the layer at a position of the list."""
        return next(node for node in self.nodes if node.position == position)

    def takers(self, source: int | str) -> tuple[Node, ...]:
        """Return the layers that take what the layer at a position gives, or an input of the data."""
        return tuple(node for node in self.nodes if source in node.takes)

    def behind(self, position: int) -> tuple[Node, ...]:
        """Return the layers that take, directly or through others, what the layer at a position gives."""
        reached = {position}
        for node in self.nodes:
            if reached.intersection(node.takes):
                reached.add(node.position)
        return tuple(node for node in self.nodes if node.position in reached and node.position != position)


def component_without_inputs(layer: Component) -> Component:
    """Return a layer as Keras makes it, without what is dnnrun's own."""
    return replace(layer, arguments={name: value for name, value in layer.arguments.items() if name != INPUTS})


def names_of(layers: Sequence[Component | None]) -> list[str]:
    """Return the names that the layers of a list have."""
    return [name for layer in layers if (name := name_of(layer))]


def name_of(layer: Component | None) -> str | None:
    """Return what others may call a layer, or None."""
    name = layer.arguments.get("name") if layer else None
    return name if isinstance(name, str) and name else None
