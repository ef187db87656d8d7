"""Keys of a config that exclude one another, or are nothing without another: what its types alone do not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dnnrun.config.schema import DatasetConfig, Experiment


STRATIFIED_TIMES = "the rows have times, so the latest are held out: stratify cannot draw them by class"
_TABLES = {"csv", "parquet"}
_STRATIFY = "stratify draws rows at random, which shuffle: false forbids; take one of them out"


@dataclass(frozen=True)
class Conflict:
    """Two keys of which one has to go.

    Args:
        what: is wrong, and what to do.
        path: the key to show, from the section that was asked.
    """

    what: str
    path: tuple[str, ...]


def conflicts_of_dataset(dataset: DatasetConfig) -> Iterator[Conflict]:
    """Yield the conflicts among the keys that divide the rows."""
    for split, fraction in (("validation", dataset.validation_split), ("test", dataset.test_split)):
        if getattr(dataset, split) is not None and fraction:
            what = f"{split} and {split}_split both name {split} rows; keep one of them"
            yield Conflict(what, (f"{split}_split",))
    draws_validation = dataset.validation_split and not dataset.validation_shuffle
    if dataset.stratify and not dataset.shuffle and (dataset.test_split or draws_validation):
        yield Conflict(_STRATIFY, ("stratify",))
    # Of a source of the user's own, only the data tells; see `dnnrun.data.division`.
    has_times = dataset.source.name in _TABLES and dataset.source.arguments.get("time") is not None
    if dataset.stratify and has_times and (dataset.test_split or dataset.validation_split):
        yield Conflict(f"{STRATIFIED_TIMES}; take stratify out, or the times", ("stratify",))
    if dataset.validation_shuffle is not None and not dataset.validation_split:
        what = "validation_shuffle is of validation_split, which is not there; take it out"
        yield Conflict(what, ("validation_shuffle",))


def conflicts_of_experiment(experiment: Experiment) -> Iterator[Conflict]:
    """Yield the conflicts among keys of the whole config."""
    folds, fold, dataset = experiment.cross_validation, experiment.fold, experiment.dataset
    if fold is not None and folds is None:
        yield Conflict("fold is one of cross_validation, which is not there; add it, or take fold out", ("fold",))
    elif fold is not None and folds is not None and fold > folds:
        yield Conflict(f"there is no fold {fold}: cross_validation makes {folds}", ("fold",))
    if dataset.stratify and not dataset.shuffle and folds is None:  # folds are cut from classes in their order, too
        yield Conflict(_STRATIFY, ("dataset", "stratify"))
