"""The baselines of a config: each fitted into an ordinary run, which `compare` shows beside the networks.

It stands on `api`, which draws the plots of a run and writes its model card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnnrun.api.training import look_after
from dnnrun.config.load import Override, complete, load_config
from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.errors import ConfigError, DnnrunError
from dnnrun.running.observer import Observer
from dnnrun.store import Run


@dataclass(frozen=True)
class Baseline:
    """One baseline, once its run has ended.

    Args:
        name: ``trivial``, ``linear``, ``knn`` or ``tree``.
        run: its run.
        failure: what ended it before its time, or None.
    """

    name: str
    run: Run
    failure: DnnrunError | None = None


@dataclass(frozen=True)
class BaselineRuns:
    """What came of the baselines of a config.

    Args:
        fitted: those that have a run, in order.
        left_out: those that were not fitted, with the reason.
    """

    fitted: tuple[Baseline, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The run of each that was fitted."""
        return tuple(each.run for each in self.fitted)


def fit_baselines(
    config: str | Path | Experiment | Mapping[str, Any],
    *,
    overrides: Iterable[str | Override] = (),
    folds: int | None = None,
    runs_dir: str | Path = "runs",
    allow_code: bool = False,
    observer: Observer | None = None,
    ended: Callable[[Baseline], None] = lambda baseline: None,
) -> BaselineRuns:
    """Fit the baselines of one config on its data and split: the trivial guess, a linear model, neighbours, a tree.

    Nothing of the network is built, and TensorFlow is not started. One that fails does not keep the others from being
    fitted.

    Args:
        config: a YAML file, what one would hold as a mapping, or an `Experiment`.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; only with a file.
        folds: also cross-validate each on the training rows, in so many folds, on all cores; where the config names
            folds, as many as it does.
        runs_dir: where the run directories are made.
        allow_code: whether a source given as an import path may be run.
        observer: who is told of the progress.
        ended: told of each baseline as it ends.

    Raises:
        ConfigError: the config is wrong, at these lines, or has several outputs; nothing was written.
        DataError: the data cannot be used, or has too few rows for the folds; nothing was written.
        RunError: a run directory cannot be made or written.
        KeyboardInterrupt: the user stopped it; the baselines before are there.
    """
    observer = observer or Observer()
    if isinstance(config, Experiment | Mapping):
        if list(overrides):
            raise ConfigError("overrides need a file to override", hint="change the experiment with its changed()")
        experiment = complete(config)
    else:
        experiment = load_config(config, overrides)
    if experiment.cross_validation is not None and experiment.fold is None:
        experiment, folds = _without_folds(experiment), folds or experiment.cross_validation
    observer.preparing("starting scikit-learn")
    from dnnrun.estimators.baselines import baselines_of, with_table_whole  # noqa: PLC0415 - starts scikit-learn
    from dnnrun.estimators.fitting import fit_experiment  # noqa: PLC0415

    observer.preparing(f"reading {experiment.dataset.source}")
    experiment, dataset = resolve_data(with_table_whole(experiment), allow_code=allow_code)
    wanted = baselines_of(experiment, dataset)
    for remark in wanted.remarks:
        observer.warned(remark)
    for name, reason in wanted.left_out.items():
        observer.warned(f"{name} is left out: {reason}")
    fitted = []
    for name, of_one in wanted.experiments.items():
        outcome = fit_experiment(of_one, dataset, runs_dir=Path(runs_dir), observer=observer, folds=folds)
        if isinstance(outcome.failure, KeyboardInterrupt):
            raise outcome.failure
        look_after(outcome.run, observer)
        fitted.append(Baseline(name, outcome.run, outcome.failure))
        ended(fitted[-1])
    return BaselineRuns(tuple(fitted), wanted.left_out)


def _without_folds(experiment: Experiment) -> Experiment:
    """Return a config of folds as one of a single training, on all rows that they would share."""
    dataset = experiment.dataset
    kept = dataset.model_copy(update={"stratify": dataset.stratify and dataset.shuffle})
    return experiment.changed(cross_validation=None, dataset=kept)
