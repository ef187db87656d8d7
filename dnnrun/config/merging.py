"""One config laid over another.

Mappings merge key by key and the later one wins; lists and plain values are replaced. A component merges its
arguments with one of the same name and replaces one of another name, so that ``optimizer: {SGD: 0.1}`` over
``optimizer: {Adam: 0.001}`` is SGD and not both; a name alone replaces whatever stood there, arguments included. Losses
of several outputs merge output by output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dnnrun.components import ConfigPath, Kind
from dnnrun.config import catalog
from dnnrun.config.positions import component_kind_of, is_estimator
from dnnrun.config.reader import Document
from dnnrun.errors import Place


@dataclass(frozen=True, slots=True)
class Remains:
    """What a merge leaves of the config below, so that its places are still those of what is there.

    Args:
        replaced: paths at which nothing is left.
        moved: values that have another path since, by the one they had: a first argument that has got its name.
    """

    replaced: list[ConfigPath] = field(default_factory=list)
    moved: dict[ConfigPath, ConfigPath] = field(default_factory=dict)

    def keys(self, base: Document) -> dict[ConfigPath, Place]:
        """Return the places of the keys that are still there."""
        return self._left({self._path_of(at, beyond=1): place for at, place in base.keys.items()})

    def values(self, base: Document) -> dict[ConfigPath, Place]:
        """Return the places of the values that are still there."""
        return self._left({self._path_of(at): place for at, place in base.values.items()})

    def note_arguments(self, base: Any, path: ConfigPath, name: str, arguments: dict[Any, Any]) -> None:
        """Note that the component ``base`` at ``path`` goes by ``name`` now, its arguments by theirs."""
        if isinstance(base, dict):
            [(old_name, inner)] = base.items()
            is_unnamed = inner is not None and not isinstance(inner, dict)
            before, after = (*path, old_name), (*path, name, *(arguments if is_unnamed else ()))
            if before != after:
                self.moved[before] = after

    def _path_of(self, path: ConfigPath, *, beyond: int = 0) -> ConfigPath:
        for before, after in self.moved.items():
            if path[: len(before)] == before and len(path) >= len(before) + beyond:
                path = (*after, *path[len(before) :])
        return path

    def _left(self, places: dict[ConfigPath, Place]) -> dict[ConfigPath, Place]:
        gone = set(self.replaced)
        return {at: place for at, place in places.items() if not any(at[:n] in gone for n in range(len(at) + 1))}


def merge(base: Document, over: Document) -> Document:
    """Return ``over`` laid over ``base``; neither is changed."""
    remains = Remains()
    value = merge_values(base.value, over.value, (), remains)
    return Document(value, {**remains.keys(base), **over.keys}, {**remains.values(base), **over.values}, over.written)


def merge_values(base: Any, over: Any, path: ConfigPath, remains: Remains) -> Any:
    """Return the value at ``path`` of a merged config, and note in ``remains`` what becomes of ``base``."""
    kind, over_kind = component_kind_of(base, path), component_kind_of(over, path)
    if kind and over_kind:
        return _merge_components(base, over, path, kind, remains)
    is_other = path == ("model",) and is_estimator(base) is not is_estimator(over)  # layers are no part of an estimator
    if kind is over_kind and isinstance(base, dict) and isinstance(over, dict) and not is_other:
        merged = dict(base)
        for key, value in over.items():
            merged[key] = merge_values(base[key], value, (*path, key), remains) if key in base else value
        return merged
    remains.replaced.append(path)
    return over


def _merge_components(base: Any, over: Any, path: ConfigPath, kind: Kind, remains: Remains) -> Any:
    base_name, base_arguments = split_component(base, kind)
    over_name, over_arguments = split_component(over, kind)
    is_same = base_name and over_name and catalog.is_same(kind, base_name, over_name)
    if not is_same or base_arguments is None or over_arguments is None or isinstance(over, str):
        remains.replaced.append(path)
        return over
    remains.note_arguments(base, path, str(over_name), base_arguments)
    return {over_name: merge_values(base_arguments, over_arguments, (*path, str(over_name)), remains)}


def split_component(value: Any, kind: Kind) -> tuple[str | None, dict[Any, Any] | None]:
    """Return the name and the arguments by name of a component in raw notation; None for what can't be told."""
    if isinstance(value, str):
        return value, {}
    if not (isinstance(value, dict) and len(value) == 1):
        return None, None
    [(name, inner)] = value.items()
    if inner is None or isinstance(inner, dict):
        return str(name), dict(inner or {})
    first = catalog.first_argument(kind, str(name))
    return str(name), ({first: inner} if first else None)
