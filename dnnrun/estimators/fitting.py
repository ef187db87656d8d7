"""One run of an estimator, from a validated config to a finished directory, as `engine.training` is for networks.

What goes wrong before there is a run leaves nothing on disk. There is one step and so nothing to resume.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline

from dnnrun.config.measures import Measure
from dnnrun.config.outputs import ONLY
from dnnrun.config.resolved import to_yaml
from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.errors import DnnrunError, Problem, TrainingError, in_words
from dnnrun.estimators.building import PATH
from dnnrun.estimators.judging import Said, guess, measure, say
from dnnrun.estimators.preparation import Prepared, fit, prepare
from dnnrun.estimators.validating import check_folds, cross_validated
from dnnrun.running.ending import Outcome
from dnnrun.running.examples import best_and_worst, raw_rows, samples_of
from dnnrun.running.figures import classification_figures, regression_figures
from dnnrun.running.log import logger, logging_to
from dnnrun.running.observer import FitPlan, Observer
from dnnrun.running.record import first_record
from dnnrun.store import RunWriter

MOST_MEASURED = 10_000
"""How many training rows the training metrics are measured on, at most: nearest neighbours look at all for each."""


def fit_experiment(
    experiment: Experiment,
    dataset: Dataset,
    *,
    runs_dir: Path,
    observer: Observer | None = None,
    folds: int | None = None,
) -> Outcome:
    """Fit the estimator of one experiment into a new run directory.

    Args:
        experiment: the config, resolved, whose model is of scikit-learn.
        dataset: its data.
        runs_dir: where the run directory is made.
        observer: who is told of the progress.
        folds: also cross-validate it on the training rows, in so many folds; see `validating`.

    Raises:
        ConfigError: the config does not fit scikit-learn or the data; no directory was made.
        DataError: there are too few rows for the folds; no directory was made.
        RunError: the directory cannot be made.
    """
    observer = observer or Observer()
    prepared = prepare(experiment, dataset)
    if folds is not None:
        check_folds(dataset, folds)
    record = first_record(experiment, dataset.facts(), class_weights(experiment, dataset))
    writer = RunWriter.create(runs_dir, experiment.run_name, record)
    try:
        document = experiment.document
        writer.write_config(document.written if document else None, to_yaml(experiment))
        if labels := dataset.label_maps():
            writer.write_labels(labels)
        return _carry_out(prepared, writer, observer, folds)
    finally:
        writer.close()


def _carry_out(prepared: Prepared, writer: RunWriter, observer: Observer, folds: int | None) -> Outcome:
    """Fit, measure and save; whatever happens is on disk when this returns."""
    failure: DnnrunError | KeyboardInterrupt | None = None
    doing = "fitted"
    with logging_to(writer.log_file, observer):
        try:
            plan = _plan_of(prepared, writer)
            logger.info("run began: %s", plan)
            observer.fitting(plan)
            observer.preparing(f"fitting {prepared.name}")
            start = time.perf_counter()
            pipeline = fit(prepared)
            seconds = time.perf_counter() - start
            doing = "evaluated"
            _save_and_evaluate(prepared, pipeline, seconds, writer, observer, folds)
            _finish(writer, "completed")
        except KeyboardInterrupt as interrupt:
            failure = interrupt
            _finish(writer, "interrupted", str(interrupt) or "interrupted by the user")
        except Exception as error:
            failure = _explained(error, prepared, doing)
            _finish(writer, "failed", in_words(failure))
    return Outcome(writer.read(), failure)


def _save_and_evaluate(
    prepared: Prepared, pipeline: Pipeline, seconds: float, writer: RunWriter, observer: Observer, folds: int | None
) -> None:
    dataset = prepared.dataset
    with writer.estimator_file() as path:
        joblib.dump(pipeline, path)
    observer.preparing("evaluating")
    said = {
        name: (rows, say(pipeline, rows.x, dataset.targets[ONLY])) for name, rows in _measured_rows(dataset).items()
    }
    measured = {name: measure(what, rows, prepared.metrics) for name, (rows, what) in said.items()}
    row = {"epoch": 1, **measured["train"]}
    row |= {f"val_{name}": value for name, value in measured.get("validation", {}).items()}
    writer.append_history({**row, "seconds": seconds})
    observer.epoch_ended({**row, "seconds": seconds})
    final = {name: value for name, value in row.items() if name != "epoch"}
    writer.update(epochs_finished=1, weights_from_epoch=1, final=final)
    split = next(name for name in ("test", "validation", "train") if name in said)
    rows, judged = said[split]
    figures, arrays = evaluated(prepared.dataset, prepared.metrics, split, rows, judged)
    if folds is not None:
        observer.preparing(f"cross-validating {prepared.name}")
        figures["cross_validation"] = cross_validated(prepared, folds)
    writer.write_predictions(arrays)
    writer.write_evaluation(figures)
    logger.info("evaluated: %s", figures["metrics"])


def _measured_rows(dataset: Dataset) -> dict[str, Rows]:
    """Return the rows of each split that are judged: of very many training rows some from all over them."""
    count = len(dataset.train)
    chosen = np.linspace(0, count - 1, MOST_MEASURED).astype(np.int64) if count > MOST_MEASURED else slice(None)
    return {name: rows.take(chosen) if name == "train" else rows for name, rows in dataset.splits.items()}


def evaluated(
    dataset: Dataset, metrics: Mapping[str, Measure], split: str, rows: Rows, said: Said
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what evaluation.json holds, and what plots need.

    Args:
        dataset: whose training rows the trivial guess knows.
        metrics: what is measured, by name.
        split: what the rows are.
        rows: those that are judged.
        said: about these.
    """
    words, guessed = guess(rows, dataset)
    figures: dict[str, Any] = {
        "split": "training" if split == "train" else split,
        "rows": len(rows),
        "task": dataset.task,
        "metrics": measure(said, rows, metrics),
        "trivial": {"guess": words, "metrics": measure(guessed, rows, metrics)},
    }
    if said.classes is not None:
        figures["classification"] = classification_figures(rows.class_numbers, said.classes, dataset)
        arrays = {"predicted": said.numbers, "true": rows.class_numbers, "predicted_class": said.classes}
    else:
        figures["regression"] = regression_figures(rows.labels_of(), said.numbers)
        arrays = {"predicted": said.numbers, "true": rows.labels_of()}
    raw = raw_rows(rows)
    samples = {} if said.classes is None else samples_of(dataset, raw)
    return figures, {**arrays, **samples, **best_and_worst(dataset, raw, arrays)}


def _plan_of(prepared: Prepared, writer: RunWriter) -> FitPlan:
    experiment = prepared.experiment
    return FitPlan(
        run=writer.path,
        log=writer.log_file,
        name=experiment.run_name,
        description=experiment.description,
        data=prepared.dataset.facts(),
        model=" ".join(str(prepared.pipeline.steps[-1][1]).split()),
        seed=experiment.seed or 0,
    )


def _finish(writer: RunWriter, status: Any, failure: str | None = None) -> None:
    logger.info("run ended: %s%s", status, f": {failure}" if failure else "")
    writer.finish(status, failure=failure)


def _explained(error: Exception, prepared: Prepared, doing: str) -> DnnrunError:
    """Return what stopped the estimator from being fitted or evaluated as a message, at its line."""
    logger.error("%s could not be %s", prepared.name, doing, exc_info=error)
    if isinstance(error, DnnrunError):
        return error
    text = " ".join(str(error).split())
    hint = "it takes fewer rows (dataset.limit)" if isinstance(error, MemoryError) else "train.log has the details"
    what = f"{prepared.name} cannot be {doing}: {text or type(error).__name__}"
    failure = TrainingError(Problem(what, prepared.experiment.place(PATH), hint))
    failure.__cause__ = error
    return failure
