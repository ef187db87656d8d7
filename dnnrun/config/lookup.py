"""One value of a config by its key, spelt as ``--set`` takes it; ``*`` in the key stands for any one part of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dnnrun.components import ConfigPath
from dnnrun.config.differences import is_component

ANY = "*"


def values_at(config: Mapping[str, Any], key: str) -> list[Any]:
    """Return the values at a key: none where the config has no such key, several where the key has a ``*``.

    A component is its name, and a list what its items are, so that ``callbacks`` of a config with ``{EarlyStopping:
    {patience: 3}}`` is ``["EarlyStopping"]``. What has keys of its own, such as ``dataset``, has no value.
    """
    return list(_walk(config, (), key.split(".")))


def _walk(value: Any, path: ConfigPath, rest: list[str]) -> Iterator[Any]:
    if not rest:
        plain = _plain(value, path)
        if not isinstance(plain, Mapping):
            yield plain
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if rest[0] in (ANY, str(index)):
                yield from _walk(item, (*path, index), rest[1:])
    elif isinstance(value, Mapping):
        if rest[0] in value:
            yield from _walk(value[rest[0]], (*path, rest[0]), rest[1:])
        elif rest[0] == ANY:
            for name, item in value.items():
                yield from _walk(item, (*path, str(name)), rest[1:])
        else:
            yield from _walk_names(value, path, rest)


def _walk_names(value: Mapping[Any, Any], path: ConfigPath, rest: list[str]) -> Iterator[Any]:
    """Go on below names that have points in them, as an import path or an output may."""
    if len(rest) > 1:
        for name, item in value.items():
            parts = str(name).split(".")
            if len(parts) > 1 and parts == rest[: len(parts)]:
                yield from _walk(item, (*path, str(name)), rest[len(parts) :])


def _plain(value: Any, path: ConfigPath) -> Any:
    if isinstance(value, list):
        return [_plain(item, (*path, index)) for index, item in enumerate(value)]
    return next(iter(value)) if is_component(value, path) else value
