"""A model's step forward as a TensorFlow graph, with the layers whose calls made each part of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from dnnrun.engine.multiply_adds import Products, live_operations, memory_of, products_of
from dnnrun.engine.totals import total

# What gives back the numbers that it is given, in the memory where they are.
_VIEWS = {"Reshape", "Identity", "Squeeze", "ExpandDims"}


@dataclass
class Call:
    """One call of a layer, or of another operation of Keras, and those within it.

    Args:
        operation: what was called.
        products: the matrix products and convolutions of its own, without those of the calls within it.
        outputs: what it gave, tensors.
        calls: those within it, in their order.
        made: those of its outputs that are not its inputs in another shape.
        kept: the bytes of these, as far as they are needed; None where that is not known.
    """

    operation: Any
    products: Products = field(default_factory=Products)
    outputs: list[Any] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)
    kept: int | None = 0

    @property
    def multiply_adds(self) -> int | None:
        """How many, with those of the calls within it."""
        return total([self.products.multiply_adds, *(call.multiply_adds for call in self.calls)])

    @property
    def memory(self) -> int | None:
        """The bytes that it holds for the step back: its outputs, or what it makes on the way to them if that is more.

        On the way it makes the results of products, of which a recurrent layer has some a time step, and what the calls
        within it hold.
        """
        inner = total([self.products.result_bytes, *(call.memory for call in self.calls)])
        return None if inner is None or self.kept is None else max(self.kept, inner)

    @property
    def largest(self) -> int | None:
        """The bytes of the outputs of that call which has the largest, of this one and those within it."""
        sizes = [self.kept, *(call.largest for call in self.calls)]
        return None if None in sizes else max(size for size in sizes if size is not None)


def trace(model: keras.Model, batch: Any) -> Call:
    """Return the model's call on a batch, as in training; nothing is computed.

    Args:
        model: built.
        batch: what the model takes; of its arrays or tensors only shapes and types matter.

    Raises:
        Exception: whatever a layer raises that cannot be computed in a graph.
    """
    watched: list[_Watch] = []

    def forward(rows: Any) -> Any:
        watched.append(_Watch(tf.compat.v1.get_default_graph()))
        with watched[-1].watching():
            return model(rows, training=True)

    specs = keras.tree.map_structure(lambda rows: tf.TensorSpec(rows.shape, rows.dtype), batch)
    graph = tf.function(forward, autograph=False).get_concrete_function(specs).graph
    [watch] = [each for each in watched if each.graph is graph]
    watch.assign(live_operations(graph))
    return watch.calls[0]


class _Watch:
    """Notes which operations of a graph each call adds to it."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph
        self.calls: list[Call] = []
        self._all: list[Call] = []
        self._open: list[Call] = []
        self._made_by: dict[str, Call] = {}  # by the operation's name
        self._seen = 0

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note the calls for as long as this lasts: every layer of Keras, however it is made, is called by this one."""
        original = keras.Operation.__call__

        def watched(operation: Any, *args: Any, **kwargs: Any) -> Any:
            if tf.compat.v1.get_default_graph() is not self.graph:  # inside a loop: a part of the call around it
                return original(operation, *args, **kwargs)
            with self._calling(operation) as call:
                outputs = original(operation, *args, **kwargs)
                call.outputs = _tensors_in(outputs)
                given = {tensor.name for tensor in _tensors_in((args, kwargs))}
                call.made = [output for output in call.outputs if not _is_view(output, given)]
            return outputs

        keras.Operation.__call__ = watched
        try:
            yield
        finally:
            keras.Operation.__call__ = original

    @contextlib.contextmanager
    def _calling(self, operation: Any) -> Iterator[Call]:
        self._claim()
        call = Call(operation)
        self._all.append(call)
        (self._open[-1].calls if self._open else self.calls).append(call)
        self._open.append(call)
        try:
            yield call
            self._claim()
        finally:
            self._open.pop()

    def _claim(self) -> None:
        """Note that what has been added to the graph since was added by the innermost call."""
        operations = self.graph.get_operations()
        if self._open:
            self._made_by.update({op.name: self._open[-1] for op in operations[self._seen :]})
        self._seen = len(operations)

    def assign(self, live: set[Any]) -> None:
        """Give each call the products that it has added to the graph, and the memory of its outputs."""
        for op in live:
            if op.name in self._made_by:
                call = self._made_by[op.name]
                call.products = call.products + products_of(op)
        for call in self._all:
            call.kept = total(memory_of(output) for output in call.made if output.op in live)


def _tensors_in(structure: Any) -> list[Any]:
    return [each for each in keras.tree.flatten(structure) if tf.is_tensor(each) and hasattr(each, "op")]


def _is_view(tensor: Any, given: set[str]) -> bool:
    """Whether a tensor is one of those given, perhaps in another shape."""
    while tensor.name not in given and tensor.op.type in _VIEWS:
        tensor = tensor.op.inputs[0]
    return tensor.name in given
