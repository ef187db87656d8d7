"""How much a TensorFlow graph multiplies, read off the static shapes of its operations.

A multiply-add is one multiplication with the addition of its result, in a matrix product or a convolution, zeros of
the padding included. What is done element by element (activations, biases, pooling, normalization) does not count.
Loops count as often as they go round, which is known where the number of time steps is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from dnnrun.engine.totals import total

# What multiplies in ways that cannot be read off its shapes.
_OPAQUE = ("Cudnn", "PyFunc", "EagerPyFunc", "XlaCallModule", "Sparse", "Quantized")
# Of these inputs only the shape is asked for, so that what computes them is left out when the graph runs.
_ONLY_SHAPES = {"ZerosLike", "OnesLike", "Shape", "ShapeN", "Size", "Rank"}


@dataclass(frozen=True)
class Products:
    """The matrix products and convolutions of some operations; None for what cannot be told.

    Args:
        multiply_adds: how many.
        result_bytes: the memory of their results.
    """

    multiply_adds: int | None = 0
    result_bytes: int | None = 0

    def __add__(self, other: Products) -> Products:
        return Products(
            total([self.multiply_adds, other.multiply_adds]), total([self.result_bytes, other.result_bytes])
        )

    def times(self, count: int | None) -> Products:
        """Return those of so many repetitions; of nothing there is nothing, however often."""
        return Products(_times(self.multiply_adds, count), _times(self.result_bytes, count))


_NONE, _UNKNOWN = Products(), Products(None, None)


def live_operations(graph: Any) -> set[Any]:
    """Return the operations of a function's graph that its results or its side effects need."""
    live: set[Any] = set()
    waiting = [tensor.op for tensor in graph.outputs] + [_op_of(each) for each in graph.control_outputs]
    while waiting:
        op = waiting.pop()
        if op not in live:
            live.add(op)
            inputs = [] if op.type in _ONLY_SHAPES else [tensor.op for tensor in op.inputs]
            waiting += [each for each in (*inputs, *op.control_inputs) if each.graph is graph]
    return live


def products_of(op: Any) -> Products:
    """Return what one operation multiplies, in the graphs of functions that it calls too."""
    if op.type in _COUNTED:
        return Products(_COUNTED[op.type](op), memory_of(_result(op)))
    if op.type.startswith(_OPAQUE):
        return _UNKNOWN
    if op.type in {"While", "StatelessWhile"}:
        return (_inside(op, "body") + _inside(op, "cond")).times(_static_number(op.inputs[1]))
    if op.type in {"If", "StatelessIf"}:
        return _of_branches(op)
    if "PartitionedCall" in op.type:
        return _inside(op, "f")
    return _NONE


def memory_of(tensor: Any) -> int | None:
    """Return how many bytes a tensor takes, or None where its shape is not known."""
    elements = _elements(tensor)
    return None if elements is None else elements * tensor.dtype.size


def _inside(op: Any, attribute: str) -> Products:
    graph = op.graph._get_function(op.get_attr(attribute).name).graph  # TensorFlow offers no other way to it
    return sum((products_of(each) for each in live_operations(graph)), _NONE)


def _of_branches(op: Any) -> Products:
    taken = tf.get_static_value(op.inputs[0])
    if taken is not None:
        return _inside(op, "then_branch" if taken else "else_branch")
    branches = {_inside(op, "then_branch"), _inside(op, "else_branch")}
    return branches.pop() if len(branches) == 1 else _UNKNOWN


def _static_number(tensor: Any) -> int | None:
    """Return the most rounds of a loop; Keras gives the largest of the sequences' lengths."""
    value = tf.get_static_value(tensor)
    if value is None and tensor.op.type in {"Max", "Identity"}:
        return _static_number(tensor.op.inputs[0])
    return None if value is None or value.size == 0 or value.max() < 0 else int(value.max())


def _elements(tensor: Any) -> int | None:
    return int(tensor.shape.num_elements()) if tensor.shape.is_fully_defined() else None


def _times(*numbers: int | None) -> int | None:
    if 0 in numbers:
        return 0
    known = [number for number in numbers if number is not None]
    return math.prod(known) if len(known) == len(numbers) else None


def _matrix_product(op: Any) -> int | None:
    """Each number of the result sums over the inner dimension."""
    is_transposed = op.get_attr("transpose_a" if op.type == "MatMul" else "adj_x")
    inner = op.inputs[0].shape[-2 if is_transposed else -1]
    return _times(_elements(op.outputs[0]), inner)


def _einsum(op: Any) -> int | None:
    """Each combination of the indices is one product; with one operand nothing is multiplied."""
    operands = op.get_attr("equation").decode().split("->")[0].split(",")
    if len(operands) == 1:
        return 0
    sizes: dict[str, int | None] = {}
    for labels, tensor in zip(operands, op.inputs, strict=True):
        if "." in labels:
            return None  # Keras writes none, and what the dots stand for would have to be matched
        sizes.update(zip(labels, tensor.shape, strict=True))
    return _times(*sizes.values())


def _convolution(op: Any) -> int | None:
    """Each number of the result sums over the kernel and the channels of its group, which is how a kernel is shaped."""
    return _times(_elements(_result(op)), *op.inputs[1].shape[:-1])


def _depthwise_convolution(op: Any) -> int | None:
    return _times(_elements(_result(op)), *op.inputs[1].shape[:-2])


def _transposed_convolution(op: Any) -> int | None:
    """Each number of the input is multiplied with the kernel of its channel."""
    return _times(_elements(op.inputs[2]), *op.inputs[1].shape[:-1])


def _result(op: Any) -> Any:
    """Return what an operation computes; one that stands for a dilated convolution computes more, which is cut off."""
    result = tensor = op.outputs[0]
    while len(consumers := tensor.consumers()) == 1 and consumers[0].type in {"Squeeze", "BatchToSpaceND"}:
        tensor = consumers[0].outputs[0]
        result = tensor if consumers[0].type == "BatchToSpaceND" else result
    return result


def _op_of(each: Any) -> Any:
    return getattr(each, "op", each)


_COUNTED: dict[str, Callable[[Any], int | None]] = {
    "MatMul": _matrix_product,
    "BatchMatMul": _matrix_product,
    "BatchMatMulV2": _matrix_product,
    "BatchMatMulV3": _matrix_product,
    "Einsum": _einsum,
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "Conv2DBackpropInput": _transposed_convolution,
    "Conv3DBackpropInputV2": _transposed_convolution,
    "DepthwiseConv2dNative": _depthwise_convolution,
}
