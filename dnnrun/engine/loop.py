"""The epoch loop: many steps inside one ``tf.function``, each Keras's own step on rows gathered from memory.

The model's ``train_step``, ``test_step`` and ``predict_step`` are called as ``fit``, ``evaluate`` and ``predict`` call
them, so that everything means what it means there; only Python is left out between two steps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.engine.windows import Steps, Window

Logs = dict[str, Any]
# A model that has these from Keras reports its metrics and nothing else, so that they can wait for the end of a chunk.
_REPORTING = ("train_step", "test_step", "compute_metrics", "get_metrics_result")


class Loop:
    """Runs the steps of one model.

    Each of its functions is traced once, however many epochs, chunks and splits there are.

    Args:
        model: compiled and built, its optimizer and metrics too.
        jit: whether each step is compiled with XLA.
    """

    def __init__(self, model: keras.Model, *, jit: bool) -> None:
        self._model = model
        self._jit = jit
        self._train = self._chunk_function(model.train_step)
        self._test = self._chunk_function(model.test_step)
        self._reset = tf.function(model.reset_metrics, autograph=False) if _can_reset_in_graph(model) else None
        self._predict = tf.function(lambda x: model.predict_step((x,)), reduce_retracing=True, jit_compile=jit)

    def reset_metrics(self) -> None:
        """Measure anew, as after the model's own ``reset_metrics``, but in one call where that makes one a variable."""
        if self._reset is None:
            self._model.reset_metrics()
        else:
            self._reset()

    def train(self, epoch: Steps, first: int, last: int) -> tuple[Logs, int]:
        """Take the training steps from ``first`` up to and without ``last``, or up to the end of the window.

        Args:
            epoch: its steps, and the rows of each.
            first: a step of the epoch, counted from 0.
            last: the step behind the last one to take.

        Returns:
            What ``fit`` would report after these steps, and the step that would be next: one before the last where the
            loss stopped being a finite number.
        """
        return _in_window(self._train, epoch.window(first), first, last)

    def test(self, rows: Steps, first: int = 0, last: int | None = None) -> Logs:
        """Take test steps on the rows in their order; return what ``evaluate`` would report after them."""
        step, end = first, rows.steps if last is None else last
        while True:
            window = rows.window(step)
            logs, _ = _in_window(self._test, window, step, end)
            step = window.last
            if step >= end:
                return logs

    def predict(self, rows: Steps) -> Any:
        """Return the model's output for every row, as ``predict`` does."""
        parts: list[Any] = []
        while len(parts) < rows.steps:
            window = rows.window(len(parts))
            for number in range(window.last - window.first):
                begin, end = number * window.batch_size, (number + 1) * window.batch_size
                parts.append(keras.tree.map_structure(np.asarray, self._predict(_cut(window.tensors[0], begin, end))))
        return keras.tree.map_structure(lambda *each: np.concatenate(each), *parts)

    def _chunk_function(self, step: Callable[[Any], Any]) -> Callable[..., tuple[Logs, Any]]:
        model, is_reporting_late = self._model, reports_metrics_only(self._model)
        one_step = tf.function(step, jit_compile=True, reduce_retracing=True) if self._jit else step

        def chunk(tensors: Any, order: Any, batch_size: int, first: Any, last: Any) -> tuple[Logs, Any]:
            def batch(number: Any) -> Any:
                begin, end = number * batch_size, (number + 1) * batch_size
                if order is None:
                    return _cut(tensors, begin, end)
                return _gathered(tensors, order[begin:end])

            def even_batch(number: Any) -> Any:
                return _gathered(tensors, tf.slice(order, [number * batch_size], [batch_size]))

            if not is_reporting_late:
                return _with_logs_of_last_step(lambda number: one_step(batch(number)), first, last)
            with _metrics_unread(model):
                total = _loss_total(model)
                even = 0 if keras.tree.is_nested(tensors[1]) else _even_steps(order, batch_size)
                reached = first
                if even:
                    until = tf.minimum(last, even)
                    reached = while_finite(lambda number: one_step(even_batch(number)), total, first, until)
                ended = while_finite(lambda number: one_step(batch(number)), total, reached, last)
            return model.get_metrics_result(), ended

        return tf.function(chunk, autograph=False, reduce_retracing=True)


