"""The rows of a run divided into splits: by fractions of what a source gives, or read from sources of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dnnrun.config.conflicts import STRATIFIED_TIMES
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import Experiment
from dnnrun.config.tasks import Task
from dnnrun.data.dataset import Array, Arrays, Rows, SourceData, by_name, columns_of
from dnnrun.data.folds import fold_rows
from dnnrun.data.reading import placed
from dnnrun.data.splits import split_by_group, split_by_time, split_rows
from dnnrun.errors import ConfigError, DataError, Problem


def divide(
    experiment: Experiment, source: SourceData, others: Mapping[str, SourceData], tasks: Mapping[str, Task]
) -> dict[str, Rows]:
    """Return the rows of each split, their labels as the source gives them.

    The test rows are held out of all rows, then the validation rows of what remains. In a cross-validation the rows of
    a fold take the place of the test rows: they are held out of those that are left to train on.

    Args:
        experiment: says how.
        source: of the training rows, and of those held out of them.
        others: what splits with a source of their own are read from; the training rows of these are taken.
        tasks: what the labels of each output ask for.

    Raises:
        ConfigError: the config asks for a division that these rows do not allow.
        DataError: a split would be empty, or a source of its own does not fit.
    """
    _refuse_what_does_not_fit(experiment, source, tasks)
    config = experiment.dataset
    whole = Rows(source.x, source.y, source.weights, source.groups, source.times, source.stream)
    # Row numbers stand for the features until all is divided: these are copied, or looked for on disk, once.
    numbered = replace(whole, x=np.arange(len(whole), dtype=np.int32), stream=None)
    parts: dict[str, Rows] = {}
    test = _test_rows(experiment, source, others)
    if test is not None:
        parts["test"] = test
    elif config.test_split:
        numbered, held_out = _hold_out(numbered, "test", config.test_split, experiment)
        parts["test"] = whole.select(by_name(held_out.x)[ONLY])
    if experiment.fold is not None:  # in place of the test rows, which a cross-validation leaves alone
        numbered, held_out = _fold(numbered, experiment)
        parts["test"] = whole.select(by_name(held_out.x)[ONLY])
    if config.validation_split:
        numbered, held_out = _hold_out(numbered, "validation", config.validation_split, experiment)
        parts["validation"] = whole.select(by_name(held_out.x)[ONLY])
    elif "validation" in others:
        parts["validation"] = _rows_of_other(experiment, source, others["validation"], "validation")
    if config.watches_test and "test" not in parts:
        raise ConfigError(
            Problem(
                f"the test rows are to watch the training, but {config.source.name} comes without any",
                experiment.place(("dataset", "validation"), of_key=True),
                "name some: dataset.test, or hold some out: dataset.test_split: 0.2",
            )
        )
    is_whole = len(numbered) == len(whole)
    return {"train": whole if is_whole else whole.select(by_name(numbered.x)[ONLY]), **parts}


def _test_rows(experiment: Experiment, source: SourceData, others: Mapping[str, SourceData]) -> Rows | None:
    """Return the test rows that are no part of the training rows, or None."""
    if "test" in others:
        if "test" in experiment.dataset.source.arguments:
            what = f"the {experiment.dataset.source.name} source names test rows as well"
            where = experiment.place(("dataset", "test"), of_key=True)
            raise ConfigError(Problem(what, where, "keep one of them: dataset.test, or the source's own"))
        return _rows_of_other(experiment, source, others["test"], "test")
    if source.x_test is None or source.y_test is None:
        return None
    rows = Rows(source.x_test, source.y_test, source.weights_test, stream=source.stream_test)
    if experiment.dataset.test_split:
        raise ConfigError(
            Problem(
                f"{experiment.dataset.source.name} comes with a test set of {len(rows):,} rows of its own",
                experiment.place(("dataset", "test_split"), of_key=True),
                "take test_split out",
            )
        )
    return rows


def _refuse_what_does_not_fit(experiment: Experiment, source: SourceData, tasks: Mapping[str, Task]) -> None:
    config = experiment.dataset
    if config.stratify and tasks.get(ONLY) != "classification":
        what = "this is regression" if ONLY in tasks else "there are several outputs"
        raise _conflict(experiment, "stratify", f"stratify needs classes, but {what}", "take stratify out")
    is_drawn = bool(config.test_split or config.validation_split)
    if not is_drawn and experiment.fold is None:
        return
    if source.groups is not None and source.times is not None:
        what = "rows cannot be held out both by their group and by their time"
        raise _conflict(experiment, "source", what, "keep one of them: groups part patients, times forecast")
    if source.times is not None and config.stratify:
        raise _conflict(experiment, "stratify", STRATIFIED_TIMES, "take stratify out, or the times")
    if source.times is not None:
        for key in ("shuffle", "validation_shuffle"):
            if getattr(config, key) and _is_written(experiment, key):
                what = f"the rows have times, so the latest are held out: {key}: true cannot draw them"
                raise _conflict(experiment, key, what, f"take {key} out, or the times")
    if source.groups is not None and config.stratify and is_drawn:
        what = "the rows have groups, which are drawn whole: stratify cannot draw single rows by class"
        raise _conflict(experiment, "stratify", what, "take stratify out, or the groups; folds can have both")
    if source.groups is not None and is_drawn:
        for key in ("shuffle", "validation_shuffle"):
            if getattr(config, key) is False:
                what = f"the rows have groups, which are drawn at random: {key}: false forbids that"
                raise _conflict(experiment, key, what, f"take {key} out, or the groups")


def _conflict(experiment: Experiment, key: str, what: str, hint: str) -> ConfigError:
    return ConfigError(Problem(what, experiment.place(("dataset", key), of_key=True), hint))


def _is_written(experiment: Experiment, key: str) -> bool:
    """Whether a key stands in the config, and is not only the default."""
    return experiment.document is not None and ("dataset", key) in experiment.document.keys


def _hold_out(rows: Rows, split: str, fraction: float, experiment: Experiment) -> tuple[Rows, Rows]:
    try:
        kept, held_out = _positions(rows, split, fraction, experiment)
    except DataError as error:
        raise placed(error, experiment, ("dataset", f"{split}_split")) from error
    return rows.take(kept), rows.take(held_out)


def _fold(rows: Rows, experiment: Experiment) -> tuple[Rows, Rows]:
    config = experiment.dataset
    try:
        folds = fold_rows(
            len(rows),
            experiment.cross_validation or 0,
            seed=experiment.seed or 0,
            shuffle=config.shuffle,
            classes=classes_of(by_name(rows.y)[ONLY]) if config.stratify else None,
            groups=rows.groups,
            times=rows.times,
        )
    except DataError as error:
        raise placed(error, experiment, ("cross_validation",)) from error
    kept, held_out = folds[(experiment.fold or 1) - 1]
    return rows.take(kept), rows.take(held_out)


def _positions(rows: Rows, split: str, fraction: float, experiment: Experiment) -> tuple[Array, Array]:
    config, seed = experiment.dataset, experiment.seed or 0
    if rows.times is not None:
        return split_by_time(rows.times, fraction)
    if rows.groups is not None:
        return split_by_group(rows.groups, fraction, seed=seed)
    shuffle = config.shuffle
    if split == "validation" and config.validation_shuffle is not None:
        shuffle = config.validation_shuffle
    by = classes_of(by_name(rows.y)[ONLY]) if config.stratify and shuffle else None
    kept, held_out = split_rows(len(rows), fraction, seed=seed, shuffle=shuffle, stratify_by=by)
    if split == "test" and config.validation_shuffle is False:
        kept = np.sort(kept)  # so that the validation rows are the last of the source, not of what was drawn
    return kept, held_out


def classes_of(y: Array) -> Array:
    """Return what tells the class of each row, shape (rows,), from labels of any form."""
    return np.asarray(np.argmax(y, axis=1)) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y))


def _rows_of_other(experiment: Experiment, source: SourceData, other: SourceData, split: str) -> Rows:
    """Return the rows of another source, the columns of a table in the order of the training table."""
    rows = Rows(other.x, other.y, other.weights, stream=other.stream)
    names, other_names = source.feature_names, other.feature_names
    if not (names and other_names):
        return rows
    missing = [name for name in names if name not in other_names]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:5])
        error = DataError(
            f"the {split} table has no column {listed}", hint=f"its columns: {', '.join(other_names[:20])}"
        )
        own = experiment.dataset.own_sources.get(split)
        raise placed(error, experiment, ("dataset", split, own.name if own else ""))
    if isinstance(source.x, dict) or isinstance(other.x, dict):
        return rows.with_features(lambda x: _by_column(x, names, other_names))
    positions = [other_names.index(name) for name in names]
    return rows.with_features(lambda x: by_name(x)[ONLY][:, positions])


def _by_column(x: Arrays, names: Sequence[str], given: Sequence[str]) -> Arrays:
    """Return the columns of a table that gives them in an order of its own, each by its name."""
    columns = x if isinstance(x, dict) else columns_of(x, given)
    return {name: columns[name] for name in names}
