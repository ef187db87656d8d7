"""What is said of each common way in which a layer does not fit what reaches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest

from dnnrun.engine.misfit import Misfit, explain_misfit

layers = keras.layers


def explained(layer: Any, reaches: Any) -> Misfit:
    inputs = keras.Input(reaches) if isinstance(reaches, tuple) else reaches
    try:
        layer(inputs)
    except Exception as error:
        return explain_misfit(layer, inputs, error)
    pytest.fail("it fits")


IMAGE = "it wants 3 dimensions a sample (height, width, channels), not"
SEQUENCE = "it wants 2 dimensions a sample (time steps, features), not"


@pytest.mark.parametrize(
    ("make", "shape", "reason", "remedy"),
    [
        (lambda: layers.Conv2D(3, 3), (28, 28), f"{IMAGE} 2", "put {Reshape: [28, 28, 1]} before it, for one channel"),
        (lambda: layers.Conv2D(3, 3), (4,), f"{IMAGE} 1", ""),
        (lambda: layers.Conv2D(3, 3, data_format="channels_first"), (28, 28),
         "it wants 3 dimensions a sample (channels, height, width), not 2",
         "put {Reshape: [1, 28, 28]} before it, for one channel"),
        (lambda: layers.SeparableConv2D(3, 3), (28, 28), f"{IMAGE} 2",
         "put {Reshape: [28, 28, 1]} before it, for one channel"),
        (lambda: layers.MaxPooling2D(2), (28, 28), f"{IMAGE} 2",
         "put {Reshape: [28, 28, 1]} before it, for one channel"),
        (layers.GlobalAveragePooling2D, (28,), f"{IMAGE} 1", ""),
        (lambda: layers.SpatialDropout2D(0.1), (4,), f"{IMAGE} 1", ""),
        (lambda: layers.Conv1D(3, 3), (9,), "it wants 2 dimensions a sample (steps, channels), not 1",
         "put {Reshape: [9, 1]} before it, for one channel"),
        (lambda: layers.Conv1D(3, 3), (9, 9, 2), "it wants 2 dimensions a sample (steps, channels), not 3",
         "Conv2D takes that many"),
        (lambda: layers.Conv3D(3, 3), (9, 9, 1),
         "it wants 4 dimensions a sample (depth, height, width, channels), not 3", ""),
        (lambda: layers.ConvLSTM2D(3, 3), (9, 9, 2),
         "it wants 4 dimensions a sample (time steps, height, width, channels), not 3", ""),
        (lambda: layers.LSTM(3), (4,), f"{SEQUENCE} 1", "put {Reshape: [4, 1]} before it, for one feature a time step"),
        (lambda: layers.GRU(3), (8, 8, 3), f"{SEQUENCE} 3", "put {Reshape: [8, 24]} before it, for 8 time steps"),
        (lambda: layers.Bidirectional(layers.LSTM(3)), (4,), f"{SEQUENCE} 1",
         "put {Reshape: [4, 1]} before it, for one feature a time step"),
        (lambda: layers.RNN(layers.LSTMCell(3)), (4,), f"{SEQUENCE} 1",
         "put {Reshape: [4, 1]} before it, for one feature a time step"),
        (lambda: layers.TimeDistributed(layers.Dense(3)), (4,),
         "it wants at least 2 dimensions a sample (time steps, features), not 1", ""),
        (lambda: layers.TimeDistributed(layers.Conv2D(3, 3)), (4, 5),
         "it wants 4 dimensions a sample (time steps, height, width, channels), not 2", ""),
        (lambda: layers.RepeatVector(3), (4, 4), "it wants 1 dimension a sample, not 2", "put Flatten before it"),
        (lambda: layers.Permute((2, 1)), (4,), "it wants 2 dimensions a sample, not 1", ""),
        (lambda: layers.EinsumDense("abc,cd->abd", output_shape=(None, 3)), (4,),
         "it wants 2 dimensions a sample (as its equation abc,cd->abd says), not 1", ""),
    ],
)  # fmt: skip
def test_dimensions(make: Callable[[], Any], shape: tuple[int, ...], reason: str, remedy: str) -> None:
    assert explained(make(), shape) == Misfit(reason, remedy)


@pytest.mark.parametrize(
    ("make", "shape", "reason"),
    [
        (lambda: layers.Conv2D(3, 5), (3, 4, 1), "its kernel of 5x5 is larger than the 3x4 that it is to slide over"),
        (lambda: layers.DepthwiseConv2D(5), (3, 3, 1),
         "its kernel of 5x5 is larger than the 3x3 that it is to slide over"),
        (lambda: layers.Conv1D(3, 9), (4, 2), "its kernel of 9 is larger than the 4 that it is to slide over"),
        (lambda: layers.Conv2D(3, 3, dilation_rate=4), (8, 8, 1),
         "its kernel of 3x3, which dilated reaches over 9x9, is larger than the 8x8 that it is to slide over"),
        (lambda: layers.MaxPooling2D(30), (28, 28, 1),
         "its pool of 30x30 is larger than the 28x28 that it is to slide over"),
        (lambda: layers.AveragePooling1D(5), (3, 2), "its pool of 5 is larger than the 3 that it is to slide over"),
    ],
)  # fmt: skip
def test_kernels_and_pools(make: Callable[[], Any], shape: tuple[int, ...], reason: str) -> None:
    assert explained(make(), shape) == Misfit(reason, "take a smaller one, or padding: same")


@pytest.mark.parametrize(
    ("make", "shape", "reason"),
    [
        (lambda: layers.Reshape((3, 3)), (4,), "(3, 3) takes 9 numbers a sample, not 4"),
        (lambda: layers.Reshape((3, -1)), (2, 2), "(3, -1) takes a multiple of 3 numbers a sample, not 4"),
        (lambda: layers.Cropping2D(20), (28, 28, 1), "it crops ((20, 20), (20, 20)), which leaves nothing of 28x28"),
        (lambda: layers.Cropping1D(5), (8, 2), "it crops (5, 5), which leaves nothing of 8"),
        (layers.Add, (4,), "it takes several inputs, and gets one"),
        (lambda: layers.MultiHeadAttention(2, 3), (4, 4), "it takes several inputs, and gets one"),
        (lambda: layers.BatchNormalization(axis=3), (4,), "it has no axis 3, the rows being axis 0"),
    ],
)
def test_other_reasons(make: Callable[[], Any], shape: tuple[int, ...], reason: str) -> None:
    assert explained(make(), shape).reason == reason


def test_what_stands_before_says_what_was_forgotten() -> None:
    summed_up = layers.LSTM(3)(keras.Input((5, 4)))
    assert explained(layers.GRU(3), summed_up).remedy == "give the LSTM before it return_sequences: true"
    flat = layers.Flatten()(keras.Input((28, 28, 1)))
    assert explained(layers.Conv2D(3, 3), flat).remedy == "take the Flatten before it out"


def test_anything_else_is_left_to_keras() -> None:
    class Own(layers.Layer):
        def call(self, rows: Any) -> Any:
            raise ValueError("not today")

    assert "not today" in explained(Own(), (4,)).reason
    groups = explained(layers.Conv2D(4, 3, groups=2), (8, 8, 3))
    assert groups.reason.startswith("The number of input channels must be evenly divisible by the number of groups")
