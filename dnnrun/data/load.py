"""From the dataset section of a config to a `Dataset`: read, encode labels, split, limit."""

from __future__ import annotations

import hashlib
import random

import numpy as np

from dnnrun.config.schema import Experiment
from dnnrun.config.tasks import Task, is_for_classes, takes_class_numbers
from dnnrun.data.dataset import Array, Dataset, Rows, SourceData
from dnnrun.data.defaults import with_defaults
from dnnrun.data.labels import (
    Labels,
    find_labels,
    infer_task,
    shape_labels,
    shape_targets,
)
from dnnrun.data.reading import placed, read_source
from dnnrun.data.sources.arrays import check_alike
from dnnrun.data.splits import split_rows
from dnnrun.errors import ConfigError, DataError, Problem

Part = tuple[Array, Array]
"""Features and labels as a source gives them."""


def load_dataset(experiment: Experiment, *, allow_code: bool = False) -> Dataset:
    """Read and prepare the data that a config names.

    Args:
        experiment: with a seed; see `resolve_data`.
        allow_code: whether a source given as an import path may be run.

    Raises:
        DataError: the data cannot be read or does not fit the config, with the place of either.
        ConfigError: the config asks for what the source does not allow.
    """
    config = experiment.dataset
    source = read_source(experiment, config.source, ("dataset", "source"), allow_code=allow_code)
    fingerprint = source.fingerprint()
    task = infer_task(source, experiment)
    parts = _divide(experiment, source, task)
    if config.validation is not None:
        other = read_source(experiment, config.validation, ("dataset", "validation"), allow_code=allow_code)
        parts["validation"] = _validation_part(experiment, source, other)
        fingerprint = hashlib.sha256((fingerprint + other.fingerprint()).encode()).hexdigest()
    try:
        labels = find_labels(source.y, source.class_names) if task == "classification" else None
    except DataError as error:
        raise placed(error, experiment, ("dataset", "source", config.source.name)) from error
    if labels is not None:
        _check_loss(experiment, source, labels)
    parts = _of_one_type(parts)
    splits = {name: _rows(name, parts, labels, experiment) for name in parts}
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
        fingerprint=fingerprint,
    )


def resolve_data(experiment: Experiment, *, allow_code: bool = False) -> tuple[Experiment, Dataset]:
    """Return the config with nothing left open, and its data: what a run is made from.

    A seed of null is drawn, and what the config leaves to the data is filled in. Errors are those of `load_dataset`.
    """
    if experiment.seed is None:
        experiment = experiment.changed(seed=random.SystemRandom().randrange(2**31))
    dataset = load_dataset(experiment, allow_code=allow_code)
    return with_defaults(experiment, is_image=dataset.is_image), dataset


def _divide(experiment: Experiment, source: SourceData, task: Task) -> dict[str, Part]:
    """Hold out the test rows of all rows, then the validation rows of what remains."""
    config = experiment.dataset
    parts: dict[str, Part] = {"train": (source.x, source.y)}
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
            try:
                parts["train"], parts[name] = _hold_out(*parts["train"], fraction, experiment)
            except DataError as error:
                raise placed(error, experiment, ("dataset", f"{name}_split")) from error
    return parts


def _hold_out(x: Array, y: Array, fraction: float, experiment: Experiment) -> tuple[Part, Part]:
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


def _validation_part(experiment: Experiment, source: SourceData, other: SourceData) -> Part:
    """Return the rows of a validation source, the columns of a table in the order of the training table."""
    names, other_names = source.feature_names, other.feature_names
    if not (names and other_names):
        return other.x, other.y
    missing = [name for name in names if name not in other_names]
    if missing:
        listed = ", ".join(repr(name) for name in missing[:5])
        error = DataError(
            f"the validation table has no column {listed}", hint=f"its columns: {', '.join(other_names[:20])}"
        )
        name = experiment.dataset.validation.name if experiment.dataset.validation else ""
        raise placed(error, experiment, ("dataset", "validation", name))
    return other.x[:, [other_names.index(name) for name in names]], other.y


def _of_one_type(parts: dict[str, Part]) -> dict[str, Part]:
    """Return the splits with features of one type: what one of them holds as fractions, no other may cut off."""
    if len({x.dtype.kind in "f" for x, _ in parts.values()}) == 1:
        return parts
    return {name: (x.astype(np.float32), y) for name, (x, y) in parts.items()}


def _check_loss(experiment: Experiment, source: SourceData, labels: Labels) -> None:
    """Refuse a loss of Keras that would take the labels for something else; of a user's own loss nothing is known."""
    loss, one_hot = experiment.loss, experiment.dataset.one_hot
    if loss.is_import_path:
        return
    sparse, are_vectors = takes_class_numbers(loss.name), one_hot or labels.values is None
    if sparse and are_vectors:
        what = f"{loss.name} takes class numbers, but the labels are one-hot vectors"
        hint = "use categorical_crossentropy" + (", or take dataset.one_hot out" if labels.values is not None else "")
    elif not sparse and not are_vectors and len(labels.names) > 2:
        what = f"{loss.name} cannot be computed from the class numbers of {len(labels.names)} classes"
        hint = "set dataset.one_hot: true, or use a loss that begins with sparse_"
        if source.y.dtype.kind in "OSU" and not is_for_classes(loss.name):
            hint += "\nthe labels are text, so these are classes; regression needs numbers"
        if not is_for_classes(loss.name) and source.y.dtype.kind in "iuf" and source.class_names is None:
            hint += "\nfor regression, take the metrics that are for classes out"
    else:
        return
    raise ConfigError(Problem(what, experiment.place(("loss",)), hint))


def _rows(name: str, parts: dict[str, Part], labels: Labels | None, experiment: Experiment) -> Rows:
    config = experiment.dataset
    x, y = (array[: config.limit] for array in parts[name])
    try:
        if name != "train":
            check_alike(parts["train"], parts[name], f"a {name} row")
        if labels is None:
            return Rows(x, shape_targets(y))
        numbers = labels.encode(y, name)
    except DataError as error:
        source = config.validation if name == "validation" else None
        path = ("dataset", "validation", source.name) if source else ("dataset", "source", config.source.name)
        raise placed(error, experiment, path) from error
    sparse = takes_class_numbers(experiment.loss.name)
    return Rows(x, shape_labels(numbers, len(labels.names), one_hot=config.one_hot, sparse_loss=sparse))
