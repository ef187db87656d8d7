"""To train, resume and verify runs, and what they share: reading the config and the data, and saying what is wrong."""

from __future__ import annotations

import contextlib
import importlib
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun import store
from dnnrun.api.runs import Run
from dnnrun.api.validation import problems_of, read
from dnnrun.config.changes import DATA, Change, changes_between, refuse_changes
from dnnrun.config.load import Override, complete, load_config
from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.config.smoke import smoke_test_of
from dnnrun.data.dataset import Dataset
from dnnrun.data.facts.cheap import cheap_facts
from dnnrun.data.facts.of_arrays import facts_of_dataset
from dnnrun.data.load import resolve_data
from dnnrun.data.published.download import telling
from dnnrun.engine.workers import Workers
from dnnrun.errors import ConfigError, Problem, RunError
from dnnrun.running.observer import Observer

if TYPE_CHECKING:
    from dnnrun.analysis.repetition import Repetition
    from dnnrun.engine.sizes import ModelSizes
    from dnnrun.engine.training import Ready
    from dnnrun.running.ending import Outcome

SMOKE_ROWS = 256
TOLERANCE = 1e-3


def train(
    config: str | Path | Experiment | Mapping[str, Any],
    *,
    overrides: Iterable[str | Override] = (),
    runs_dir: str | Path = "runs",
    smoke: bool = False,
    allow_code: bool = False,
    observer: Observer | None = None,
    workers: Workers | None = None,
) -> Run:
    """Train one experiment and return its finished run.

    Args:
        config: a YAML file, what one would hold as a mapping, or an `Experiment`.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; only with a file.
        runs_dir: where the run directory is made.
        smoke: train one epoch on at most 256 rows of each split, to see whether everything works.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress.
        workers: the processes that train it together, if there are several. Each calls this with its own index; the
            first of them writes the run, and the others only their logs.

    Raises:
        ConfigError: the config is wrong, at these lines; nothing was written.
        DataError: the data cannot be used; nothing was written.
        RunError: the run directory cannot be made or written.
        TrainingError: training failed or diverged; the run directory says how far it came.
        KeyboardInterrupt: the user stopped it; the run directory holds everything so far.
    """
    outcome = train_to_outcome(
        experiment_of(config, overrides),
        runs_dir=runs_dir,
        smoke=smoke,
        allow_code=allow_code,
        observer=observer,
        workers=workers,
    )
    return _run_of(outcome)


def train_to_outcome(
    experiment: Experiment,
    *,
    runs_dir: str | Path,
    smoke: bool = False,
    allow_code: bool = False,
    observer: Observer | None = None,
    workers: Workers | None = None,
) -> Outcome:
    """Train as `train` does, but return what ended a training early, and do not raise it."""
    observer = observer or Observer()
    if experiment.cross_validation is not None and experiment.fold is None:
        what = f"the config asks for {experiment.cross_validation} folds, and this trains one run"
        hint = "set fold: 1 to train the first alone; dnnrun.cross_validate trains them all"
        raise ConfigError(Problem(what, experiment.place(("cross_validation",), of_key=True), hint))
    rows = SMOKE_ROWS if smoke else None
    training = _training_of(
        *_checked_data(experiment, observer, rows=rows, allow_code=allow_code),
        observer=observer,
        allow_code=allow_code,
        workers=workers,
    )
    return _looked_after(training(Path(runs_dir)), observer, workers)


def _training_of(
    experiment: Experiment,
    dataset: Dataset,
    *,
    observer: Observer,
    allow_code: bool,
    workers: Workers | None = None,
) -> Callable[[Path], Outcome]:
    """Return what trains into a folder of runs; of a network it holds the rows as they were prepared, not as read."""
    if isinstance(experiment.model, EstimatorConfig):
        from dnnrun.estimators.fitting import fit_experiment  # noqa: PLC0415 - starts scikit-learn

        if workers is not None:
            raise ConfigError("a model of scikit-learn is fitted by one process", hint="leave --workers out")
        return lambda runs_dir: fit_experiment(experiment, dataset, runs_dir=runs_dir, observer=observer)
    from dnnrun.engine.training import make_ready, train_experiment  # noqa: PLC0415 - takes seconds

    ready = make_ready(experiment, dataset, observer=observer, allow_code=allow_code, workers=workers)
    return lambda runs_dir: train_experiment(ready, runs_dir)


