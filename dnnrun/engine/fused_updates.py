"""Optimizer updates in TensorFlow's in-place kernels, where these give the same bits as Keras's own operations.

Keras writes an update as a dozen elementwise operations, each of which goes through the memory of a variable once. On
a CPU, for small nets, they take a third of a step. The kernels used here compute the same float32 operations in the
same order in fewer passes; `tests/engine/test_fused_updates.py` holds them against Keras's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

Update = Callable[[Any, Any, Any], None]


def fuse_updates(optimizer: Any) -> bool:
    """Have an optimizer update dense float32 variables through kernels; return whether there are any for it.

    Everything around the update stays Keras's: schedules, clipping, weight decay, moving averages, accumulation. To be
    called for a model on one CPU, its optimizer built, before a step is traced.
    """
    make = _FUSED.get(type(optimizer))
    fused: Update | None = make(optimizer) if make else None
    if fused is None:
        return False
    own: Update = optimizer.update_step

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        is_dense = isinstance(gradient, tf.Tensor) and hasattr(variable, "handle")
        fits = is_dense and variable.dtype == gradient.dtype == tf.float32
        (fused if fits else own)(gradient, variable, learning_rate)

    optimizer.update_step = update_step
    return True


def _adam(optimizer: Any) -> Update | None:
    """Return Adam's update, also that of AdamW.

    TensorFlow's own Adam kernel rounds 1 - beta otherwise than Keras. So the moments are moved by kernels of their
    own, and the Adam kernel, told that beta is 1, leaves them alone and does the rest.
    """
    if optimizer.amsgrad or optimizer.global_clipnorm:
        return None  # TensorFlow joins the scaling by a global norm with what follows it, in an order of its own

    def update(gradient: Any, variable: Any, learning_rate: Any) -> None:
        index = optimizer._get_variable_index(variable)
        m, v = optimizer._momentums[index].value, optimizer._velocities[index].value
        step = tf.cast(optimizer.iterations + 1, tf.float32)
        _move(m, gradient - m, 1 - optimizer.beta_1)
        _move(v, tf.square(gradient) - v, 1 - optimizer.beta_2)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=m.handle,
            v=v.handle,
            beta1_power=tf.pow(tf.constant(optimizer.beta_1, tf.float32), step),
            beta2_power=tf.pow(tf.constant(optimizer.beta_2, tf.float32), step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=1.0,
            beta2=1.0,
            epsilon=optimizer.epsilon,
            grad=tf.zeros_like(gradient),
        )

    return update


def _move(moment: Any, difference: Any, share: float) -> None:
    """Add a share of the difference in place: subtracting it times minus the share is the same to the last bit."""
    tf.raw_ops.ResourceApplyGradientDescent(var=moment.handle, alpha=-share, delta=difference)


_FUSED: dict[type, Callable[[Any], Update | None]] = {
    keras.optimizers.Adam: _adam,
    keras.optimizers.AdamW: _adam,
}
