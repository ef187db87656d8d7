"""The facts that a config's source can tell in a few milliseconds, and what a run would train on by them."""

from __future__ import annotations

import functools
import importlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

from dnnrun.components import Component
from dnnrun.config.outputs import ONLY, Output
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.config.tasks import task_of, wants_vectors
from dnnrun.data.facts import Facts, SourceFacts
from dnnrun.data.facts.doubts import may_be_refused
from dnnrun.data.facts.of_images import facts_of_images
from dnnrun.data.facts.of_published import facts_of_published
from dnnrun.data.facts.of_table import facts_of_csv
from dnnrun.data.facts.sizes import files_of, is_small
from dnnrun.data.sources.arguments import WrongArgument, check_arguments
from dnnrun.errors import DnnrunError, Problem

BUNDLED = Path(__file__).with_name("bundled.json")


def cheap_facts(experiment: Experiment) -> Facts | None:
    """Return what a run would train on, or None where that takes reading the data, or there are several outputs.

    Args:
        experiment: its splits are taken off the rows as they will be, but for rounding.
    """
    output, *others = experiment.outputs
    source = None if others else _source_facts(experiment.dataset.source)
    facts = None if source is None else facts_for(experiment, output, source)
    is_odd = source and facts and facts.task == "classification" and facts.are_vectors and not source.are_one_hot
    return None if is_odd else facts  # several classes a row: what reads them says that they cannot be trained on


def facts_of_named(name: str) -> SourceFacts | None:
    """Return what a data set holds that has a name and needs no arguments."""
    return _source_facts(Component(name))


def faults_of_data(experiment: Experiment, facts: Facts | None) -> list[Problem]:
    """Return what reading the data would find wrong, where that is worth the time.

    That is where nothing could be told cheaply, and all files that are named are missing or soon read; or where what
    was told is doubtful. Often something is wrong then.

    Args:
        experiment: names the data.
        facts: what `cheap_facts` said.
    """
    if facts is not None and not facts.is_doubtful:
        return []
    config = experiment.dataset
    named = [config.source, *config.own_sources.values()]
    if facts is not None:  # of what comes with dnnrun only the division can be wrong
        named = [source for source in named if source.name not in _bundled()]
    if not all(map(_is_soon_read, named)):
        return []
    from dnnrun.data.load import load_dataset  # noqa: PLC0415 - starts NumPy and pandas

    try:
        load_dataset(experiment.one_training)
    except DnnrunError as error:
        return list(error.problems)
    return []


def _is_soon_read(source: Component) -> bool:
    """Whether all files of a source of dnnrun's own are small, or are not there."""
    files = files_of(source)
    if source.name in SOURCES and SOURCES[source.name].is_slow:
        return False
    return bool(files) and all(is_small(Path(file)) for file in files)


def facts_for(experiment: Experiment, output: Output, source: SourceFacts) -> Facts:
    """Return what a run of one output would train on, given what its source holds."""
    one_hot = wants_vectors(output, one_hot=experiment.dataset.one_hot)
    names_classes = source.class_names is not None
    task = task_of(output, one_hot=one_hot, names_classes=names_classes, has_numbers=source.has_numbers)
    is_classes = task == "classification" and source.label_counts is not None and not source.has_fractions
    counts = source.label_counts or {}
    others = {split: _source_facts(own) for split, own in experiment.dataset.own_sources.items()}
    return Facts(
        task=task,
        rows=_rows(experiment, source, others),
        shapes=_shapes(experiment, source),
        is_whole=source.is_whole,
        is_image=source.is_image,
        input_range=source.input_range,
        are_vectors=source.label_columns > 1,
        label_columns=source.label_columns,
        classes=(source.class_names or tuple(counts)) if is_classes else (),
        label_counts=tuple(counts.values()) if is_classes else (),
        label_range=source.label_range,
        has_fractions=source.has_fractions,
        columns=source.columns,
        is_doubtful=may_be_refused(experiment, task, source, others),
    )


def _shapes(experiment: Experiment, source: SourceFacts) -> dict[str, tuple[int, ...]]:
    inputs = experiment.dataset.inputs
    if source.shape is None:
        return {}
    return {name: (len(columns),) for name, columns in inputs.items()} if inputs else {ONLY: source.shape}


def _rows(experiment: Experiment, source: SourceFacts, others: Mapping[str, SourceFacts | None]) -> dict[str, int]:
    config = experiment.dataset
    rows = {"train": source.rows}
    if source.test_rows is not None and "test" not in config.own_sources:
        rows["test"] = source.test_rows
    of_a_fold = 1 / experiment.cross_validation if experiment.cross_validation else 0.0
    for name, fraction in (("test", config.test_split), ("test", of_a_fold), ("validation", config.validation_split)):
        if fraction:
            rows[name] = math.ceil(rows["train"] * fraction)
            rows["train"] -= rows[name]
    for name, other in others.items():
        if other and not (name == "test" and of_a_fold):
            rows[name] = other.rows
    if config.watches_test and "test" in rows:
        rows["validation"] = rows["test"]
    return {name: min(count, config.limit or count) for name, count in rows.items()}


def _source_facts(source: Component) -> SourceFacts | None:
    if source.name in _bundled() and not (source.arguments or source.positional):
        return _bundled()[source.name]
    if source.name in _OF_FILES:
        return _of_files(source)
    if source.name in _READ_WHOLE:
        return _of_small(source)
    return facts_of_published(source.name, source.arguments)


_READ_WHOLE = {"npz", "npy", "parquet", "text", "tfrecord"}  # where small, as nothing tells as much in less time
_OF_FILES: dict[str, Callable[..., SourceFacts | None]] = {"csv": facts_of_csv, "images": facts_of_images}


def _of_files(source: Component) -> SourceFacts | None:
    facts = _OF_FILES[source.name]
    try:
        check_arguments(facts, source.arguments, source.name)
    except WrongArgument:  # which is explained when the source is read
        return None
    return facts(**source.arguments)


def _of_small(source: Component) -> SourceFacts | None:
    """Read small files with what reads them for a training: NumPy and pyarrow load in the time that is left."""
    if not _is_soon_read(source) or not all(Path(file).exists() for file in files_of(source)):
        return None
    from dnnrun.data.facts.of_arrays import facts_of_source  # noqa: PLC0415 - starts NumPy

    module, _, function = SOURCES[source.name].function.partition(":")
    try:
        return facts_of_source(getattr(importlib.import_module(module), function)(**source.arguments))
    except Exception:  # whatever is wrong with it is explained when it is read to be trained on
        return None


@functools.cache
def _bundled() -> dict[str, SourceFacts]:
    described = json.loads(BUNDLED.read_text(encoding="utf-8"))
    return {name: _from_json(facts) for name, facts in described.items()}


def _from_json(facts: dict[str, object]) -> SourceFacts:
    """Return facts with tuples for the lists that JSON has in their place."""
    return SourceFacts(**{name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()})  # type: ignore[arg-type]