def resume(
    run: store.Run | str | Path,
    *,
    overrides: Iterable[str | Override] = (),
    allow_changes: Iterable[str] = (),
    allow_code: bool = False,
    observer: Observer | None = None,
    workers: Workers | None = None,
) -> Run:
    """Go on with a run that was interrupted, crashed or failed, or lengthen a finished one; in its own directory.

    The config is the run's ``resolved.yaml`` as it is now. A run that goes on from a checkpoint ends with the same
    bits as one that was never interrupted.

    Args:
        run: the run, or its directory.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; ``epochs=N`` lengthens the run.
        allow_changes: keys that may differ from what the run began with although that changes results; ``data`` for
            the data itself.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress.
        workers: as for `train`; all of them see the run. How many there are may change.

    Raises:
        ConfigError: the config or the data has changed in what matters, or there is nothing left to train.
        DataError: the data cannot be used.
        RunError: there is no such run, it is being trained by a process, or its checkpoint does not fit.
        TrainingError: training failed or diverged.
        KeyboardInterrupt: the user stopped it.
    """
    run = run if isinstance(run, store.Run) else Run(run)
    if run.status == "running" and (workers is None or workers.is_chief):  # else the chief may be ahead of us
        raise RunError(f"{run.path}: is being trained by a process", hint="wait for it, or interrupt it")
    observer = observer or Observer()
    experiment = load_config(run.resolved_config, overrides)
    if isinstance(experiment.model, EstimatorConfig):
        what = f"{run.path}: is of scikit-learn's {experiment.model.sklearn}, which is fitted in one go"
        raise ConfigError(f"{what}: there is nothing to resume", hint=f"dnnrun train {run.resolved_config}")
    from dnnrun.engine.resuming import resume_run  # noqa: PLC0415 - takes seconds

    ready, changes = _changed_of(run, experiment, allow_changes, observer, allow_code=allow_code, workers=workers)
    return _run_of(_looked_after(resume_run(run, ready, changes), observer, workers))


def _changed_of(
    run: store.Run,
    experiment: Experiment,
    allow_changes: Iterable[str],
    observer: Observer,
    *,
    allow_code: bool,
    workers: Workers | None,
) -> tuple[Ready, list[Change]]:
    """Return what a run is to be gone on with, and what of it is different; raises where that may not be."""
    experiment, dataset = _data_of(experiment, observer, allow_code=allow_code)
    changes = changes_between(run.config, to_plain(experiment))
    known = run.record.get("dataset", {}).get("fingerprint")
    if known != dataset.fingerprint:
        changes.append(Change(DATA, known, dataset.fingerprint))
    refuse_changes(changes, allow_changes)
    from dnnrun.engine.training import make_ready  # noqa: PLC0415 - takes seconds

    return make_ready(experiment, dataset, observer=observer, allow_code=allow_code, workers=workers), changes


def verify(
    run: store.Run | str | Path,
    *,
    epochs: int | None = None,
    tolerance: float = TOLERANCE,
    allow_code: bool = False,
    observer: Observer | None = None,
) -> Repetition:
    """Train a run again from its ``resolved.yaml``, in a temporary place, and compare what comes of it.

    Args:
        run: the run, or its directory; one that has finished at least an epoch.
        epochs: train only so many of its epochs; then the history alone is compared.
        tolerance: the largest relative difference that does not count as different.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress.

    Raises:
        ConfigError: the run's config is not valid any more.
        DataError: its data cannot be read any more.
        RunError: there is no such run, or it is broken.
        TrainingError: the second training failed.
    """
    run = run if isinstance(run, store.Run) else Run(run)
    finished = len(run.history.epochs) if run.record else 0
    if run.status == "running" or not finished:
        what = "is still being trained" if finished else "has finished no epoch"
        raise RunError(f"{run.path}: {what}, so that there is nothing to compare with")
    wanted = epochs or (None if run.status == "completed" else finished)
    overrides = [f"epochs={min(wanted, finished)}"] if wanted else []
    observer = observer or Observer()
    experiment = load_config(run.resolved_config, overrides)
    training = _training_of(
        *_data_of(experiment, observer, allow_code=allow_code), allow_code=allow_code, observer=observer
    )
    with tempfile.TemporaryDirectory(prefix="dnnrun-verify-") as place:
        again = _run_of(_looked_after(training(Path(place)), observer, None))
        from dnnrun.analysis.repetition import compare_repetition  # noqa: PLC0415 - not needed to train

        return compare_repetition(run, again, tolerance=tolerance)


