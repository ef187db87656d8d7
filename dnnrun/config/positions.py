"""Where components stand in a config, and of what kind they are: read off the path, before anything is parsed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dnnrun.components import ConfigPath, Kind, is_import_path, kind_of_argument

_KIND_OF_KEY: dict[ConfigPath, Kind] = {
    ("optimizer",): "optimizers",
    ("loss",): "losses",
    ("dataset", "source"): "sources",
    ("dataset", "validation"): "sources",
    ("model", "activation"): "activations",
}
_KIND_OF_ITEM: dict[ConfigPath, Kind] = {
    ("model", "layers"): "layers",
    ("dataset", "preprocess"): "layers",
    ("metrics",): "metrics",
    ("callbacks",): "callbacks",
}


def component_kind(path: ConfigPath) -> Kind | None:
    """Return what kind of component stands at ``path`` of a config, or None where plain values stand."""
    if path in _KIND_OF_KEY:
        return _KIND_OF_KEY[path]
    if path and isinstance(path[-1], int):
        return _KIND_OF_ITEM.get(path[:-1])
    if len(path) > 2 and isinstance(path[-1], str):
        return kind_of_argument(path[-1])
    return None


def raw_components(config: Any) -> Iterator[tuple[Kind, ConfigPath, Any]]:
    """Yield the kind, the path and the unparsed value of everything in a raw config that should be a component."""
    for path, kind in _KIND_OF_KEY.items():
        found = _value_at(config, path)
        if found is not None:
            yield kind, path, found
    for path, kind in _KIND_OF_ITEM.items():
        items = _value_at(config, path)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield kind, (*path, index), item
    dataset, model = _value_at(config, ("dataset",)), _value_at(config, ("model",))
    if isinstance(dataset, str):
        yield "sources", ("dataset",), dataset
    name = next(iter(model)) if isinstance(model, dict) and len(model) == 1 else model
    if isinstance(name, str) and is_import_path(name):
        yield "models", ("model",), model


def _value_at(config: Any, path: ConfigPath) -> Any:
    for key in path:
        config = config.get(key) if isinstance(config, dict) else None
    return config
