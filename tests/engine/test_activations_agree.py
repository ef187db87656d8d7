"""The activation functions that are drawn without Keras are Keras's, values and derivatives."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnrun.analysis.activations import ACTIVATIONS, ALIASES, find_activations

X = np.linspace(-7.03, 7.03, 300)  # none of these is a kink
# What is left out: of several numbers, with arguments that have no default, or no function at all.
LEFT_OUT = {"softmax", "log_softmax", "sparsemax", "glu", "threshold", "get", "serialize", "deserialize"}


@pytest.mark.parametrize("name", [*ACTIVATIONS, *ALIASES])
def test_values_and_derivatives_are_those_of_keras(name: str) -> None:
    activation = find_activations([name])[name]
    x = tf.constant(X, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.get(name)(x)
    assert activation.function(X) == pytest.approx(y.numpy(), rel=1e-6, abs=1e-7)
    assert activation.derivative(X) == pytest.approx(tape.gradient(y, x).numpy(), rel=1e-6, abs=1e-7)


def test_all_that_can_be_drawn_are() -> None:
    known = {name for name, value in vars(keras.activations).items() if inspect.isfunction(value)}
    assert known - LEFT_OUT == {*ACTIVATIONS, *ALIASES}
