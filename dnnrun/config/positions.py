"""Where components stand in a config, and of what kind they are: read off the path, before anything is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dnnrun.components import ConfigPath, Kind, is_import_path, kind_of_argument
from dnnrun.config.outputs import is_by_output, is_loss
from dnnrun.errors import Place

_KIND_OF_KEY: dict[ConfigPath, Kind] = {
    ("optimizer",): "optimizers",
    ("loss",): "losses",
    ("dataset", "source"): "sources",
    ("dataset", "test"): "sources",
    ("dataset", "validation"): "sources",
    ("model", "activation"): "activations",
    ("model", "sklearn"): "estimators",
}
_LOSS: ConfigPath = ("loss",)
_KIND_OF_ITEM: dict[ConfigPath, Kind] = {
    ("model", "layers"): "layers",
    ("model", "postprocess"): "layers",
    ("dataset", "preprocess"): "layers",
    ("metrics",): "metrics",
    ("callbacks",): "callbacks",
}
# Where a mapping may stand in place of a list, with a list for each output or input.
_KIND_OF_NAMED_ITEM: dict[ConfigPath, Kind] = {("dataset", "preprocess"): "layers", ("metrics",): "metrics"}


def component_kind(path: ConfigPath) -> Kind | None:
    """Return what kind of component stands at ``path`` of a config, or None where plain values stand."""
    if path in _KIND_OF_KEY:
        return _KIND_OF_KEY[path]
    if path and isinstance(path[-1], int):
        return _KIND_OF_ITEM.get(path[:-1]) or _KIND_OF_NAMED_ITEM.get(path[:-2])
    if len(path) == 2 and path[:1] == _LOSS:  # of one output, unless the key is the name of a loss with its arguments
        return None if is_loss(path[1]) else "losses"
    if len(path) > 2 and isinstance(path[-1], str):
        return kind_of_argument(path[-1], _KIND_OF_KEY.get(path[:2]))
    return None


def component_kind_of(value: Any, path: ConfigPath) -> Kind | None:
    """Return what kind of component a value at ``path`` is, or None where it is none."""
    return None if names_outputs(value, path) else component_kind(path)


def names_outputs(value: Any, path: ConfigPath) -> bool:
    """Whether a value at ``path`` is a mapping with a loss for each output, which looks like a component."""
    return path == _LOSS and is_by_output(value)


def raw_components(config: Any) -> Iterator[tuple[Kind, ConfigPath, Any]]:
    """Yield the kind, the path and the unparsed value of everything in a raw config that should be a component."""
    for path, kind in _KIND_OF_KEY.items():
        found = _value_at(config, path)
        if path == _LOSS and is_by_output(found, raw_layer_names(config)):
            yield from ((kind, (*path, name), item) for name, item in found.items())
        elif found is not None and (path, found) != (("dataset", "validation"), "test"):  # which is no source
            yield kind, path, found
    for path, kind in _KIND_OF_ITEM.items():
        yield from _items(kind, path, _value_at(config, path))
    for path, kind in _KIND_OF_NAMED_ITEM.items():
        named = _value_at(config, path)
        for name, items in named.items() if isinstance(named, dict) else ():
            yield from _items(kind, (*path, name), items)
    dataset, model = _value_at(config, ("dataset",)), _value_at(config, ("model",))
    if isinstance(dataset, str):
        yield "sources", ("dataset",), dataset
    name = next(iter(model)) if isinstance(model, dict) and len(model) == 1 else model
    if isinstance(name, str) and is_import_path(name):
        yield "models", ("model",), model


def is_estimator(model: Any) -> bool:
    """Whether the raw value of ``model`` names an estimator of scikit-learn, and not a network."""
    return isinstance(model, Mapping) and "sklearn" in model


def raw_layer_names(config: Any) -> list[str]:
    """Return the names that layers have in a raw config."""
    found = _value_at(config, ("model", "layers"))
    layers = found if isinstance(found, list) else []
    inner = [next(iter(layer.values())) for layer in layers if isinstance(layer, dict) and len(layer) == 1]
    names = [arguments.get("name") for arguments in inner if isinstance(arguments, dict)]
    return [name for name in names if isinstance(name, str)]


def _items(kind: Kind, path: ConfigPath, items: Any) -> Iterator[tuple[Kind, ConfigPath, Any]]:
    yield from ((kind, (*path, index), item) for index, item in enumerate(items if isinstance(items, list) else ()))


def _value_at(config: Any, path: ConfigPath) -> Any:
    for key in path:
        config = config.get(key) if isinstance(config, dict) else None
    return config


def section_at(place: Place | None, keys: Mapping[ConfigPath, Place]) -> str | None:
    """Return the top-level key under which a place is, or None where that cannot be told.

    Args:
        place: in a file, or an option such as ``--set optimizer.SGD=0.1``.
        keys: the places of all keys.
    """
    if place is None:
        return None
    if not place.line:
        set_key = re.match(r"--set (\w+)", place.file)
        return set_key[1] if set_key else None
    before = [
        ((key.line, key.column), str(path[0]))
        for path, key in keys.items()
        if len(path) == 1 and key.file == place.file and (key.line, key.column) <= (place.line, place.column)
    ]
    return max(before)[1] if before else None
