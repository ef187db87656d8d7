"""Updates through kernels give the bits that Keras's own operations give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnrun.engine.fused_updates import fuse_updates

optimizers = keras.optimizers
SHAPES = [(37, 29), (128, 8), (5,), (1,)]
SCHEDULE = {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}
FUSED: dict[str, Callable[[], Any]] = {
    "adam": optimizers.Adam,
    "adam with other betas": lambda: optimizers.Adam(0.05, beta_1=0.85, beta_2=0.95, epsilon=1e-4),
    "adamw": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
    "adam with a schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(**SCHEDULE)),
    "adam with clipping": lambda: optimizers.Adam(0.01, clipnorm=0.1),
    "adam with moving average": lambda: optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5),
    "adam with accumulation": lambda: optimizers.Adam(0.01, gradient_accumulation_steps=2),
}


def gradients_of(step: int) -> list[np.ndarray]:
    """Return gradients of every size, zeros and numbers too small for a full exponent among them."""
    random = np.random.default_rng(step)
    sizes = [10.0 ** random.integers(-30, 18, shape) for shape in SHAPES]
    drawn = [random.normal(size=shape) * size for shape, size in zip(SHAPES, sizes, strict=True)]
    for gradient in drawn[:2]:
        gradient.reshape(-1)[:4] = [0.0, -0.0, 1e-42, 3e-39]
    return [gradient.astype(np.float32) for gradient in drawn]


def after_steps(optimizer: Any, steps: int = 6) -> list[np.ndarray]:
    """Return all variables after some updates in a graph, as the loop makes them."""
    random = np.random.default_rng(0)
    variables = [keras.Variable(random.normal(size=shape).astype(np.float32)) for shape in SHAPES]
    optimizer.build(variables)

    @tf.function
    def update(gradients: Any) -> None:
        optimizer.apply_gradients(zip(gradients, variables, strict=True))

    for step in range(steps):
        update([tf.constant(gradient) for gradient in gradients_of(step)])
    return [np.array(variable) for variable in [*variables, *optimizer.variables]]


@pytest.mark.parametrize("name", FUSED)
def test_the_same_bits(name: str) -> None:
    fused = FUSED[name]()
    assert fuse_updates(fused)
    for mine, theirs in zip(after_steps(fused), after_steps(FUSED[name]()), strict=True):
        assert mine.tobytes() == theirs.tobytes()


class Own(optimizers.Adam):
    """A user's own."""


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.Adam(amsgrad=True),
        optimizers.Adam(global_clipnorm=1.0),
        optimizers.SGD(),
        optimizers.RMSprop(),
        Own(),
    ],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_others_are_left_alone(optimizer: Any) -> None:
    before = optimizer.update_step
    assert not fuse_updates(optimizer)
    assert optimizer.update_step == before


def test_sparse_gradients_and_other_types_are_left_to_keras() -> None:
    def trained(fuse: bool) -> list[np.ndarray]:
        optimizer = optimizers.Adam(0.1)
        table = keras.Variable(np.ones((6, 3), dtype=np.float32))
        double = keras.Variable(np.ones(4), dtype="float64")
        optimizer.build([table, double])
        if fuse:
            fuse_updates(optimizer)
        sparse = tf.IndexedSlices(tf.fill((2, 3), 0.3), tf.constant([4, 1]), tf.constant([6, 3]))
        for _ in range(3):
            optimizer.apply_gradients([(sparse, table), (tf.constant([1.0, 2.0, 3.0, 4.0], tf.float64), double)])
        return [np.array(variable) for variable in [table, double, *optimizer.variables]]

    for mine, theirs in zip(trained(True), trained(False), strict=True):
        assert np.array_equal(mine, theirs)
