"""From the dataset section of a config to a `Dataset`: read, encode labels, split, limit."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from dnnrun.components import Component, ConfigPath, load_object
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.data.dataset import Array, Dataset, Rows, SourceData, Task
from dnnrun.data.labels import Labels, find_labels, infer_task, shape_labels, shape_targets
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.arrays import check_arrays
from dnnrun.data.splits import split_rows
from dnnrun.errors import ConfigError, DataError, DnnrunError, Problem

_IMAGE_PREPROCESSING = (Component("Rescaling", {"scale": 1 / 255}),)


def load_dataset(experiment: Experiment, *, allow_code: bool = False) -> Dataset:
    """Read and prepare the data that a config names.

    Args:
        experiment: with a seed; see `with_defaults`.
        allow_code: whether a source given as an import path may be run.

    Raises:
        DataError: the data cannot be read or does not fit the config, with the place of either.
        ConfigError: the config asks for what the source does not allow.
    """
    config = experiment.dataset
    source = _read(experiment, config.source, ("dataset", "source"), allow_code)
    task = infer_task(source, experiment)
    try:
        parts = _divide(experiment, source, task)
        if config.validation is not None:
            other = _read(experiment, config.validation, ("dataset", "validation"), allow_code)
            if other.x.shape[1:] != source.x.shape[1:]:
                raise DataError(f"a validation row has shape {other.x.shape[1:]}, a training row {source.x.shape[1:]}")
            parts["validation"] = (other.x, other.y)
        labels = find_labels(source.y, source.class_names) if task == "classification" else None
        splits = {name: _rows(name, *part, labels, experiment) for name, part in parts.items()}
    except DataError as error:
        raise _placed(error, experiment, ("dataset",)) from error
    return Dataset(
        source=config.source.name,
        task=task,
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        class_names=labels.names if labels else None,
        label_map=bool(labels and labels.is_mapping),
        feature_names=source.feature_names,
        is_image=source.is_image,
        fingerprint=source.fingerprint(),
    )


def with_defaults(experiment: Experiment, dataset: Dataset) -> Experiment:
    """Return the config with what it leaves to the data filled in: the preprocessing of images."""
    if experiment.dataset.preprocess is not None:
        return experiment
    layers = _IMAGE_PREPROCESSING if dataset.is_image else ()
    return experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": layers}))


def _read(experiment: Experiment, source: Component, path: ConfigPath, allow_code: bool) -> SourceData:
    try:
        if source.is_import_path:
            function = load_object(source.name, allow_code=allow_code)
            return _as_source_data(function(*source.positional, **source.arguments), source.name)
        return _built_in(source.name)(**source.arguments)
    except ArgumentError as error:
        raise _placed(error, experiment, (*path, source.name, error.argument)) from error
    except (ConfigError, DataError) as error:
        raise _placed(error, experiment, (*path, source.name)) from error
    except TypeError as error:
        if source.is_import_path:
            raise
        problem = Problem(f"{source.name}: {error}", experiment.place((*path, source.name)))
        raise ConfigError(problem) from error


def _built_in(name: str) -> Callable[..., SourceData]:
    module, _, function = SOURCES[name].function.partition(":")
    found: Callable[..., SourceData] = getattr(importlib.import_module(module), function)
    return found


def _as_source_data(made: Any, name: str) -> SourceData:
    """Take what a user's function returns: SourceData, (x, y), or ((x, y), (x_test, y_test)) as Keras's data sets."""
    if isinstance(made, SourceData):
        return made
    if not (isinstance(made, tuple) and len(made) == 2):
        raise DataError(f"{name} returned {type(made).__name__}", hint="return (x, y), or ((x, y), (x_test, y_test))")
    pairs = made if isinstance(made[0], tuple) else (made,)
    arrays = [(np.asarray(x), np.asarray(y)) for x, y in pairs]
    for x, y in arrays:
        check_arrays(x, y, name)
    (x, y), (x_test, y_test) = arrays if len(arrays) == 2 else (arrays[0], (None, None))
    return SourceData(x, y, x_test, y_test)


def _divide(experiment: Experiment, source: SourceData, task: Task) -> dict[str, tuple[Array, Array]]:
    """Hold out the test rows of all rows, then the validation rows of what remains."""
    config = experiment.dataset
    parts = {"train": (source.x, source.y)}
    if config.stratify and task == "regression":
        raise ConfigError(
            Problem(
                "stratify needs classes, but this is regression",
                experiment.place(("dataset", "stratify"), of_key=True),
                "take stratify out",
            )
        )
    if source.x_test is not None and source.y_test is not None:
        if config.test_split:
            raise ConfigError(
                Problem(
                    f"{config.source.name} comes with a test set of {len(source.x_test)} rows of its own",
                    experiment.place(("dataset", "test_split"), of_key=True),
                    "take test_split out",
                )
            )
        parts["test"] = (source.x_test, source.y_test)
    for name, fraction in (("test", config.test_split), ("validation", config.validation_split)):
        if fraction:
            parts["train"], parts[name] = _hold_out(*parts["train"], fraction, experiment)
    return parts


def _hold_out(
    x: Array, y: Array, fraction: float, experiment: Experiment
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    config = experiment.dataset
    classes = np.argmax(y, axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y))
    kept, held_out = split_rows(
        len(x),
        fraction,
        seed=experiment.seed or 0,
        shuffle=config.shuffle,
        stratify_by=classes if config.stratify else None,
    )
    return (x[kept], y[kept]), (x[held_out], y[held_out])


def _rows(name: str, x: Array, y: Array, labels: Labels | None, experiment: Experiment) -> Rows:
    config = experiment.dataset
    limited = slice(config.limit)
    x, y = x[limited], y[limited]
    if labels is None:
        return Rows(x, shape_targets(y))
    sparse = "sparse" in experiment.loss.name.lower()
    numbers = labels.encode(y, name)
    return Rows(x, shape_labels(numbers, len(labels.names), one_hot=config.one_hot, sparse_loss=sparse))


def _placed(error: DnnrunError, experiment: Experiment, path: ConfigPath) -> DnnrunError:
    """Return the error with the config's line beside every problem that has no place yet."""
    where = experiment.place(path, of_key=len(path) < 4)
    placed = [replace(problem, where=problem.where or where) for problem in error.problems]
    return DataError(*placed) if isinstance(error, DataError) else ConfigError(*placed)
