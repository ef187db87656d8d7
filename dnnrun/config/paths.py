"""The files that a config names: each is looked for from the folder of the file that its name is written in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dnnrun.config.sources import SOURCES


def with_absolute_paths(config: dict[Any, Any], folder: Path) -> dict[Any, Any]:
    """Return the config with every path in it absolute, so that it means the same from anywhere.

    Args:
        config: a raw config; what is not in the notation is left for others to report.
        folder: where paths begin that are not absolute yet.
    """
    config = dict(config)
    dataset = config.get("dataset")
    if isinstance(dataset, dict):
        sources = {key: _source(dataset[key], folder) for key in ("source", "test", "validation") if key in dataset}
        config["dataset"] = {**dataset, **sources}
    weights = config.get("initial_weights")
    if isinstance(weights, str):
        config["initial_weights"] = _absolute(weights, folder)
    return config


def _source(source: Any, folder: Path) -> Any:
    if not (isinstance(source, dict) and len(source) == 1):
        return source
    [(name, inner)] = source.items()
    entry = SOURCES.get(str(name))
    if entry is None or not entry.files:
        return source
    if isinstance(inner, str):
        first = next(iter((*entry.required, *entry.optional)))
        return {name: _absolute(inner, folder) if first in entry.files else inner}
    if not isinstance(inner, dict):
        return source
    return {name: {key: _absolute_all(item, folder) if key in entry.files else item for key, item in inner.items()}}


def _absolute_all(written: Any, folder: Path) -> Any:
    """Return one file, or those of a list, with absolute paths."""
    if isinstance(written, list | tuple):
        return [_absolute_all(item, folder) for item in written]
    return _absolute(written, folder) if isinstance(written, str) else written


def _absolute(written: str, folder: Path) -> str:
    try:
        path = Path(written).expanduser()
    except RuntimeError:  # ~somebody who has no home here
        path = Path(written)
    return os.path.normpath(Path.cwd() / folder / path)