def _in_window(function: Callable[..., tuple[Logs, Any]], window: Window, first: int, last: int) -> tuple[Logs, int]:
    """Take the steps of an epoch that lie in a window; return their logs and the step that would be next."""
    begin, end = first - window.first, min(last, window.last) - window.first
    logs, step = function(window.tensors, window.order, window.batch_size, tf.constant(begin), tf.constant(end))
    return dict(logs), int(step) + window.first


def _cut(tensors: Any, begin: Any, end: Any) -> Any:
    return keras.tree.map_structure(lambda tensor: tensor[begin:end], tensors)


def _gathered(tensors: Any, rows: Any) -> Any:
    return keras.tree.map_structure(lambda tensor: tf.gather(tensor, rows), tensors)


def while_finite(step: Callable[[Any], Any], total: Any, first: Any, last: Any) -> Any:
    """Take steps until the last, or until the sum of the losses so far is no finite number; return the next step."""

    def goes_on(number: Any) -> Any:
        return tf.logical_and(number < last, tf.math.is_finite(total))

    def body(number: Any) -> tuple[Any]:
        step(number)
        return (number + 1,)

    return tf.while_loop(goes_on, body, (first,), parallel_iterations=1)[0]


def _even_steps(order: Any, batch_size: int) -> int:
    """Return how many steps of an epoch may be traced with a number of rows that is known beforehand.

    TensorFlow computes a little faster then, and multiplies by the inverse of the number of rows instead of dividing by
    it, which comes to the same for a power of two. The last batch, which may be smaller, is left out. It is not for
    models of several outputs: Keras weighs the loss of each by the number of rows only where that is known.
    """
    is_power_of_two = batch_size & (batch_size - 1) == 0
    rows = None if order is None else order.shape[0]
    return rows // batch_size if rows and is_power_of_two else 0


def _with_logs_of_last_step(step: Callable[[Any], Any], first: Any, last: Any) -> tuple[Logs, Any]:
    """Take steps whose logs are the model's own affair; return those of the last one, as ``fit`` does."""

    def goes_on(number: Any, logs: Any) -> Any:
        loss = logs.get("loss") if isinstance(logs, dict) else None
        is_number = loss is not None and loss.dtype.is_floating and loss.shape.rank == 0
        return tf.logical_and(number < last, tf.math.is_finite(loss)) if is_number else number < last

    def body(number: Any, _: Any) -> tuple[Any, Any]:
        return number + 1, _as_tensors(step(number))

    ended, logs = tf.while_loop(goes_on, body, (first + 1, _as_tensors(step(first))), parallel_iterations=1)
    return logs, ended


def _as_tensors(logs: Any) -> Any:
    return keras.tree.map_structure(tf.convert_to_tensor, logs)


def reports_metrics_only(model: keras.Model) -> bool:
    """Whether a model's steps are Keras's own, which report its metrics and nothing else."""
    return all(getattr(type(model), name) is getattr(keras.Model, name) for name in _REPORTING) and bool(model.metrics)


def _can_reset_in_graph(model: keras.Model) -> bool:
    """Whether to reset the metrics does no more than to assign zeros, and on one device."""
    is_own = type(model).reset_metrics is keras.Model.reset_metrics
    return is_own and not tf.distribute.has_strategy() and all(map(_is_of_keras, model.metrics))


def _is_of_keras(metric: Any) -> bool:
    parts = getattr(metric, "metrics", None) or [metric]  # those of compile() are in one that holds them
    return all(type(part).__module__.startswith("keras.src.") for part in (metric, *parts))


def _loss_total(model: keras.Model) -> Any:
    """Return the variable that sums the loss over the epoch: Keras's loss tracker is the first of the metrics."""
    return model.metrics[0].total.value


@contextlib.contextmanager
def _metrics_unread(model: keras.Model) -> Iterator[None]:
    """Leave out, while a step is traced, the reading of every metric's result, which nobody looks at in between."""
    model.get_metrics_result = dict
    try:
        yield
    finally:
        del model.get_metrics_result
