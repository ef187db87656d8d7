"""Multiply-adds and memory of each kind of layer, against numbers that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
import tensorflow as tf

from dnnrun.engine.tracing import Call, trace

layers = keras.layers
BATCH = 4  # with several rows, what is counted once a row and once a batch differ


def traced(layer: Callable[[Any], Any], shape: tuple[int | None, ...], dtype: str = "float32") -> Call:
    inputs = keras.Input(shape, dtype=dtype)
    return trace(keras.Model(inputs, layer(inputs)), tf.TensorSpec((BATCH, *shape), dtype))


def multiply_adds(layer: Callable[[Any], Any], shape: tuple[int | None, ...], dtype: str = "float32") -> float:
    count = traced(layer, shape, dtype).multiply_adds
    assert count is not None
    return count / BATCH


def memory(layer: Callable[[Any], Any], shape: tuple[int | None, ...], dtype: str = "float32") -> float:
    size = traced(layer, shape, dtype).memory
    assert size is not None
    return size / BATCH


CASES: dict[str, tuple[Callable[[], Callable[[Any], Any]], tuple[int, ...], int]] = {
    "Dense": (lambda: layers.Dense(3), (4,), 4 * 3),
    "Dense over steps": (lambda: layers.Dense(3), (5, 4), 5 * 4 * 3),
    "EinsumDense": (
        lambda: layers.EinsumDense("abc,cde->abde", output_shape=(None, 3, 2)), (5, 4), 5 * 4 * 3 * 2,
    ),
    "Conv1D": (lambda: layers.Conv1D(4, 3), (20, 2), 18 * 4 * (3 * 2)),
    "Conv1D, causal": (lambda: layers.Conv1D(4, 3, padding="causal"), (20, 2), 20 * 4 * (3 * 2)),
    "Conv1D, dilated": (lambda: layers.Conv1D(4, 3, dilation_rate=2), (21, 2), 17 * 4 * (3 * 2)),
    "Conv2D": (lambda: layers.Conv2D(4, 3), (8, 9, 2), 6 * 7 * 4 * (9 * 2)),
    "Conv2D, strided": (lambda: layers.Conv2D(4, 3, strides=2, padding="same"), (9, 9, 2), 5 * 5 * 4 * (9 * 2)),
    "Conv2D in groups": (lambda: layers.Conv2D(6, 3, groups=2), (8, 8, 4), 6 * 6 * 6 * (9 * 2)),
    "Conv2D, dilated": (lambda: layers.Conv2D(4, 3, dilation_rate=2), (9, 8, 2), 5 * 4 * 4 * (9 * 2)),
    "Conv3D": (lambda: layers.Conv3D(4, 3), (4, 5, 6, 2), 2 * 3 * 4 * 4 * (27 * 2)),
    "Conv3D in groups": (lambda: layers.Conv3D(4, 3, groups=2), (4, 4, 4, 2), 8 * 4 * 27),
    "Conv1DTranspose": (lambda: layers.Conv1DTranspose(4, 3, strides=2), (8, 2), 8 * 2 * (3 * 4)),
    "Conv2DTranspose": (lambda: layers.Conv2DTranspose(4, 3, strides=2), (8, 7, 2), 8 * 7 * 2 * (9 * 4)),
    "Conv3DTranspose": (lambda: layers.Conv3DTranspose(4, 3, strides=2), (4, 4, 4, 2), 64 * 2 * (27 * 4)),
    "DepthwiseConv1D": (lambda: layers.DepthwiseConv1D(3), (8, 4), 6 * 4 * 3),
    "DepthwiseConv2D": (lambda: layers.DepthwiseConv2D(3, depth_multiplier=2), (8, 8, 4), 6 * 6 * 8 * 9),
    "SeparableConv1D": (lambda: layers.SeparableConv1D(5, 3), (8, 4), 6 * 4 * 3 + 6 * 4 * 5),
    "SeparableConv2D": (lambda: layers.SeparableConv2D(5, 3), (8, 8, 4), 36 * 4 * 9 + 36 * 4 * 5),
    "SimpleRNN": (lambda: layers.SimpleRNN(3), (5, 4), 5 * (4 + 3) * 3),
    "LSTM": (lambda: layers.LSTM(3), (5, 4), 5 * (4 + 3) * (4 * 3)),
    "LSTM, unrolled": (lambda: layers.LSTM(3, unroll=True, return_sequences=True), (5, 4), 5 * (4 + 3) * (4 * 3)),
    "LSTM behind a mask": (
        lambda: keras.Sequential([layers.Masking(), layers.LSTM(3)]), (5, 4), 5 * (4 + 3) * (4 * 3),
    ),
    "GRU": (lambda: layers.GRU(3), (5, 4), 5 * (4 + 3) * (3 * 3)),
    "GRU, reset before": (lambda: layers.GRU(3, reset_after=False), (5, 4), 5 * (4 + 3) * (3 * 3)),
    "RNN of a cell": (lambda: layers.RNN(layers.GRUCell(3)), (5, 4), 5 * (4 + 3) * (3 * 3)),
    "ConvLSTM2D": (lambda: layers.ConvLSTM2D(2, 3), (5, 8, 8, 1), 5 * 36 * 8 * (9 + 9 * 2)),
    "Bidirectional": (lambda: layers.Bidirectional(layers.LSTM(3)), (5, 4), 2 * 5 * (4 + 3) * (4 * 3)),
    "TimeDistributed": (lambda: layers.TimeDistributed(layers.Dense(3)), (5, 4), 5 * 4 * 3),
    "TimeDistributed Conv2D": (
        lambda: layers.TimeDistributed(layers.Conv2D(2, 3)), (5, 6, 6, 1), 5 * 16 * 2 * 9,
    ),
    "MultiHeadAttention": (
        lambda: itself(layers.MultiHeadAttention(num_heads=2, key_dim=3)), (5, 4),
        3 * 5 * 4 * 6 + 2 * (2 * 5 * 5 * 3) + 5 * 6 * 4,  # three projections; scores and their use; the last projection
    ),
    "MultiHeadAttention with dropout": (
        lambda: itself(layers.MultiHeadAttention(num_heads=2, key_dim=3, dropout=0.5)), (5, 4), 780,
    ),
    "Attention": (lambda: lambda rows: layers.Attention()([rows, rows]), (5, 4), 2 * 5 * 5 * 4),
    "Dot": (lambda: lambda rows: layers.Dot(axes=2)([rows, rows]), (5, 4), 5 * 5 * 4),
    "matmul of Keras": (lambda: lambda rows: keras.ops.matmul(rows, keras.ops.swapaxes(rows, 1, 2)), (5, 4), 5 * 5 * 4),
    "a layer called twice": (lambda: twice(layers.Dense(4)), (4,), 2 * 4 * 4),
}  # fmt: skip


def itself(attention: Any) -> Callable[[Any], Any]:
    return lambda rows: attention(rows, rows)


def twice(layer: Any) -> Callable[[Any], Any]:
    return lambda rows: layer(layer(rows))


@pytest.mark.parametrize("name", CASES)
def test_multiply_adds(name: str) -> None:
    make, shape, expected = CASES[name]
    assert multiply_adds(make(), shape) == expected


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Flatten, (4, 4, 1)),
        (layers.MaxPooling2D, (4, 4, 1)),
        (layers.GlobalAveragePooling2D, (4, 4, 1)),
        (layers.BatchNormalization, (4,)),
        (layers.LayerNormalization, (4,)),
        (layers.Softmax, (4,)),
        (lambda: layers.Dropout(0.5), (4,)),
        (lambda: layers.RandomRotation(0.1), (4, 4, 1)),
        (lambda: layers.Resizing(2, 2), (4, 4, 1)),
        (lambda: layers.UpSampling2D(2), (4, 4, 1)),
        (lambda: layers.Rescaling(0.1), (4,)),
    ],
)
def test_what_is_done_element_by_element_is_not_counted(layer: Callable[[], Any], shape: tuple[int, ...]) -> None:
    assert multiply_adds(layer(), shape) == 0


def test_an_embedding_looks_up() -> None:
    assert multiply_adds(layers.Embedding(10, 3), (4,), "int32") == 0
    assert memory(layers.Embedding(10, 3), (4,), "int32") == 4 * 3 * 4


def test_what_is_behind_a_mask_of_an_embedding_counts_every_step() -> None:
    net = keras.Sequential([layers.Embedding(10, 4, mask_zero=True), layers.Bidirectional(layers.GRU(3))])
    assert multiply_adds(net, (5,), "int32") == 2 * 5 * (4 + 3) * (3 * 3)


@pytest.mark.parametrize(
    ("make", "shape", "expected"),
    [
        (lambda: layers.Dense(3), (4,), 3 * 4),
        (lambda: layers.Dense(3, activation="relu"), (4,), 3 * 4),
        (lambda: layers.Conv2D(4, 3), (8, 9, 2), 6 * 7 * 4 * 4),
        (lambda: layers.Conv1D(4, 3, dilation_rate=2), (21, 2), 17 * 4 * 4),
        (lambda: layers.Dropout(0.5), (4,), 4 * 4),
        (layers.Flatten, (4, 4, 1), 0),  # the same numbers in the same memory
        (lambda: layers.Reshape((2, 8)), (4, 4, 1), 0),
        (layers.MaxPooling2D, (4, 4, 1), 2 * 2 * 4),
        (lambda: layers.LSTM(3), (5, 4), 5 * 2 * (4 * 3) * 4),  # two products a step, each of four gates
        (lambda: layers.SeparableConv2D(5, 3), (8, 8, 4), 36 * 4 * 4 + 36 * 5 * 4),
        (lambda: keras.Sequential([layers.Dense(3), layers.Flatten(), layers.Dense(2)]), (4,), (3 + 2) * 4),
        (lambda: itself(layers.MultiHeadAttention(num_heads=2, key_dim=3)), (5, 4),
         (3 * 5 * 6 + 2 * 5 * 5 + 5 * 6 + 5 * 4) * 4),
    ],
)  # fmt: skip
def test_memory(make: Callable[[], Any], shape: tuple[int, ...], expected: int) -> None:
    assert memory(make(), shape) == expected


def test_the_largest_output_is_found_within_layers_too() -> None:
    attention = traced(itself(layers.MultiHeadAttention(num_heads=2, key_dim=3, dropout=0.5)), (20, 4))
    assert attention.largest == BATCH * (2 * 20 * 20) * 4  # the scores of every step for every other, behind softmax
    assert traced(layers.LSTM(3), (5, 4)).largest == BATCH * 3 * 4


def test_memory_follows_the_dtype_policy() -> None:
    assert memory(layers.Dense(3, dtype="mixed_float16"), (4,)) == 3 * 2
    assert memory(layers.Dense(3, dtype="float64"), (4,)) == 3 * 8


def test_calls_within_a_model_are_kept_apart() -> None:
    inner = keras.Sequential([layers.Dense(3, name="a"), layers.Dense(2, name="b")], name="inner")
    call = traced(lambda rows: layers.Dense(5, name="c")(inner(rows)), (4,))
    assert [each.operation.name for each in call.calls] == ["inner", "c"]
    assert [(each.operation.name, each.multiply_adds) for each in call.calls[0].calls] == [
        ("a", BATCH * 4 * 3),
        ("b", BATCH * 3 * 2),
    ]
    assert call.calls[0].multiply_adds == BATCH * (4 * 3 + 3 * 2)
    assert call.multiply_adds == BATCH * (4 * 3 + 3 * 2 + 2 * 5)


def test_what_cannot_be_told() -> None:
    unknown_steps = traced(layers.LSTM(3), (None, 4))
    assert (unknown_steps.multiply_adds, unknown_steps.memory) == (None, None)
    by_the_numbers = traced(layers.SpectralNormalization(layers.Dense(3)), (4,))
    assert by_the_numbers.multiply_adds is None


class Branching(layers.Layer):
    def call(self, rows: Any, training: bool = False) -> Any:
        weights = keras.ops.ones((4, 4))
        once = keras.ops.matmul(rows, weights)
        is_training = keras.ops.convert_to_tensor(training)
        return keras.ops.cond(is_training, lambda: keras.ops.matmul(once, weights), lambda: once)


class Mapping(layers.Layer):
    def call(self, rows: Any) -> Any:
        weights = keras.ops.ones((4, 4))
        return keras.ops.map(lambda row: keras.ops.matmul(row[None], weights)[0], rows)


class Looping(layers.Layer):
    def call(self, rows: Any) -> Any:
        weights = keras.ops.ones((4, 4))
        return keras.ops.fori_loop(0, 7, lambda _, state: keras.ops.matmul(state, weights), rows)


def test_a_branch_that_is_known_beforehand_is_counted() -> None:
    assert multiply_adds(Branching(), (4,)) == 2 * 4 * 4


def test_loops_of_ones_own_count_where_the_rounds_are_known() -> None:
    assert multiply_adds(Mapping(), (4,)) == 4 * 4
    assert traced(Looping(), (4,)).multiply_adds is None


class Failing(layers.Layer):
    def call(self, rows: Any) -> Any:
        if rows.shape[0] is not None:
            raise ValueError("not with a batch")
        return rows


def test_nothing_is_left_of_the_watching() -> None:
    before = keras.Operation.__call__
    with pytest.raises(ValueError, match="not with a batch"):
        traced(Failing(), (4,))
    assert keras.Operation.__call__ is before