def describe(
    config: str | Path | Experiment | Mapping[str, Any],
    *,
    overrides: Iterable[str | Override] = (),
    allow_code: bool = False,
    observer: Observer | None = None,
) -> ModelSizes | None:
    """Build the model of one experiment on the CPU, try a batch, and return how large it is; nothing is trained.

    A model of scikit-learn is checked likewise, and has no layers to tell of: of that None is returned.

    Args:
        config: a YAML file, what one would hold as a mapping, or an `Experiment`.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; only with a file.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress.

    Raises:
        ConfigError: the config is wrong, or its layers do not fit together, at these lines.
        DataError: the data cannot be used.
    """
    observer = observer or Observer()
    experiment = experiment_of(config, overrides).one_training
    experiment, dataset = _checked_data(experiment, observer, allow_code=allow_code)
    observer.preparing("building the model")
    if isinstance(experiment.model, EstimatorConfig):
        from dnnrun.estimators.preparation import prepare  # noqa: PLC0415 - starts scikit-learn

        prepare(experiment, dataset)
        return None
    from dnnrun.engine.measuring import measure  # noqa: PLC0415 - takes seconds

    return measure(experiment, dataset, allow_code=allow_code)


def experiment_of(
    config: str | Path | Experiment | Mapping[str, Any], overrides: Iterable[str | Override]
) -> Experiment:
    """Return an experiment from whatever `train` takes for one; raises as it does."""
    if not isinstance(config, Experiment | Mapping):
        return read(config, overrides)
    if list(overrides):
        raise ConfigError("overrides need a file to override", hint="change the experiment with its changed()")
    return complete(config)


def _checked_data(
    experiment: Experiment, observer: Observer, *, allow_code: bool, rows: int | None = None
) -> tuple[Experiment, Dataset]:
    """Return what is to be trained, with its data, once everything has been said of it.

    Args:
        experiment: as it was read.
        observer: told of the progress, and of what may not be meant.
        allow_code: whether import paths in the config may be run.
        rows: cut it down to one epoch on so many rows.
    """
    facts = cheap_facts(experiment)
    _report(problems_of(experiment, facts), observer)
    if rows is not None:
        experiment = smoke_test_of(experiment, rows)
    experiment, dataset = _data_of(experiment, observer, allow_code=allow_code)
    known = problems_of(experiment, facts)
    facts = facts_of_dataset(dataset) if facts is None else facts
    _report([p for p in problems_of(experiment, facts, dataset.leaks) if p not in known], observer)
    return experiment, dataset


def _report(problems: Iterable[Problem], observer: Observer) -> None:
    """Raise the errors among the problems; tell the observer of the warnings."""
    problems = list(problems)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ConfigError(*errors)
    for problem in problems:
        observer.found(problem)


def _data_of(experiment: Experiment, observer: Observer, *, allow_code: bool) -> tuple[Experiment, Dataset]:
    """Read the data while TensorFlow is starting beside it: each takes seconds, and the cores are there."""
    is_network = not isinstance(experiment.model, EstimatorConfig)
    starting = _importing("dnnrun.engine.resuming" if is_network else "dnnrun.estimators.fitting")
    observer.preparing(f"reading {experiment.dataset.source}")
    with telling(observer.downloading):
        experiment, dataset = resolve_data(experiment, allow_code=allow_code)
    observer.preparing(f"starting {'TensorFlow' if is_network else 'scikit-learn'}")
    starting.join()
    _importing("sklearn.metrics", "dnnrun.analysis.plots.table")  # for the end of the run, while it trains
    return experiment, dataset


def _importing(*modules: str) -> threading.Thread:
    """Import modules in a thread; what fails there fails again where it is needed, and is explained there."""

    def import_all() -> None:
        for module in modules:
            with contextlib.suppress(Exception):
                importlib.import_module(module)

    thread = threading.Thread(target=import_all, name="importing", daemon=True)
    thread.start()
    return thread


def _looked_after(outcome: Outcome, observer: Observer, workers: Workers | None) -> Outcome:
    """Look after a run that has ended, if it is ours."""
    if workers is None or workers.is_chief:
        look_after(outcome.run, observer)
    return outcome


def look_after(run: store.Run, observer: Observer) -> None:
    """Draw the plots of a run that has ended, however it did, and write its model card."""
    from dnnrun.analysis.model_card.writing import write_card  # noqa: PLC0415 - not needed to train
    from dnnrun.analysis.plots.table import draw_plots  # noqa: PLC0415 - not needed to train

    observer.preparing("drawing the plots")
    _, problems = draw_plots(run)
    for problem in [*problems, *write_card(run)]:
        observer.warned(str(problem))


def _run_of(outcome: Outcome) -> Run:
    """Return the run, or raise what ended it before its time."""
    if outcome.failure is not None:
        raise outcome.failure
    return Run(outcome.run.path)
