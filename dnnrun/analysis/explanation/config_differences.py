"""In how many places two configs differ: a component with its arguments is one place, and so is a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dnnrun.analysis.explanation.finding import Difference
from dnnrun.components import ConfigPath
from dnnrun.config.differences import differing_paths, flatten

# What says nothing of how a run was trained, or changes no more than the last bits of it.
_WITHOUT_EFFECT = {"name", "description", "tags", "ignore", "device", "threads", "jit"}
_SOURCE: ConfigPath = ("dataset", "source")


def differences_of(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the places in which two resolved configs differ, where that can change a result.

    Where the names of two components differ, their arguments are part of that; where layers or callbacks are not the
    same ones, their list is; where the source of the data is another, all that is done to it.
    """
    flat = [flatten(config) for config in (first, second)]
    paths = [path for path in differing_paths(flat) if path and path[0] not in _WITHOUT_EFFECT]
    places = dict.fromkeys(_place(path, paths) for path in paths)
    return tuple(Difference(path, _value_at(first, path), _value_at(second, path)) for path in places)


def _place(path: ConfigPath, differing: Sequence[ConfigPath]) -> ConfigPath:
    """Return the place that a differing path is part of."""
    if path[0] == "dataset" and any(other[:2] == _SOURCE for other in differing):
        return ("dataset",)
    above = [other for other in differing if len(other) < len(path) and path[: len(other)] == other]
    top = min(above, key=len) if above else path
    renamed = [end for end in range(1, len(top)) if isinstance(top[end], int) and _items_differ(top[:end], differing)]
    return top[: renamed[0]] if renamed else top


def _items_differ(items: ConfigPath, differing: Sequence[ConfigPath]) -> bool:
    """Whether an item of a list is another component, or one of the lists is longer."""
    return any(len(other) == len(items) + 1 and other[: len(items)] == items for other in differing)


def _value_at(config: Any, path: ConfigPath) -> Any:
    """Return what is written at a path; None where nothing is, or a name stands alone."""
    for key in path:
        if isinstance(config, Mapping):
            config = config.get(key)
        elif isinstance(config, list) and isinstance(key, int) and key < len(config):
            config = config[key]
        else:
            return None
    return config
