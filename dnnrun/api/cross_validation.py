"""All folds of a cross-validation, one after the other: each an ordinary run, and what they score together.

It stands on `api`, which trains one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.api.training import experiment_of, train_to_outcome
from dnnrun.config.load import Override
from dnnrun.config.schema import LONGEST_NAME, Experiment
from dnnrun.data.load import with_seed
from dnnrun.errors import ConfigError, DnnrunError
from dnnrun.running.observer import Observer
from dnnrun.store import Run

if TYPE_CHECKING:
    from dnnrun.analysis.folds import Spread


@dataclass(frozen=True)
class Fold:
    """One fold, once its run has ended.

    Args:
        number: counted from 1.
        of: how many there are.
        run: its run.
        failure: what ended it before its time, or None.
    """

    number: int
    of: int
    run: Run
    failure: DnnrunError | None = None


@dataclass(frozen=True)
class CrossValidation:
    """What came of a cross-validation.

    Args:
        folds: all of them, in order.
        summary: mean and deviation of each metric over the folds that reached their end.
    """

    folds: tuple[Fold, ...]
    summary: Mapping[str, Spread]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The run of each fold."""
        return tuple(fold.run for fold in self.folds)

    @property
    def failed(self) -> tuple[Fold, ...]:
        """The folds that did not reach their end."""
        return tuple(fold for fold in self.folds if fold.failure is not None)


def cross_validate(
    config: str | Path | Experiment | Mapping[str, Any],
    *,
    overrides: Iterable[str | Override] = (),
    runs_dir: str | Path = "runs",
    smoke: bool = False,
    allow_code: bool = False,
    observer: Observer | None = None,
    ended: Callable[[Fold], None] = lambda fold: None,
) -> CrossValidation:
    """Train every fold of a config with ``cross_validation`` into a run of its own, and return them with their means.

    A fold whose training fails does not keep the others from being trained.

    Args:
        config: a YAML file, what one would hold as a mapping, or an `Experiment`.
        overrides: ``KEY=VALUE`` strings, as for ``--set``; only with a file.
        runs_dir: where the run directories are made.
        smoke: train one epoch on at most 256 rows of each split, to see whether everything works.
        allow_code: whether import paths in the config may be run.
        observer: who is told of the progress of each run.
        ended: told of each fold as it ends.

    Raises:
        ConfigError: the config is wrong, or names no folds, or one of them only.
        DataError: the data cannot be used.
        RunError: a run directory cannot be made or written.
        KeyboardInterrupt: the user stopped it; the folds before are there.
    """
    experiment = experiment_of(config, overrides)
    count = experiment.cross_validation
    if count is None or experiment.fold is not None:
        what = "the config names no folds" if count is None else f"the config names fold {experiment.fold} alone"
        hint = "set cross_validation: 5" if count is None else "take fold out, or train it as one run"
        raise ConfigError(what, hint=hint)
    experiment = with_seed(experiment)  # all folds are of one division
    folds = []
    for number in range(1, count + 1):
        outcome = train_to_outcome(
            fold_of(experiment, number), runs_dir=runs_dir, smoke=smoke, allow_code=allow_code, observer=observer
        )
        interrupt = outcome.failure if isinstance(outcome.failure, KeyboardInterrupt) else None
        failure = outcome.failure if isinstance(outcome.failure, DnnrunError) else None
        folds.append(Fold(number, count, outcome.run, failure))
        ended(folds[-1])
        if interrupt is not None:
            raise interrupt
    from dnnrun.analysis.folds import summarize_folds  # noqa: PLC0415 - not needed to train

    return CrossValidation(tuple(folds), summarize_folds(fold.run for fold in folds))


def fold_of(experiment: Experiment, number: int) -> Experiment:
    """Return one fold of a config as an experiment of its own, which carries its number in its name."""
    ending = f"-fold{number}"
    stem = experiment.run_name.encode()[: LONGEST_NAME - len(ending)].decode(errors="ignore")
    return experiment.changed(name=f"{stem}{ending}", fold=number)
