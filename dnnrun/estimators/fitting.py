"""One run of an estimator, from a validated config to a finished directory, as `engine.training` is for networks.

What goes wrong before there is a run leaves nothing on disk. There is one step and so nothing to resume.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import has_fit_parameter

from dnnrun.config.measures import Measure
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.config.tasks import Task
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Array, Dataset, Rows
from dnnrun.errors import ConfigError, DnnrunError, Problem, TrainingError, in_words
from dnnrun.estimators.building import PATH, build_estimator
from dnnrun.estimators.features import build_features, rows_in_memory
from dnnrun.estimators.judging import Said, guess, measure, metrics_of, say
from dnnrun.running import facts
from dnnrun.running.ending import Outcome
from dnnrun.running.figures import classification_figures, regression_figures, samples_of
from dnnrun.running.folds import fold_facts
from dnnrun.running.log import logger, logging_to
from dnnrun.running.observer import FitPlan, Observer
from dnnrun.store import RunWriter

MOST_MEASURED = 10_000
"""How many training rows the training metrics are measured on, at most: nearest neighbours look at all for each."""


@dataclass(frozen=True)
class Prepared:
    """All that is needed to fit, checked against one another.

    Args:
        experiment: the config, resolved.
        dataset: the data.
        pipeline: features and estimator, not fitted yet.
        metrics: what is measured, by its name in the history.
        weights: of each training row, shape (rows,), or None.
    """

    experiment: Experiment
    dataset: Dataset
    pipeline: Pipeline
    metrics: Mapping[str, Measure]
    weights: Array | None

    @property
    def name(self) -> str:
        """What scikit-learn calls the estimator."""
        assert isinstance(self.experiment.model, EstimatorConfig)
        return self.experiment.model.sklearn.name


def fit_experiment(
    experiment: Experiment, dataset: Dataset, *, runs_dir: Path, observer: Observer | None = None
) -> Outcome:
    """Fit the estimator of one experiment into a new run directory.

    Args:
        experiment: the config, resolved, whose model is of scikit-learn.
        dataset: its data.
        runs_dir: where the run directory is made.
        observer: who is told of the progress.

    Raises:
        ConfigError: the config does not fit scikit-learn or the data; no directory was made.
        RunError: the directory cannot be made.
    """
    observer = observer or Observer()
    prepared = prepare(experiment, dataset)
    writer = RunWriter.create(runs_dir, experiment.run_name, _record_of(prepared))
    try:
        document = experiment.document
        writer.write_config(document.written if document else None, to_yaml(experiment))
        if labels := dataset.label_maps():
            writer.write_labels(labels)
        return _carry_out(prepared, writer, observer)
    finally:
        writer.close()


def prepare(experiment: Experiment, dataset: Dataset) -> Prepared:
    """Build everything; nothing is written.

    Raises:
        ConfigError: the config does not fit scikit-learn or the data, with its line.
    """
    estimator = build_estimator(experiment)
    rows_in_memory(dataset.train.x)
    _check_task(experiment, dataset.task, estimator)
    weights = _row_weights(experiment, dataset)
    if weights is not None and not has_fit_parameter(estimator, "sample_weight"):
        what = f"{type(estimator).__name__} cannot weigh rows or classes"
        path = ("class_weight",) if experiment.class_weight is not None else PATH
        raise ConfigError(Problem(what, experiment.place(path, of_key=True), "take the weights out"))
    pipeline = make_pipeline(build_features(experiment, dataset), estimator)
    return Prepared(experiment, dataset, pipeline, metrics_of(experiment, dataset.task), weights)


def fit(prepared: Prepared) -> Pipeline:
    """Fit the features and the estimator on the training rows; raises whatever scikit-learn raises."""
    train, pipeline = prepared.dataset.train, prepared.pipeline
    y: Array = train.class_numbers if prepared.dataset.task == "classification" else train.labels_of()
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    last = pipeline.steps[-1][0]
    given = {} if prepared.weights is None else {f"{last}__sample_weight": prepared.weights}
    pipeline.fit(train.x, y, **given)
    return pipeline


def _check_task(experiment: Experiment, task: Task, estimator: Any) -> None:
    from sklearn.base import is_classifier  # noqa: PLC0415 - beside its only use

    if (task == "classification") is is_classifier(estimator):
        return
    found = "classes" if task == "classification" else "numbers"
    what = f"{type(estimator).__name__} is a {'classifier' if is_classifier(estimator) else 'regressor'}"
    hint = f"take a {'classifier' if task == 'classification' else 'regressor'}, or another target"
    raise ConfigError(Problem(f"{what}, and the labels are {found}", experiment.place(PATH), hint))


def _row_weights(experiment: Experiment, dataset: Dataset) -> Array | None:
    """Return the weight of each training row: its own times that of its class; None where there are none."""
    weights, by_class = dataset.train.weights, class_weights(experiment, dataset)
    if by_class is not None:
        of_class = np.array([by_class[number] for number in sorted(by_class)])[dataset.train.class_numbers]
        weights = of_class if weights is None else weights * of_class
    return weights


def _carry_out(prepared: Prepared, writer: RunWriter, observer: Observer) -> Outcome:
    """Fit, measure and save; whatever happens is on disk when this returns."""
    failure: DnnrunError | KeyboardInterrupt | None = None
    with logging_to(writer.log_file, observer):
        try:
            plan = _plan_of(prepared, writer)
            logger.info("run began: %s", plan)
            observer.fitting(plan)
            _fit_and_evaluate(prepared, writer, observer)
            _finish(writer, "completed")
        except KeyboardInterrupt as interrupt:
            failure = interrupt
            _finish(writer, "interrupted", str(interrupt) or "interrupted by the user")
        except Exception as error:
            failure = _explained(error, prepared)
            _finish(writer, "failed", in_words(failure))
    return Outcome(writer.read(), failure)


def _fit_and_evaluate(prepared: Prepared, writer: RunWriter, observer: Observer) -> None:
    dataset, start = prepared.dataset, time.perf_counter()
    observer.preparing(f"fitting {prepared.name}")
    pipeline = fit(prepared)
    seconds = time.perf_counter() - start
    with writer.estimator_file() as path:
        joblib.dump(pipeline, path)
    observer.preparing("evaluating")
    said = {name: (rows, say(pipeline, rows, dataset)) for name, rows in _measured_rows(dataset).items()}
    measured = {name: measure(what, rows, prepared.metrics) for name, (rows, what) in said.items()}
    row = {"epoch": 1, **measured["train"]}
    row |= {f"val_{name}": value for name, value in measured.get("validation", {}).items()}
    writer.append_history({**row, "seconds": seconds})
    observer.epoch_ended({**row, "seconds": seconds})
    final = {name: value for name, value in row.items() if name != "epoch"}
    writer.update(epochs_finished=1, weights_from_epoch=1, final=final)
    split = next(name for name in ("test", "validation", "train") if name in said)
    rows, judged = said[split]
    _write_evaluation(prepared, writer, split, rows, judged)


def _measured_rows(dataset: Dataset) -> dict[str, Rows]:
    """Return the rows of each split that are judged: of very many training rows some from all over them."""
    count = len(dataset.train)
    chosen = np.linspace(0, count - 1, MOST_MEASURED).astype(np.int64) if count > MOST_MEASURED else slice(None)
    return {name: rows.take(chosen) if name == "train" else rows for name, rows in dataset.splits.items()}


def _write_evaluation(prepared: Prepared, writer: RunWriter, split: str, rows: Rows, said: Said) -> None:
    dataset = prepared.dataset
    words, guessed = guess(rows, dataset)
    figures: dict[str, Any] = {
        "split": "training" if split == "train" else split,
        "rows": len(rows),
        "task": dataset.task,
        "metrics": measure(said, rows, prepared.metrics),
        "trivial": {"guess": words, "metrics": measure(guessed, rows, prepared.metrics)},
    }
    if said.classes is not None:
        figures["classification"] = classification_figures(rows.class_numbers, said.classes, dataset)
        arrays = {"predicted": said.numbers, "true": rows.class_numbers, "predicted_class": said.classes}
        arrays |= samples_of(dataset, rows)
    else:
        figures["regression"] = regression_figures(rows.labels_of(), said.numbers)
        arrays = {"predicted": said.numbers, "true": rows.labels_of()}
    writer.write_predictions(arrays)
    writer.write_evaluation(figures)
    logger.info("evaluated: %s", figures["metrics"])


def _record_of(prepared: Prepared) -> dict[str, Any]:
    experiment = prepared.experiment
    return {
        "name": experiment.run_name,
        "description": experiment.description,
        "tags": list(experiment.tags),
        "command": sys.argv,
        "seed": experiment.seed,
        "versions": facts.versions(),
        "machine": facts.machine(),
        "devices": ["CPU"],
        "workers": 1,
        "threads": facts.cores(),
        "git": facts.git_state(),
        "dataset": prepared.dataset.facts(),
        "fold": fold_facts(experiment, prepared.dataset.fingerprint),
        "parameters": None,
        "untrained": None,
        "chance_loss": None,
        "epochs_finished": 0,
        "best": None,
        "weights_from_epoch": 0,
        "final": None,
        "failure": None,
        "config": to_plain(experiment),
    }


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


def _explained(error: Exception, prepared: Prepared) -> DnnrunError:
    """Return what stopped the fit in the words of a message, at the line of the estimator."""
    logger.error("fitting failed", exc_info=error)
    if isinstance(error, DnnrunError):
        return error
    text = " ".join(str(error).split())
    hint = "it takes fewer rows (dataset.limit)" if isinstance(error, MemoryError) else "train.log has the details"
    what = f"{prepared.name} cannot be fitted: {text or type(error).__name__}"
    failure = TrainingError(Problem(what, prepared.experiment.place(PATH), hint))
    failure.__cause__ = error
    return failure
