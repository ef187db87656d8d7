"""One config laid over another.

Mappings merge key by key and the later one wins; lists and plain values are replaced. A component merges its
arguments with one of the same name and replaces one of another name, so that ``optimizer: {SGD: 0.1}`` over
``optimizer: {Adam: 0.001}`` is SGD and not both; a name alone replaces whatever stood there, arguments included.
"""

from __future__ import annotations

from typing import Any

from dnnrun.components import ConfigPath, Kind
from dnnrun.config import catalog
from dnnrun.config.positions import component_kind
from dnnrun.config.reader import Document
from dnnrun.errors import Place


def merge(base: Document, over: Document) -> Document:
    """Return ``over`` laid over ``base``; neither is changed."""
    replaced: list[ConfigPath] = []
    value = merge_values(base.value, over.value, (), replaced)
    return Document(
        value,
        {**without(base.keys, replaced), **over.keys},
        {**without(base.values, replaced), **over.values},
        over.written,
    )


def without(places: dict[ConfigPath, Place], replaced: list[ConfigPath]) -> dict[ConfigPath, Place]:
    """Return the places of what is still there once something else stands at the paths ``replaced``."""
    gone = set(replaced)
    return {at: place for at, place in places.items() if not any(at[:n] in gone for n in range(len(at) + 1))}


def merge_values(base: Any, over: Any, path: ConfigPath, replaced: list[ConfigPath]) -> Any:
    """Return the value at ``path`` of a merged config, and add to ``replaced`` where nothing of ``base`` is left."""
    kind = component_kind(path)
    if kind:
        return _merge_components(base, over, path, kind, replaced)
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            merged[key] = merge_values(base[key], value, (*path, key), replaced) if key in base else value
        return merged
    replaced.append(path)
    return over


def _merge_components(base: Any, over: Any, path: ConfigPath, kind: Kind, replaced: list[ConfigPath]) -> Any:
    base_name, base_arguments = split_component(base, kind)
    over_name, over_arguments = split_component(over, kind)
    is_same = base_name and over_name and catalog.is_same(kind, base_name, over_name)
    if not is_same or base_arguments is None or over_arguments is None or isinstance(over, str):
        replaced.append(path)
        return over
    return {over_name: merge_values(base_arguments, over_arguments, (*path, str(over_name)), replaced)}


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
