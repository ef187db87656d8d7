"""From the dataset section of a config to a `Dataset`: read, encode labels, split, limit."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from dnnrun.config.outputs import ONLY, Output
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.config.tasks import Task, is_for_classes, takes_class_numbers, task_of, wants_vectors
from dnnrun.data.columns import check_number_of_texts, columns_to_prepare, kinds_of_columns, names_of_columns
from dnnrun.data.dataset import Array, Arrays, Dataset, Rows, SourceData, Target, by_name
from dnnrun.data.defaults import with_defaults
from dnnrun.data.division import divide
from dnnrun.data.filling import Filled
from dnnrun.data.imputing import fill_gaps
from dnnrun.data.labels import (
    Labels,
    find_labels,
    shape_labels,
    shape_targets,
)
from dnnrun.data.leaks import find_leaks
from dnnrun.data.memory import can_stream
from dnnrun.data.naming import divided, input_columns, labels_by_output
from dnnrun.data.reading import placed, read_source
from dnnrun.data.sources.arrays import check_alike
from dnnrun.errors import ConfigError, DataError, Problem


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
    source = labels_by_output(experiment, source)
    positions, columns = input_columns(experiment, source), columns_to_prepare(experiment, source)
    tasks = {output.name: _task_of(output, source, experiment) for output in experiment.outputs}
    others: dict[str, SourceData] = {}
    for split, named in config.own_sources.items():
        other = read_source(experiment, named, ("dataset", split), allow_code=allow_code)
        others[split] = labels_by_output(experiment, other)
        fingerprint = hashlib.sha256((fingerprint + other.fingerprint()).encode()).hexdigest()
    parts = divide(experiment, source, others, tasks)
    parts, filled = _without_gaps(experiment, parts, [*others.values(), source])
    labels = {output.name: _labels_of(output, source, experiment, tasks[output.name]) for output in experiment.outputs}
    of_inputs = partial(divided, positions=positions, columns=source.feature_names if columns else None)
    parts = _of_one_type({name: rows.with_features(of_inputs) for name, rows in parts.items()})
    splits = {name: _rows(name, parts, labels, experiment) for name in parts}
    if config.watches_test:
        splits["validation"] = splits["test"]
    names = config.inputs if source.feature_names and config.inputs else source.feature_names
    return Dataset(
        source=config.source.name,
        targets={
            name: Target(tasks[name], found.names if found else None, bool(found and found.is_mapping))
            for name, found in labels.items()
        },
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        feature_names=names,
        leaks=find_leaks(splits, {name: found is not None for name, found in labels.items()}, names),
        images=source.images,
        fingerprint=fingerprint,
        filled=filled,
        columns=columns,
    )


def _without_gaps(
    experiment: Experiment, parts: dict[str, Rows], sources: Sequence[SourceData]
) -> tuple[dict[str, Rows], dict[str, Filled]]:
    """Return the splits with the gaps of their features filled, and with what; the last source is the main one."""
    impute = {column: filling for source in sources for column, filling in source.impute.items()}
    if not impute:
        return parts, {}
    config = experiment.dataset
    try:
        limited = {split: rows.select(slice(None, config.limit)) for split, rows in parts.items()}
        return fill_gaps(limited, sources[-1].feature_names or (), impute)
    except DataError as error:
        raise placed(error, experiment, ("dataset", "source", config.source.name, "impute")) from error


def _task_of(output: Output, source: SourceData, experiment: Experiment) -> Task:
    one_hot = wants_vectors(output, one_hot=experiment.dataset.one_hot)
    has_numbers = by_name(source.y)[output.name].dtype.kind in "iuf"
    return task_of(output, one_hot=one_hot, names_classes=source.class_names is not None, has_numbers=has_numbers)


def _labels_of(output: Output, source: SourceData, experiment: Experiment, task: Task) -> Labels | None:
    """Return the classes of an output, or None for regression."""
    if task == "regression":
        return None
    try:
        labels = find_labels(by_name(source.y)[output.name], source.class_names)
    except DataError as error:
        source_path = ("dataset", "source", experiment.dataset.source.name)
        raise placed(_named(error, output), experiment, source_path) from error
    _check_loss(experiment, output, source, labels)
    return labels


def with_seed(experiment: Experiment) -> Experiment:
    """Return the experiment with a seed: a new one is drawn where it has none."""
    return experiment.changed(seed=random.SystemRandom().randrange(2**31)) if experiment.seed is None else experiment


def resolve_data(experiment: Experiment, *, allow_code: bool = False) -> tuple[Experiment, Dataset]:
    """Return the config with nothing left open, and its data: what a run is made from.

    A seed of null is drawn, and what the config leaves to the data is filled in. Errors are those of `load_dataset`.
    """
    experiment = with_seed(experiment)
    dataset = load_dataset(experiment, allow_code=allow_code)
    if dataset.train.times is not None:  # which the config may leave to the data
        experiment = experiment.changed(dataset=experiment.dataset.model_copy(update={"shuffle": False}))
    if experiment.dataset.in_memory == "auto" and (dataset.is_streamed or can_stream(experiment.dataset.source)):
        # Or another machine, or this one on another day, would go on in another order.
        decided = {"in_memory": not dataset.is_streamed}
        experiment = experiment.changed(dataset=experiment.dataset.model_copy(update=decided))
    kinds = kinds_of_columns(dataset)
    check_number_of_texts(experiment, dataset.train, kinds)
    resolved = with_defaults(
        experiment,
        inputs=dataset.inputs,
        images=dataset.images,
        texts=dataset.texts,
        names=names_of_columns(dataset),
        columns=kinds,
    )
    return resolved, dataset


def _of_one_type(parts: dict[str, Rows]) -> dict[str, Rows]:
    """Return the splits with features of one type: what one of them holds as fractions, no other may cut off."""
    features = [by_name(rows.x) for rows in parts.values()]
    mixed = {name for name in features[0] if len({each[name].dtype.kind == "f" for each in features}) > 1}
    if not mixed:
        return parts
    return {split: rows.with_features(lambda x: _as_fractions(x, mixed)) for split, rows in parts.items()}


def _as_fractions(x: Arrays, names: Collection[str]) -> Arrays:
    if not isinstance(x, dict):
        return x.astype(np.float32)
    return {name: array.astype(np.float32) if name in names else array for name, array in x.items()}


def _check_loss(experiment: Experiment, output: Output, source: SourceData, labels: Labels) -> None:
    """Refuse a loss of Keras that would take the labels for something else; of a user's own loss nothing is known."""
    loss, y = output.loss, by_name(source.y)[output.name]
    if loss.is_import_path or isinstance(experiment.model, EstimatorConfig):
        return
    sparse = takes_class_numbers(loss.name)
    are_vectors = labels.values is None or wants_vectors(output, one_hot=experiment.dataset.one_hot)
    if sparse and are_vectors:
        what = f"{loss.name} takes class numbers, but the labels are one-hot vectors"
        hint = "use categorical_crossentropy" + (", or take dataset.one_hot out" if labels.values is not None else "")
    elif not sparse and not are_vectors and len(labels.names) > 2:
        what = f"{loss.name} cannot be computed from the class numbers of {len(labels.names)} classes"
        hint = "set dataset.one_hot: true, or use a loss that begins with sparse_"
        if y.dtype.kind in "OSU" and not is_for_classes(loss.name):
            hint += "\nthe labels are text, so these are classes; regression needs numbers"
        if not is_for_classes(loss.name) and y.dtype.kind in "iuf" and source.class_names is None:
            hint += "\nfor regression, take the metrics that are for classes out"
    else:
        return
    raise ConfigError(Problem(f"{output.label}{what}", experiment.place(output.loss_path), hint))


