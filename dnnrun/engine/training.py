"""One run from a validated config to a finished directory. What goes wrong before training leaves nothing on disk."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from dnnrun.config.resolved import to_yaml
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.engine.chance import far_from_chance
from dnnrun.engine.description import plan_of, record_of
from dnnrun.engine.evaluation import evaluate
from dnnrun.engine.network import describe_network
from dnnrun.engine.objects import in_one_line
from dnnrun.engine.out_of_memory import out_of_memory_hint
from dnnrun.engine.outcome import progress_facts
from dnnrun.engine.preparation import Prepared, prepare
from dnnrun.engine.team import LOST, ConnectedTeam, lost_worker
from dnnrun.engine.training_run import Progress, Training
from dnnrun.engine.workers import Workers
from dnnrun.errors import DnnrunError, TrainingError, in_words
from dnnrun.running.ending import Outcome
from dnnrun.running.log import logger, logging_to
from dnnrun.running.observer import Observer
from dnnrun.store import FollowingWriter, RunWriter


@dataclass(frozen=True)
class Ready:
    """A training that can begin.

    Args:
        prepared: all that is needed.
        observer: who is told of the progress.
        early: the warnings that came while there was no log to write them to.
    """

    prepared: Prepared
    observer: Observer
    early: Sequence[warnings.WarningMessage]


def make_ready(
    experiment: Experiment,
    dataset: Dataset,
    *,
    observer: Observer | None = None,
    allow_code: bool = False,
    workers: Workers | None = None,
) -> Ready:
    """Build everything, and write nothing.

    What is returned does not hold the rows as they were read, which a caller should let go of before the training.

    Args:
        experiment: the config, resolved; see `dnnrun.data.load.resolve_data`.
        dataset: its data.
        observer: who is told of the progress.
        allow_code: whether the config's import paths may be run.
        workers: the processes that train it together, if there are several; each calls this.

    Raises:
        ConfigError: the config does not fit Keras or the data.
    """
    observer = observer or Observer()
    observer.preparing("building the model")
    with warnings.catch_warnings(record=True) as early:
        warnings.simplefilter("default")
        prepared = prepare(experiment, dataset, allow_code=allow_code, workers=workers, waiting=observer.waiting)
    return Ready(prepared, observer, early)


def train_experiment(ready: Ready, runs_dir: Path) -> Outcome:
    """Train one experiment into a new run directory, which the first of several workers makes and writes.

    Args:
        ready: the experiment.
        runs_dir: where the run directory is made.

    Raises:
        RunError: the directory cannot be made.
    """
    prepared = ready.prepared
    writer = _new_run(prepared, runs_dir)
    try:
        document = prepared.experiment.document
        writer.write_config(document.written if document else None, to_yaml(prepared.experiment))
        labels = prepared.dataset.label_maps()
        if labels:
            writer.write_labels(labels)
        preparing = prepared.preparation.model
        writer.write_network(describe_network(prepared.exported, preparing.layers if preparing is not None else ()))
    except BaseException:
        writer.close()
        raise
    return carry_out(ready, writer, Progress())


def _new_run(prepared: Prepared, runs_dir: Path) -> RunWriter:
    """Make the run's directory as the chief; others learn from it what it is called."""
    team = prepared.session.team
    if team.is_chief:
        writer = RunWriter.create(runs_dir, prepared.experiment.run_name, record_of(prepared))
        team.told_by_chief(writer.path.name)
        return writer
    return FollowingWriter(runs_dir / team.told_by_chief(""), team.index)


def carry_out(ready: Ready, writer: RunWriter, progress: Progress) -> Outcome:
    """Train from where the run has come to, save and evaluate; whatever happens is on disk when this returns."""
    prepared, observer = ready.prepared, ready.observer
    failure: DnnrunError | KeyboardInterrupt | None
    with logging_to(writer.log_file, observer), prepared.session.scope():
        try:
            plan = plan_of(prepared, writer, progress)
            logger.info("run began: %s", plan)
            observer.started(plan)
            for warning in ready.early:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
            remark = far_from_chance(plan.untrained_loss, plan.chance_loss)
            if remark and not plan.epochs_done:
                logger.warning(remark)
                observer.warned(remark)
            failure = _train(prepared, writer, progress, observer)
        except KeyboardInterrupt as interrupt:
            failure = interrupt
            _finish(writer, "interrupted", str(interrupt) or "interrupted by the user")
        except (Exception, SystemExit) as error:  # a callback of the user's may call sys.exit
            failure = _explained(error, prepared)
            _finish(writer, "failed", in_words(failure))
        finally:
            writer.close()
    return Outcome(writer.read(), failure)


def _train(
    prepared: Prepared, writer: RunWriter, progress: Progress, observer: Observer
) -> DnnrunError | KeyboardInterrupt | None:
    """Train, save and evaluate; return the failure if the training did not reach its end."""
    training = Training(prepared, writer, progress, observer)
    try:
        failure = training.run()
    finally:  # whatever ended it
        training.recorder.record()
        writer.update(**progress_facts(training.recorder.rows, prepared.experiment, training.named))
    if isinstance(failure, TrainingError):
        _finish(writer, "diverged", in_words(failure))
        return failure
    _save(prepared.exported, writer)
    if failure is not None:
        _finish(writer, "interrupted", str(failure) or "interrupted by the user")
    else:
        observer.preparing("evaluating")
        _evaluate(prepared, writer)
        _finish(writer, "completed")
    return failure


def _evaluate(prepared: Prepared, writer: RunWriter) -> None:
    try:
        evaluation = evaluate(
            prepared.model,
            prepared.loop,
            prepared.experiment,
            prepared.dataset,
            prepared.builder,
            prepared.raw,
            prepared.postprocessing,
        )
    except Exception as error:
        logger.error("evaluation failed", exc_info=error)
        raise TrainingError(
            f"the training reached its end, but its evaluation failed: {type(error).__name__}: {in_one_line(error)}",
            hint="the model and the history are in the run; train.log has the details",
        ) from error
    writer.write_predictions(evaluation.predictions)
    writer.write_evaluation(evaluation.figures)
    logger.info("evaluated: %s", evaluation.figures["metrics"])


def _save(model: keras.Model, writer: RunWriter) -> None:
    with writer.weights_file() as path:
        model.save_weights(path)
    with writer.model_file() as path:
        model.save(path)


def _finish(writer: RunWriter, status: Any, failure: str | None = None) -> None:
    logger.info("run ended: %s%s", status, f": {failure}" if failure else "")
    writer.finish(status, failure=failure)


def _explained(error: BaseException, prepared: Prepared) -> DnnrunError:
    """Return what stopped the training in the words of a message; what dnnrun itself said stays as it is."""
    logger.error("training failed", exc_info=error)
    if isinstance(error, DnnrunError):
        return error
    hint = out_of_memory_hint(error, prepared.experiment.batch_size)
    failure = TrainingError(
        f"training failed: {type(error).__name__}: {in_one_line(error)}",
        hint=hint or "train.log in the run directory has the details",
    )
    if isinstance(error, LOST) and isinstance(prepared.session.team, ConnectedTeam):
        failure = lost_worker()
    failure.__cause__ = error
    return failure
