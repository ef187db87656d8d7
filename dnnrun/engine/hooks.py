"""The callbacks of a run as ``fit`` would call them; a batch hook only where one has something in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

# Not called for batches: divergence is looked for inside the loop, and ends the run with the step at which it began.
_SEEN_TO_BY_THE_LOOP = (keras.callbacks.TerminateOnNaN,)
_TRAIN = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
_TEST = ("on_test_batch_begin", "on_test_batch_end")


class Hooks:
    """Calls callbacks in their order.

    A callback that overrides a batch hook is called at every batch, or at every so many where it has an attribute
    ``batch_interval``: then, as under ``steps_per_execution``, ``begin`` names the first batch of those and ``end`` the
    last.

    Args:
        callbacks: in the order in which they are called.
        model: what they are given as ``self.model``.
        epochs: for their ``params``.
        steps: steps an epoch, for their ``params``.
    """

    def __init__(
        self, callbacks: Sequence[keras.callbacks.Callback], model: keras.Model, *, epochs: int, steps: int
    ) -> None:
        params = {"verbose": 0, "epochs": epochs, "steps": steps}
        self.all = keras.callbacks.CallbackList(list(callbacks), add_history=True, model=model, **params)
        self._train = _intervals(self.all.callbacks, _TRAIN)
        self._test = _intervals(self.all.callbacks, _TEST)
        self._steps = steps

    @property
    def watch_test_batches(self) -> bool:
        """Whether a callback is to be called at the batches of an evaluation."""
        return bool(self._test)

    def next_stop(self, step: int) -> int:
        """Return the step, at most the number of an epoch's steps, before which a callback is to be called."""
        return min([self._steps, *(_multiple_above(step, interval) for _, interval in self._train)])

    def train_batch_begin(self, step: int) -> None:
        """Call those that look at the batch that begins, counted from 0."""
        for callback, interval in self._train:
            if step % interval == 0:
                callback.on_train_batch_begin(step, logs={})

    def train_batch_end(self, next_step: int, logs: Mapping[str, Any]) -> None:
        """Call those that look at the batch before ``next_step``; ``logs`` are the means over the epoch so far."""
        due = [each for each, interval in self._train if next_step % interval == 0 or next_step == self._steps]
        for callback in due:
            callback.on_train_batch_end(next_step - 1, logs=python_logs(logs))

    def test_batch_begin(self, step: int) -> None:
        """As `train_batch_begin`, in an evaluation."""
        for callback, _ in self._test:
            callback.on_test_batch_begin(step, logs={})

    def test_batch_end(self, step: int, logs: Mapping[str, Any]) -> None:
        """Call those that look at the batch that has ended, counted from 0."""
        for callback, _ in self._test:
            callback.on_test_batch_end(step, logs=python_logs(logs))


def python_logs(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Return logs as Keras hands them to callbacks: plain numbers, sorted by name; of several values, an array."""
    numbers = {name: np.asarray(value) for name, value in sorted(logs.items())}
    return {name: float(array) if array.ndim == 0 else array for name, array in numbers.items()}


def _intervals(
    callbacks: Sequence[keras.callbacks.Callback], hooks: Sequence[str]
) -> list[tuple[keras.callbacks.Callback, int]]:
    return [
        (callback, max(1, int(getattr(callback, "batch_interval", 1))))
        for callback in callbacks
        if any(not _is_default(getattr(callback, hook)) for hook in hooks) and _looks_at_batches(callback)
    ]


def _is_default(hook: Any) -> bool:
    """Whether a hook is Keras's own empty one, which Keras marks."""
    return bool(getattr(hook, "_is_default", False))


def _looks_at_batches(callback: keras.callbacks.Callback) -> bool:
    """Whether one of Keras's own, as it is set up, does anything at a batch."""
    kind = type(callback)
    if kind in _SEEN_TO_BY_THE_LOOP:
        return False
    if kind in (keras.callbacks.ModelCheckpoint, keras.callbacks.BackupAndRestore):
        return callback.save_freq != "epoch"
    if kind is keras.callbacks.TensorBoard:
        return callback.update_freq != "epoch" or bool(callback.profile_batch) or callback.write_steps_per_second
    return True


def _multiple_above(step: int, interval: int) -> int:
    return (step // interval + 1) * interval
