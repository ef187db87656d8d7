"""What a run keeps of its network to draw it by: layers with shapes, and what each takes from which."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import keras


def describe_network(model: keras.Model, before: Iterable[Any] = ()) -> list[dict[str, Any]]:
    """Return the layers of a model, each after those that it takes something from.

    Args:
        model: the one that is saved.
        before: layers that prepare rows before the training.

    Returns:
        For each layer ``name``, ``kind`` (its class), ``activation`` where it has one, ``inputs`` (the layers it takes
        from; None where that cannot be told, as in a model that computes by code), ``shapes`` of what it gives for a
        row, ``calls``, ``parameters``, ``trainable`` ones, and whether it is of the ``preprocessing``.
    """
    preparing = {id(layer) for layer in before}
    functional = getattr(model, "_functional", None) or model  # a Sequential model has one inside
    if not isinstance(functional, keras.Model) or not getattr(functional, "_nodes", None):
        return [_described(layer, None, [], 1, is_before=False) for layer in model.layers]
    nodes_of: dict[int, list[Any]] = {}
    operations: dict[int, Any] = {}
    for depth in sorted(functional._nodes_by_depth, reverse=True):
        for node in functional._nodes_by_depth[depth]:
            key = id(node.operation)
            operations.setdefault(key, node.operation)
            nodes_of.setdefault(key, []).append(node)
    return [
        _described(
            operation,
            _sources(nodes_of[key]),
            [tuple(tensor.shape)[1:] for tensor in nodes_of[key][0].output_tensors],
            len(nodes_of[key]),
            is_before=key in preparing,
        )
        for key, operation in operations.items()
    ]


def _sources(nodes: Iterable[Any]) -> list[str]:
    tensors = [tensor for node in nodes for tensor in node.input_tensors]
    return list(dict.fromkeys(tensor._keras_history.operation.name for tensor in tensors))


def _described(
    operation: Any, inputs: list[str] | None, shapes: list[tuple[int | None, ...]], calls: int, *, is_before: bool
) -> dict[str, Any]:
    is_layer = isinstance(operation, keras.Layer)
    return {
        "name": operation.name,
        "kind": type(operation).__name__,
        "activation": _activation(operation),
        "inputs": inputs,
        "shapes": [list(shape) for shape in shapes],
        "calls": calls,
        "parameters": operation.count_params() if is_layer and operation.built else 0,
        "trainable": sum(math.prod(weight.shape) for weight in operation.trainable_weights) if is_layer else 0,
        "preprocessing": is_before,
    }


def _activation(operation: Any) -> str | None:
    """Return the name of a layer's activation function, where it has one that changes something."""
    name = getattr(getattr(operation, "activation", None), "__name__", None)
    return name if isinstance(name, str) and name != "linear" else None
