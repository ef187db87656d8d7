"""One run from a validated config to a finished directory. What goes wrong before training leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from dnnrun.config.resolved import to_yaml
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.engine.callbacks import EpochStart, HistoryRecorder, StepReporter, best_epoch
from dnnrun.engine.description import plan_of, record_of
from dnnrun.engine.evaluation import evaluate
from dnnrun.engine.log import logger, logging_to
from dnnrun.engine.objects import in_one_line
from dnnrun.engine.observer import Observer
from dnnrun.engine.preparation import Prepared, prepare
from dnnrun.errors import DnnrunError, TrainingError
from dnnrun.store import Run, RunWriter


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Args:
        run: its directory.
        failure: what ended it before its time, to be raised once the run has been looked after; None if nothing did.
    """

    run: Run
    failure: BaseException | None = None


def train_experiment(
    experiment: Experiment,
    dataset: Dataset,
    *,
    runs_dir: Path,
    written: str | None = None,
    observer: Observer | None = None,
    allow_code: bool = False,
) -> Outcome:
    """Train one experiment into a new run directory.

    Args:
        experiment: the config, resolved; see `dnnrun.data.load.resolve_data`.
        dataset: its data.
        runs_dir: where the run directory is made.
        written: the config as its author wrote it, to be kept.
        observer: who is told of the progress.
        allow_code: whether the config's import paths may be run.

    Raises:
        ConfigError: the config does not fit Keras or the data; no directory was made.
        RunError: the directory cannot be made.
    """
    observer = observer or Observer()
    observer.preparing("building the model")
    prepared = prepare(experiment, dataset, allow_code=allow_code)
    writer = RunWriter.create(runs_dir, prepared.experiment.run_name, record_of(prepared))
    with logging_to(writer.log_file, observer), prepared.session.scope():
        try:
            writer.write_config(written, to_yaml(prepared.experiment))
            if prepared.dataset.label_map:
                writer.write_labels(prepared.dataset.class_names or ())
            plan = plan_of(prepared, writer)
            logger.info("run began: %s", plan)
            observer.started(plan)
            failure = _train(prepared, writer, observer)
        except KeyboardInterrupt as interrupt:
            failure = interrupt
            _finish(writer, "interrupted", str(interrupt) or "interrupted by the user")
        except Exception as error:
            failure = _explained(error, prepared)
            _finish(writer, "failed", str(failure))
    return Outcome(writer.read(), failure)


def _train(prepared: Prepared, writer: RunWriter, observer: Observer) -> BaseException | None:
    """Train, save and evaluate; return the failure if the training did not reach its end."""
    start = EpochStart()
    recorder = HistoryRecorder(writer, start, observer)
    failure: BaseException | None = None
    try:
        _fit(prepared, writer, observer, start, recorder)
    except KeyboardInterrupt as interrupt:
        failure = interrupt
    finally:  # whatever ended it
        _record_progress(recorder.rows, prepared, writer)
    _save(prepared.model, writer)
    if recorder.diverged:
        failure = _divergence(recorder.rows[-1])
        _finish(writer, "diverged", str(failure))
    elif failure is not None:
        _finish(writer, "interrupted", str(failure) or "interrupted by the user")
    else:
        observer.preparing("evaluating")
        evaluation = evaluate(prepared.model, prepared.experiment, prepared.dataset, prepared.builder)
        writer.write_predictions(evaluation.predictions)
        writer.write_evaluation(evaluation.figures)
        logger.info("evaluated: %s", evaluation.figures["metrics"])
        _finish(writer, "completed")
    return failure


def _fit(
    prepared: Prepared, writer: RunWriter, observer: Observer, start: EpochStart, recorder: HistoryRecorder
) -> None:
    experiment, dataset = prepared.experiment, prepared.dataset
    callbacks: list[Any] = [start, *prepared.callbacks.callbacks(writer)]
    if observer.wants_steps:
        callbacks.append(StepReporter(observer))
    prepared.model.fit(
        dataset.train.x,
        dataset.train.y,
        batch_size=experiment.batch_size,
        epochs=experiment.epochs,
        verbose=0,
        callbacks=[*callbacks, recorder],
        validation_data=(dataset.validation.x, dataset.validation.y) if dataset.validation else None,
        shuffle=experiment.shuffle,
        class_weight=prepared.class_weight,
        steps_per_epoch=experiment.steps_per_epoch,
    )


def _record_progress(rows: list[dict[str, float]], prepared: Prepared, writer: RunWriter) -> None:
    final = {name: value for name, value in rows[-1].items() if name != "seconds"} if rows else None
    writer.update(best=best_epoch(rows, prepared.experiment), final=final, epochs_finished=len(rows))


def _save(model: keras.Model, writer: RunWriter) -> None:
    with writer.weights_file() as path:
        model.save_weights(path)
    with writer.model_file() as path:
        model.save(path)


def _finish(writer: RunWriter, status: Any, failure: str | None = None) -> None:
    logger.info("run ended: %s%s", status, f": {failure}" if failure else "")
    writer.finish(status, failure=failure)


def _divergence(row: dict[str, float]) -> TrainingError:
    return TrainingError(
        f"the loss became {row['loss']} in epoch {int(row['epoch'])}",
        hint=f"try a learning rate below {row['learning_rate']:g}, scaled inputs, or clipnorm in the optimizer",
    )


def _explained(error: Exception, prepared: Prepared) -> DnnrunError:
    """Return what stopped the training in the words of a message; what dnnrun itself said stays as it is."""
    logger.error("training failed", exc_info=error)
    if isinstance(error, DnnrunError):
        return error
    text, hint = in_one_line(error), "train.log in the run directory has the details"
    if "OOM" in text or "out of memory" in text.lower() or isinstance(error, MemoryError):
        hint = f"memory ran out: try --batch-size {max(1, prepared.experiment.batch_size // 2)}"
    failure = TrainingError(f"training failed: {type(error).__name__}: {text}", hint=hint)
    failure.__cause__ = error
    return failure
