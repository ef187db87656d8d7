"""Several sources of one config become one: ``extends``, then ``--set`` and the spelled-out options.

Mappings merge key by key and the later one wins; lists and plain values are replaced. A component merges its
arguments with one of the same name and replaces one of another name, so that ``optimizer: {SGD: 0.1}`` over
``optimizer: {Adam: 0.001}`` is SGD and not both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dnnrun.components import ConfigPath, Kind
from dnnrun.config import catalog
from dnnrun.config.positions import component_kind
from dnnrun.config.reader import Document, read_file, read_scalar_or_flow
from dnnrun.errors import ConfigError, Place, Problem


def read_layers(path: Path, shown_as: str | None = None) -> Document:
    """Read a config file and, below it, everything it extends.

    Raises:
        ConfigError: a file cannot be read, is not a mapping, or extends itself, at once or in the end.
    """
    return _read_layers(path, shown_as or str(path), ())


def _read_layers(path: Path, name: str, chain: tuple[tuple[Path, str], ...]) -> Document:
    document = read_file(path, name)
    if not isinstance(document.value, dict):
        raise ConfigError(
            Problem(
                f"a config must be a mapping of keys to values, not {describe(document.value)}",
                document.place(()),
                "begin with lines such as 'dataset: mnist'",
            )
        )
    bases = document.value.pop("extends", None)
    if bases is None:
        return document
    entries = bases if isinstance(bases, list) else [bases]
    links = (*chain, (path.resolve(), name))
    merged = Document({})
    for index, entry in enumerate(entries):
        where = document.place(("extends", index) if isinstance(bases, list) else ("extends",))
        if not isinstance(entry, str):
            raise ConfigError(Problem(f"extends takes file names, not {describe(entry)}", where))
        base = path.parent / entry
        known = [link for link, _ in links]
        if base.resolve() in known:
            round_trip = " extends ".join([n for _, n in links[known.index(base.resolve()) :]] + [str(base)])
            raise ConfigError(Problem(f"extends goes in a circle: {round_trip}", where, "take one of them out"))
        if not base.is_file():
            raise ConfigError(
                Problem(f"extends names {entry!r}, which is not a file", where, f"it is looked for at {base}")
            )
        merged = merge(merged, _read_layers(base, str(base), links))
    return merge(merged, document)


def merge(base: Document, over: Document) -> Document:
    """Return ``over`` laid over ``base``; neither is changed."""
    value = _merge_values(base.value, over.value, ())
    return Document(value, {**base.keys, **over.keys}, {**base.values, **over.values})


def apply_override(document: Document, option: str, assignment: str) -> Document:
    """Return the document with one ``KEY=VALUE`` from the command line laid over it.

    Args:
        document: what the files say.
        option: the option as the user typed it, for messages, such as ``--set epochs=3``.
        assignment: dotted path, ``=``, and a value in YAML; a number in the path is a position in a list.

    Raises:
        ConfigError: no ``=``, a value that is not YAML, or a position that the list does not have.
    """
    dotted, equals, text = assignment.partition("=")
    where = Place(option)
    if not equals or not dotted.strip():
        raise ConfigError(
            Problem("an override is written KEY=VALUE", where, "for example --set optimizer.Adam.learning_rate=0.01")
        )
    try:
        value = read_scalar_or_flow(text, option)
    except ConfigError as error:
        raise ConfigError(
            Problem(f"the value {text!r} is not YAML", where, "quote it for the shell, and again for YAML if needed")
        ) from error
    path = _as_config_path(dotted.strip().split("."), document.value, where)
    changed = _set_at(document.value, path, (), value, where)
    places = {path[:length]: where for length in range(1, len(path) + 1)}
    kept = {at: place for at, place in document.values.items() if at[: len(path)] != path}
    new_keys = {at: place for at, place in places.items() if at not in document.keys}
    return Document(changed, {**document.keys, **new_keys, path: where}, {**kept, path: where})


def describe(value: Any) -> str:
    """Return what a YAML value is, in the words of a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"the text {value!r}" if isinstance(value, str) else f"the number {value}"


def _merge_values(base: Any, over: Any, path: ConfigPath) -> Any:
    kind = component_kind(path)
    if kind:
        return _merge_components(base, over, path, kind)
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            merged[key] = _merge_values(base[key], value, (*path, key)) if key in base else value
        return merged
    return over


def _merge_components(base: Any, over: Any, path: ConfigPath, kind: Kind) -> Any:
    base_name, base_arguments = _split_component(base, kind)
    over_name, over_arguments = _split_component(over, kind)
    if base_name != over_name or base_arguments is None or over_arguments is None:
        return over
    if isinstance(over, str):
        return over
    return {over_name: _merge_values(base_arguments, over_arguments, (*path, str(over_name)))}


def _split_component(value: Any, kind: Kind) -> tuple[str | None, dict[Any, Any] | None]:
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


def _as_config_path(parts: list[str], value: Any, where: Place) -> ConfigPath:
    path: list[str | int] = []
    for part in parts:
        if isinstance(value, list):
            if not (part.isdecimal() and int(part) < len(value)):
                at = ".".join(map(str, path))
                raise ConfigError(
                    Problem(f"{at} is a list of {len(value)}, which has no {part!r}", where, _positions(at, value))
                )
            path.append(int(part))
            value = value[int(part)]
        else:
            integer_key = isinstance(value, dict) and part.isdecimal() and int(part) in value
            key: str | int = int(part) if integer_key else part
            path.append(key)
            value = value.get(key) if isinstance(value, dict) else None
    return tuple(path)


def _positions(at: str, items: list[Any]) -> str:
    if not items:
        return f"give the whole list: --set {at}='[...]'"
    heads = [next(iter(item)) if isinstance(item, dict) and item else item for item in items[:8]]
    named = [f"{at}.{index} is {head}" for index, head in enumerate(heads)]
    return "positions count from 0: " + ", ".join(named)


def _set_at(base: Any, rest: ConfigPath, path: ConfigPath, value: Any, where: Place) -> Any:
    if not rest:
        return _merge_values(base, value, path)
    key, deeper = rest[0], rest[1:]
    if isinstance(base, list) and isinstance(key, int):
        items = list(base)
        items[key] = _set_at(base[key], deeper, (*path, key), value, where)
        return items
    kind = component_kind(path)
    if kind:
        name, arguments = _split_component(base, kind)
        if name != key:
            base = {}
        elif arguments is None:
            raise ConfigError(
                Problem(
                    f"{'.'.join(map(str, (*path, key)))} has a first argument without a name, which would be lost",
                    where,
                    "write its arguments by name in the config",
                )
            )
        else:
            base = {name: arguments}
    mapping = dict(base) if isinstance(base, dict) else {}
    mapping[key] = _set_at(mapping.get(key), deeper, (*path, key), value, where)
    return mapping
