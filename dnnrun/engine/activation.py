"""The model's default activation: which layers get it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace

import keras

from dnnrun.components import Component
from dnnrun.config.topology import Node, Topology
from dnnrun.engine.objects import ObjectBuilder

# Layers that only apply a function: one of them behind a layer is that layer's activation.
_ACTIVATION_LAYERS = {"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"}


def with_default_activation(topology: Topology, activation: Component | None, builder: ObjectBuilder) -> Topology:
    """Return the graph with the model's activation filled in where it belongs.

    It belongs to the layers that take an activation, name none and have none by default (Dense, Conv2D, ..., also
    inside TimeDistributed; not LSTM, whose default is tanh), except the output layers, which are those that no other of
    them follows on the way to an output, and except where an activation layer follows before the next of them, as in
    Dense, BatchNormalization, ReLU.

    Raises:
        ConfigError: a layer of the user's own follows the last of them, so that nobody can tell which is the output.
    """
    if activation is None:
        return topology
    _refuse_unknown_output(topology, builder)
    hidden = hidden_layers_to_activate(topology)
    nodes = (
        replace(node, component=_with_activation(node.component, activation)) if node.position in hidden else node
        for node in topology.nodes
    )
    return replace(topology, nodes=tuple(nodes))


def hidden_layers_to_activate(topology: Topology) -> list[int]:
    """Return the positions of the layers that `with_default_activation` fills in."""
    return sorted(
        node.position
        for node, following in _without_activation(topology)
        if not _is_output(node, following, topology)
        and not any(other.component.name in _ACTIVATION_LAYERS for other in following)
    )


def _without_activation(topology: Topology) -> Iterator[tuple[Node, list[Node]]]:
    """Yield the layers that take an activation and name none, with what follows before the next that takes one."""
    for node in topology.nodes:
        if _takes_activation(node.component) and "activation" not in _inner(node.component).arguments:
            yield node, _following(node, topology)


def _following(node: Node, topology: Topology) -> list[Node]:
    found: list[Node] = []
    waiting = [node]
    while waiting:
        for taker in topology.takers(waiting.pop().position):
            if taker not in found and not _takes_activation(taker.component):
                found.append(taker)
                waiting.append(taker)
    return found


def _is_output(node: Node, following: list[Node], topology: Topology) -> bool:
    return any(each.position in topology.outputs for each in (node, *following))


def _refuse_unknown_output(topology: Topology, builder: ObjectBuilder) -> None:
    for node, following in _without_activation(topology):
        own = [other.component.name for other in following if other.component.is_import_path]
        if own and _is_output(node, following, topology) and node.position not in topology.outputs:
            raise builder.refusal(
                f"{node.component.name} is followed by {own[0]}, so it may be the output layer or a hidden one",
                node.path,
                "say whether it gets the model's activation: give it one, or activation: linear",
            )


def _takes_activation(component: Component) -> bool:
    """Whether a layer takes an activation and has none of its own by default."""
    layer = getattr(keras.layers, _inner(component).name, None)
    if layer is None or _inner(component).name in _ACTIVATION_LAYERS:
        return False
    parameter = inspect.signature(layer.__init__).parameters.get("activation")
    return parameter is not None and parameter.default is None


def _inner(component: Component) -> Component:
    wrapped = component.arguments.get("layer")
    return wrapped if component.name == "TimeDistributed" and isinstance(wrapped, Component) else component


def _with_activation(component: Component, activation: Component) -> Component:
    inner = _inner(component)
    filled = replace(inner, arguments={**inner.arguments, "activation": activation})
    return filled if inner is component else replace(component, arguments={**component.arguments, "layer": filled})
