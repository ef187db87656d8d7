"""From a config file to a validated `Experiment`: the one road that every command takes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dnnrun.components import ConfigPath
from dnnrun.config.check import check_components
from dnnrun.config.layering import apply_override, read_layers
from dnnrun.config.messages import problems_of
from dnnrun.config.reader import Document
from dnnrun.config.schema import Experiment
from dnnrun.errors import ConfigError, Problem

Override = tuple[str, str]
"""An option as the user typed it, and the ``KEY=VALUE`` it stands for."""

# Where a config names files: a path there is read from the folder of the file it is written in.
_FILE_ARGUMENTS = ("path", "test")


def load_config(path: str | Path, overrides: Iterable[str | Override] = ()) -> Experiment:
    """Read, merge and check one config.

    Args:
        path: the YAML file.
        overrides: ``KEY=VALUE`` strings as for ``--set``, or pairs of the option to name in messages and such a string.

    Raises:
        ConfigError: with everything that is wrong, each at its line.
    """
    file = Path(path)
    document = read_layers(file, str(path))
    for override in overrides:
        option, assignment = (f"--set {override}", override) if isinstance(override, str) else override
        document = apply_override(document, option, assignment)
    document = _with_absolute_paths(document)
    experiment = parse_experiment(document)
    if experiment.name is None:
        experiment = experiment.changed(name=_name_from(file))
    return experiment


def parse_experiment(document: Document) -> Experiment:
    """Return the experiment that a document describes; raises ConfigError with every problem in it."""
    problems = check_components(document)
    try:
        experiment = Experiment.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(*_in_order(problems_of(error, document) + problems)) from None
    if problems:
        raise ConfigError(*_in_order(problems))
    experiment._document = document
    return experiment


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sort by file and line; what comes from the command line, or has no place, goes last."""

    def key(problem: Problem) -> tuple[bool, str, int, int]:
        where = problem.where
        return (True, "", 0, 0) if where is None else (where.line == 0, where.file, where.line, where.column)

    return sorted(problems, key=key)


def _with_absolute_paths(document: Document) -> Document:
    """Return the document with every data file's path absolute, so that a resolved config works from anywhere."""
    value = dict(document.value)
    dataset = value.get("dataset")
    if isinstance(dataset, dict):
        dataset = dict(dataset)
        for key in ("source", "validation"):
            dataset[key] = _absolute_source(dataset.get(key), ("dataset", key), document)
            if dataset[key] is None:
                del dataset[key]
        value["dataset"] = dataset
    weights = value.get("initial_weights")
    if isinstance(weights, str):
        value["initial_weights"] = _absolute(weights, ("initial_weights",), document)
    return Document(value, document.keys, document.values)


def _absolute_source(source: Any, path: ConfigPath, document: Document) -> Any:
    if not (isinstance(source, dict) and len(source) == 1):
        return source
    [(name, inner)] = source.items()
    if name not in {"csv", "npz"}:
        return source
    at = (*path, name)
    if isinstance(inner, str):
        return {name: _absolute(inner, at, document)}
    if isinstance(inner, dict):
        return {
            name: {
                key: _absolute(item, (*at, key), document) if key in _FILE_ARGUMENTS and isinstance(item, str) else item
                for key, item in inner.items()
            }
        }
    return source


def _absolute(written: str, path: ConfigPath, document: Document) -> str:
    place = document.place(path)
    folder = Path(place.file).parent if place and place.line else Path.cwd()
    return os.path.normpath(Path.cwd() / folder / Path(written).expanduser())


def _name_from(file: Path) -> str:
    """Return a run name from a file name; the file `resolved.yaml` always carries a name of its own."""
    cleaned = "".join(c if c.isalnum() or c in "-_. " else "_" for c in file.stem).lstrip(".")
    return cleaned.strip() or "experiment"
