"""What differs between the configs of several runs: each config as a flat table of keys, and the keys to show.

A key is spelt as ``--set`` takes it: ``optimizer.Adam.learning_rate``, ``model.layers.1.Dense.units``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dnnrun.components import ConfigPath, is_import_path
from dnnrun.config.positions import component_kind, names_outputs

FlatConfig = Mapping[ConfigPath, Any]

# What a run is called says nothing about how it was trained.
LABELS: frozenset[ConfigPath] = frozenset({("name",), ("description",), ("tags",)})


def flatten(config: Mapping[str, Any]) -> dict[ConfigPath, Any]:
    """Return the values of a resolved config by their path.

    A component gives its name at its own path and its arguments below it, so that two optimizers differ in
    ``optimizer`` (``Adam``, ``SGD``) and in the arguments of each. A list of plain values, such as a kernel size, is
    one value. Null and empty are left out: in a resolved config they say that nothing was given.
    """
    return dict(_leaves(config, ()))


def differing_paths(configs: Sequence[FlatConfig]) -> list[ConfigPath]:
    """Return the paths whose value is not the same in all configs, in the order of the config language."""
    paths = dict.fromkeys(path for config in configs for path in config)
    differing = [path for path in paths if len(differing_values([config.get(path) for config in configs])) > 1]
    return _in_order(differing, list(paths))


def differing_values(values: Iterable[Any]) -> list[Any]:
    """Return the values without repetitions; 1 repeats 1.0, but not true."""
    return list({_identity(value): value for value in values}.values())


def shared_arguments(paths: Sequence[ConfigPath]) -> dict[ConfigPath, list[ConfigPath]]:
    """Group the paths of one argument that different components take in the same place.

    Returns:
        For each such argument its paths, under a path that has ``*`` for the component's name:
        ``optimizer.*.learning_rate`` for ``optimizer.Adam.learning_rate`` and ``optimizer.SGD.learning_rate``.
    """
    groups: dict[ConfigPath, list[ConfigPath]] = {}
    for place in paths:
        # Only a component has a value of its own and others below it.
        below = [path for path in paths if len(path) > len(place) + 1 and path[: len(place)] == place]
        for path in below:
            groups.setdefault((*place, "*", *path[len(place) + 1 :]), []).append(path)
    grouped: set[ConfigPath] = set()
    shared = {}
    for group, members in groups.items():
        if len(members) > 1 and grouped.isdisjoint(members):
            grouped.update(members)
            shared[group] = members
    return shared


def dotted(path: ConfigPath) -> str:
    """Return the path as a user writes it."""
    return ".".join(map(str, path))


def short_names(paths: Sequence[ConfigPath]) -> list[str]:
    """Return for each path the shortest ending that only it has and that does not begin with a list position."""
    return [_short_name(path, paths) for path in paths]


def _short_name(path: ConfigPath, paths: Sequence[ConfigPath]) -> str:
    for length in range(1, len(path)):
        ending = path[-length:]
        shared = sum(other[-length:] == ending for other in paths)
        if shared == 1 and not isinstance(ending[0], int):
            return dotted(ending)
    return dotted(path)


def _leaves(value: Any, path: ConfigPath) -> Iterator[tuple[ConfigPath, Any]]:
    if path in LABELS or value is None or value in ({}, []):
        return
    if is_component(value, path):
        [(name, arguments)] = value.items()
        yield path, name
        yield from _leaves(arguments, (*path, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(value, list) and not _is_plain_list(value, path):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def is_component(value: Any, path: ConfigPath) -> bool:
    """Whether the value is a component with arguments; a bare one is its name and needs no care."""
    if not (isinstance(value, Mapping) and len(value) == 1) or names_outputs(value, path):
        return False
    return _may_be_component(path) or is_import_path(str(next(iter(value))))


def _may_be_component(path: ConfigPath) -> bool:
    in_list = bool(path) and isinstance(path[-1], int) and component_kind(path[:-1]) is not None
    return in_list or component_kind(path) is not None


def _is_plain_list(value: list[Any], path: ConfigPath) -> bool:
    return not _may_be_component((*path, 0)) and not any(isinstance(item, Mapping | list) for item in value)


def _identity(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return isinstance(value, bool), value


def _in_order(chosen: Sequence[ConfigPath], paths: Sequence[ConfigPath]) -> list[ConfigPath]:
    """Sort paths so that those of one parent stand together, siblings as they first appear, list items by position."""
    ranks: dict[ConfigPath, int] = {}
    for path in paths:
        for end in range(1, len(path) + 1):
            ranks.setdefault(path[:end], len(ranks))

    def key(path: ConfigPath) -> list[int]:
        prefixes = (path[:end] for end in range(1, len(path) + 1))
        return [prefix[-1] if isinstance(prefix[-1], int) else ranks[prefix] for prefix in prefixes]

    return sorted(chosen, key=key)
