"""The epoch loop over several devices: each takes its part of every batch, and all numbers are those of one device.

Keras averages within a device and then over the devices, which is right only where all have equally many rows. Here the
parts of a batch differ by one row at most, and what an average would get wrong is put right: the gradient by the
weights of the rows, the loss and the metrics by what each device adds to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from dnnrun.engine.loop import Logs, Loop, reports_metrics_only, while_finite


class ReplicatedLoop(Loop):
    """Runs the steps of one model on every replica of a strategy.

    Layers that look at a whole batch, as BatchNormalization does, look at a device's part of it, and dropout draws on
    each device for itself: with them the results are not those of one device, as under Keras.

    Args:
        model: compiled and built under the strategy's scope, its optimizer and metrics too.
        jit: whether each step is compiled with XLA.
        strategy: over the devices.

    Raises:
        ValueError: the model or its optimizer cannot be trained in parts.
    """

    def __init__(self, model: keras.Model, *, jit: bool, strategy: Any) -> None:
        fault = _fault_of(model)
        if fault:
            raise ValueError(fault)
        self._strategy = strategy
        _share_clipping(model.optimizer, strategy.num_replicas_in_sync)
        super().__init__(model, jit=jit)

    def _chunk_function(self, step: Callable[[Any], Any]) -> Callable[..., tuple[Logs, Any]]:
        model, strategy = self._model, self._strategy
        one_step = tf.function(step, jit_compile=True, reduce_retracing=True) if self._jit else step

        def chunk(tensors: Any, order: Any, batch_size: int, first: Any, last: Any) -> tuple[Logs, Any]:
            rows_in_order = tf.range(tf.shape(keras.tree.flatten(tensors)[0])[0]) if order is None else order

            def on_all(number: Any) -> None:
                rows = rows_in_order[number * batch_size : (number + 1) * batch_size]
                strategy.run(_replica_step, args=(model, one_step, tensors, rows, strategy.num_replicas_in_sync))

            ended = while_finite(on_all, model.metrics[0].total.value, first, last)
            return model.get_metrics_result(), ended

        return tf.function(chunk, autograph=False, reduce_retracing=True)


def _replica_step(model: keras.Model, step: Callable[[Any], Any], tensors: Any, rows: Any, replicas: int) -> None:
    """Take one replica's part of a step; one that has no rows goes along with a row that weighs nothing."""
    replica = tf.cast(tf.convert_to_tensor(tf.distribute.get_replica_context().replica_id_in_sync_group), tf.int32)
    size = tf.shape(rows)[0]
    even, left_over = size // replicas, size % replicas
    count = even + tf.cast(replica < left_over, tf.int32)
    run = tf.maximum(count, 1)
    start = tf.minimum(replica * even + tf.minimum(replica, left_over), size - 1)
    mine = rows[start : start + run]
    x, y = keras.tree.map_structure(lambda tensor: tf.gather(tensor, mine), tensors[:2])
    # Keras divides by the rows of this part, and by the replicas; the mean over the batch divides by all its rows.
    factor = tf.cast(count * replicas, tf.float32) / tf.cast(size, tf.float32)
    weights = tf.gather(tensors[2], mine) if len(tensors) == 3 else tf.ones([run])
    watched = [variable for metric in model.metrics for variable in metric.variables]
    before = [_own_part(variable) for variable in watched]
    with tf.control_dependencies(before):
        step((x, y, tf.cast(weights, tf.float32) * factor))
    loss_total = model.metrics[0].total
    # Its loss, penalties included, times its share of the rows of an even division: over all replicas, the batch's.
    share = tf.cast(size, tf.float32) / tf.cast(replicas * run, tf.float32)
    is_real = tf.cast(count > 0, tf.float32)
    # Of each of several outputs Keras averages the losses of the parts, one without rows as well: it adds 0.
    of_outputs = {id(variable) for variable in model._compile_loss.variables}
    for variable, old in zip(watched, before, strict=True):
        scale = share if variable is loss_total else 1.0 if id(variable) in of_outputs else is_real
        variable.assign(old + (_own_part(variable) - old) * tf.cast(scale, old.dtype))


def _own_part(variable: Any) -> Any:
    """Return what this replica has added to a metric, as a tensor of its own."""
    return tf.identity(tf.convert_to_tensor(variable.value))


def _fault_of(model: keras.Model) -> str:
    """Return why a model can be trained on one device only, or nothing."""
    optimizer = model.optimizer
    if not reports_metrics_only(model):
        return "a model with a train_step of its own runs on one device"
    if optimizer.gradient_accumulation_steps:
        return "gradient_accumulation_steps works on one device only: Keras fails with it on several"
    if optimizer.use_ema and optimizer.ema_overwrite_frequency:
        return "ema_overwrite_frequency works on one device only: Keras fails with it on several"
    return ""


def _share_clipping(optimizer: Any, replicas: int) -> None:
    """Clip the gradient of the whole batch: Keras would clip that of each part before it adds them up."""
    if replicas == 1 or not (optimizer.clipnorm or optimizer.global_clipnorm or optimizer.clipvalue):
        return
    own = optimizer._clip_gradients

    def clip(gradients: Any) -> Any:
        present = [gradient for gradient in gradients if gradient is not None]
        context = tf.distribute.get_replica_context()
        summed = iter(context.all_reduce(tf.distribute.ReduceOp.SUM, present))
        clipped = own([None if gradient is None else next(summed) for gradient in gradients])
        return [None if gradient is None else gradient / replicas for gradient in clipped]

    optimizer._clip_gradients = clip