def _rows(name: str, parts: dict[str, Rows], labels: Mapping[str, Labels | None], experiment: Experiment) -> Rows:
    config = experiment.dataset
    rows, training = parts[name].select(slice(None, config.limit)), parts["train"]
    try:
        if name != "train":
            check_alike((training.x, training.y), (rows.x, rows.y), f"a {name} row")
        shaped = {
            output.name: _shaped(by_name(rows.y)[output.name], labels[output.name], name, output, experiment)
            for output in experiment.outputs
        }
    except DataError as error:
        own = config.own_sources.get(name)
        path = ("dataset", name, own.name) if own else ("dataset", "source", config.source.name)
        raise placed(error, experiment, path) from error
    if rows.stream is not None:
        shaped = {output: y.astype(np.int32) if y.dtype == np.int64 else y for output, y in shaped.items()}
    return replace(rows, y=shaped if isinstance(rows.y, dict) else shaped[ONLY])


def _shaped(y: Array, labels: Labels | None, split: str, output: Output, experiment: Experiment) -> Array:
    """Return the labels of an output in the form that its loss takes."""
    if labels is None:
        return shape_targets(y)
    try:
        numbers = labels.encode(y, split)
    except DataError as error:
        raise _named(error, output) from error
    sparse = takes_class_numbers(output.loss.name)
    one_hot = wants_vectors(output, one_hot=experiment.dataset.one_hot)
    return shape_labels(numbers, len(labels.names), one_hot=one_hot, sparse_loss=sparse)


def _named(error: DataError, output: Output) -> DataError:
    """Return an error about the labels of one output that says which."""
    return DataError(*(replace(problem, what=f"{output.label}{problem.what}") for problem in error.problems))
