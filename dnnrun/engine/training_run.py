"""The training of one run: the loop with the run's callbacks, its history and its checkpoints around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dnnrun.engine.callbacks import EpochStart, HistoryRecorder
from dnnrun.engine.feeding import feed_of, row_weights
from dnnrun.engine.fitting import Diverged, Fitting, Interrupted, Position, Watch
from dnnrun.engine.hooks import Hooks
from dnnrun.engine.keeping import Keeper
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.state import Snapshot, TrainingState
from dnnrun.engine.stopping import StopRequest
from dnnrun.errors import TrainingError
from dnnrun.running.observer import Observer
from dnnrun.store import RunWriter

_BEGINNING = Position()


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Args:
        position: the next step.
        snapshot: the state there, or None at the very beginning.
        rows: the history so far, an epoch each.
        left: what is to be done: the rest of the training; a second training, where the first had reached its end; or
            nothing but saving what came of it, where a process was killed at that.
        has_new_rate: whether the learning rate is no longer that of the snapshot, by the user's wish.
    """

    position: Position = _BEGINNING
    snapshot: Snapshot | None = None
    rows: Sequence[dict[str, float]] = ()
    left: Literal["the rest", "a second training", "saving"] = "the rest"
    has_new_rate: bool = False


class Training:
    """Trains what was prepared, into a run.

    Args:
        prepared: model and data.
        writer: of the run.
        progress: where to begin.
        observer: who is told.
    """

    def __init__(self, prepared: Prepared, writer: RunWriter, progress: Progress, observer: Observer) -> None:
        experiment, dataset, model = prepared.experiment, prepared.dataset, prepared.model
        start = EpochStart()
        self.recorder = HistoryRecorder(writer, start, observer, progress.rows)
        self.named = prepared.callbacks.callbacks(writer)
        self._progress, self._epochs = progress, experiment.epochs
        weights = row_weights(dataset.train, prepared.class_weight)
        feed = feed_of(dataset.train, experiment.batch_size, weights)
        order = feed.order(
            seed=experiment.seed if experiment.shuffle else None, steps_per_epoch=experiment.steps_per_epoch
        )
        hooks = Hooks([start, *self.named, self.recorder], model, epochs=experiment.epochs, steps=order.steps)
        self._state = TrainingState(model, hooks.all.callbacks)
        self._keeper = Keeper(writer, self._state, self._facts)
        self._stop = StopRequest(observer)
        self._fitting = Fitting(
            model,
            prepared.loop,
            feed,
            order,
            feed_of(dataset.validation, experiment.batch_size) if dataset.validation else None,
            hooks,
            epochs=experiment.epochs,
            watch=Watch(
                stepped=lambda epoch, steps, logs: observer.stepped(epoch + 1, steps, logs),
                validated=observer.validated,
                wants_checkpoint=self._keeper.is_due,
                keep=self._keeper.keep_beside,
                wants_end=lambda: self._stop.interrupt is not None,
            ),
            team=prepared.session.team,
        )

    def run(self) -> TrainingError | KeyboardInterrupt | None:
        """Train to the end; return what ended it before: a loss that is no number, or somebody's wish.

        A checkpoint of where the run has come to is on disk when this returns.
        """
        with self._stop.on_signals():
            try:
                self._fit()
                self._keeper.keep(Position(self._epochs), is_finished=True)
            except Interrupted as interrupted:
                self._keeper.keep(interrupted.position)
                return self._stop.interrupt or KeyboardInterrupt("interrupted on another worker")
            except Diverged as diverged:
                return _divergence(diverged, self._fitting.learning_rate)
            except KeyboardInterrupt as interrupt:  # a second one, or one that a callback raised
                return interrupt
            finally:
                self._keeper.wait()
        return None

    def _fit(self) -> None:
        progress = self._progress
        if progress.snapshot is None:
            self._fitting.run(progress.position, self._state.note_beginning)
            return
        self._state.before_beginning()
        if progress.left == "the rest":
            self._fitting.run(progress.position, lambda: self._put_back(progress.snapshot))
            return
        self._state.restore(progress.snapshot, keep_rate=progress.has_new_rate)
        if progress.left == "a second training":  # callbacks begin anew, as when fit is called twice
            self._fitting.run(progress.position, self._state.note_beginning)

    def _put_back(self, snapshot: Snapshot | None) -> None:
        self._state.note_beginning()
        if snapshot is not None:
            self._state.restore(snapshot, keep_rate=self._progress.has_new_rate)

    def _facts(self, position: Position) -> dict[str, Any]:
        return {
            "epoch": position.epoch,
            "step": position.step,
            "is_stopped": position.is_stopped,
            "is_finished": False,
            "epochs": self._epochs,
            "epochs_finished": len(self.recorder.rows),
        }


def _divergence(diverged: Diverged, learning_rate: float) -> TrainingError:
    position = diverged.position
    return TrainingError(
        f"the loss became {diverged.loss} in epoch {position.epoch + 1}, step {position.step + 1}",
        hint=f"try a learning rate below {learning_rate:g}, scaled inputs, or clipnorm in the optimizer",
    )
