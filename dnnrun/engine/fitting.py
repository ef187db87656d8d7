"""``fit`` over again: the epochs, what happens between them, and every callback's hooks in Keras's own order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from dnnrun.engine.feeding import AnyFeed, Order
from dnnrun.engine.hooks import Hooks, python_logs
from dnnrun.engine.loop import Loop
from dnnrun.engine.pace import Pace
from dnnrun.engine.stream_order import StreamOrder
from dnnrun.engine.team import Team
from dnnrun.engine.windows import Steps


@dataclass(frozen=True)
class Position:
    """How far a training has come: the next step to take.

    Args:
        epoch: counted from 0.
        step: of that epoch, counted from 0; with 0 the epoch has not begun.
        is_stopped: whether a callback has ended the training before this epoch.
    """

    epoch: int = 0
    step: int = 0
    is_stopped: bool = False


class Diverged(Exception):  # noqa: N818 - an outcome, made an error where it is told
    """The loss is no finite number any more.

    Args:
        position: the step at which it ceased to be one, counted as in `Position`.
        loss: what it was then.
    """

    def __init__(self, position: Position, loss: float) -> None:
        super().__init__(f"loss {loss} in epoch {position.epoch + 1}, step {position.step + 1}")
        self.position, self.loss = position, loss


class Interrupted(Exception):  # noqa: N818 - likewise
    """Somebody asked for an end.

    Args:
        position: where the training can go on.
    """

    def __init__(self, position: Position) -> None:
        super().__init__(f"at {position}")
        self.position = position


@dataclass(frozen=True)
class Watch:
    """Who looks at a training while it lasts.

    Args:
        stepped: told of the epoch from 0, how many of its steps are done, and the logs so far, several times a second.
        validated: told how many of the steps of a validation are done, and of how many, likewise.
        wants_checkpoint: asked whether it is time for a checkpoint.
        keep: told to make one of this position.
        wants_end: asked whether to end.
    """

    stepped: Callable[[int, int, dict[str, Any]], None] = lambda epoch, steps, logs: None
    validated: Callable[[int, int], None] = lambda done, steps: None
    wants_checkpoint: Callable[[], bool] = lambda: False
    keep: Callable[[Position], None] = lambda position: None
    wants_end: Callable[[], bool] = lambda: False


class Fitting:
    """One training of a model.

    Args:
        model: what ``loop`` runs.
        loop: its steps.
        feed: the training rows.
        order: which of them when.
        validation: the rows to watch the training with, or None.
        hooks: the callbacks.
        epochs: how many there are to be in the end.
        watch: who looks on.
        team: the processes that train the same, if there are several.
    """

    def __init__(
        self,
        model: keras.Model,
        loop: Loop,
        feed: AnyFeed,
        order: Order | StreamOrder,
        validation: AnyFeed | None,
        hooks: Hooks,
        *,
        epochs: int,
        watch: Watch,
        team: Team | None = None,
    ) -> None:
        self._model, self._loop, self._feed, self._order, self._validation = model, loop, feed, order, validation
        self._hooks, self._epochs, self._watch = hooks, epochs, watch
        self._team = team or Team()
        self._pace, self._test_pace = Pace(), Pace()

    def run(self, start: Position, restore: Callable[[], None] = lambda: None) -> None:
        """Train from ``start`` to the end.

        Args:
            start: where to begin.
            restore: puts everything back as it was there; called when the callbacks have begun, as their beginning
                would undo it.

        Raises:
            Diverged: the loss is no finite number any more.
            Interrupted: the watch wanted an end.
        """
        callbacks = self._hooks.all
        self._model.stop_training = False
        callbacks.on_train_begin()
        if start.step:
            callbacks.on_epoch_begin(start.epoch)
        restore()
        logs: dict[str, Any] | None = None
        for epoch in range(start.epoch, 0 if start.is_stopped else self._epochs):
            first = start.step if epoch == start.epoch else 0
            if not first:
                self._loop.reset_metrics()
                callbacks.on_epoch_begin(epoch)
            logs = self._epoch(epoch, first)
            callbacks.on_epoch_end(epoch, logs)
            self._look_up(epoch + 1, 0)
            if self._model.stop_training:
                break
        if isinstance(self._model.optimizer, keras.optimizers.Optimizer):
            self._model.optimizer.finalize_variable_values(self._model.trainable_weights)
        callbacks.on_train_end(logs)

    @property
    def learning_rate(self) -> float:
        """The optimizer's learning rate at the step that was taken last."""
        return float(np.asarray(self._model.optimizer.learning_rate))

    def _epoch(self, epoch: int, first: int) -> dict[str, Any]:
        """Take the steps of an epoch and validate; return its logs."""
        steps, step = self._feed.epoch(self._order, epoch), first
        logs: dict[str, Any] = {}
        while step < steps.steps and not self._model.stop_training:
            logs, step = self._chunk(epoch, step, steps)
        logs = python_logs(logs)
        if self._validation is not None:
            logs |= {f"val_{name}": value for name, value in self.evaluate(self._validation).items()}
        return logs

    def _chunk(self, epoch: int, step: int, steps: Steps) -> tuple[dict[str, Any], int]:
        window_end = steps.window(step).last
        last = self._team.least(min(self._pace.steps_from(step), self._hooks.next_stop(step), window_end))
        self._hooks.train_batch_begin(step)
        began = time.perf_counter()
        logs, done = self._loop.train(steps, step, last)
        logs = python_logs(logs)
        self._pace.took(last - step, time.perf_counter() - began)
        self._hooks.train_batch_end(done, logs)
        self._watch.stepped(epoch, done, logs)
        if not _is_finite(logs.get("loss")):
            raise Diverged(Position(epoch, done - 1), float(logs["loss"]))
        if done < self._order.steps:
            self._look_up(epoch, done)
        return logs, done

    def _look_up(self, epoch: int, step: int) -> None:
        """Do, before a step, what somebody wishes: a callback, the watch, or those of another process."""
        wishes = self._model.stop_training, self._watch.wants_checkpoint(), self._watch.wants_end()
        stops, keeps, ends = self._team.any_of(*wishes)
        self._model.stop_training = stops
        if stops and step:  # the epoch ends here; a checkpoint would go on with it
            return
        position = Position(epoch, step, is_stopped=stops)
        if keeps:
            self._watch.keep(position)
        if ends and not stops and epoch < self._epochs:
            raise Interrupted(position)

    def evaluate(self, feed: AnyFeed) -> dict[str, Any]:
        """Return loss and metrics on rows, as ``evaluate`` does, callbacks included."""
        hooks, model = self._hooks, self._model
        model.stop_evaluating = False
        hooks.all.on_test_begin()
        self._loop.reset_metrics()
        logs: dict[str, Any] = {}
        step = 0
        while step < feed.steps and not model.stop_evaluating:
            wanted = step + 1 if hooks.watch_test_batches else min(self._test_pace.steps_from(step), feed.steps)
            last = self._team.least(wanted)
            hooks.test_batch_begin(step)
            began = time.perf_counter()
            logs = python_logs(self._loop.test(feed, step, last))
            self._test_pace.took(last - step, time.perf_counter() - began)
            hooks.test_batch_end(last - 1, logs)
            [model.stop_evaluating] = self._team.any_of(model.stop_evaluating)
            self._watch.validated(last, feed.steps)
            step = last
        hooks.all.on_test_end(logs)
        return logs


def _is_finite(loss: Any) -> bool:
    return not isinstance(loss, float) or abs(loss) < float("inf")
