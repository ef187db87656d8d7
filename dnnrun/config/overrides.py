"""``KEY=VALUE`` from the command line, laid over what the config files say by the same rules as ``extends``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dnnrun.components import ConfigPath, Kind
from dnnrun.config import catalog
from dnnrun.config.merging import Remains, merge_values, split_component
from dnnrun.config.positions import component_kind_of, is_estimator
from dnnrun.config.reader import MAX_DEPTH, Document, read_scalar_or_flow
from dnnrun.errors import ConfigError, Place, Problem


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
        what = "; ".join(problem.what for problem in error.problems)
        raise ConfigError(
            Problem(f"in the value {text!r}: {what}", where, "quote it for the shell, and again for YAML if needed")
        ) from error
    path = _as_config_path(dotted.strip(), document.value, where)
    if path[0] == "extends":
        raise ConfigError(Problem("extends stands in a file, not on the command line", where, "name the file itself"))
    if path == ("dataset",) and isinstance(value, str):
        path = ("dataset", "source")
    made = _Assignment(value, where)
    changed = made.into(document.value, path)
    keys, values = made.remains.keys(document), made.remains.values(document)
    parents = {path[:length]: where for length in range(1, len(path)) if path[:length] not in keys}
    set_here = dict.fromkeys(_paths_in(value, path), where)
    return Document(changed, {**keys, **parents, **set_here}, {**values, **set_here}, document.written)


def _paths_in(value: Any, path: ConfigPath) -> Iterator[ConfigPath]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _paths_in(item, (*path, key))


def _as_config_path(dotted: str, value: Any, where: Place) -> ConfigPath:
    path: list[str | int] = []
    rest: str | None = dotted
    while rest is not None:
        part, rest = _next_part(rest, value)
        number = int(part) if part.isdecimal() and len(part) < 10 else None
        if not part:
            raise ConfigError(Problem(f"{dotted!r} has nothing before or after one of its dots", where))
        if len(path) >= MAX_DEPTH:
            raise ConfigError(Problem(f"the key goes more than {MAX_DEPTH} deep", where))
        if isinstance(value, list):
            if number is None or number >= len(value):
                at = ".".join(map(str, path))
                raise ConfigError(
                    Problem(f"{at} is a list of {len(value)}, which has no {part!r}", where, _positions(at, value))
                )
            path.append(number)
            value = value[number]
        else:
            inner = value if isinstance(value, dict) else {}
            path.append(part if number is None or part in inner else number)
            value = inner.get(path[-1])
    return tuple(path)


def _next_part(dotted: str, value: Any) -> tuple[str, str | None]:
    """Split a dotted path after its first key; a key that is there may have dots of its own, as an import path has."""
    for key in value if isinstance(value, dict) else ():
        if isinstance(key, str) and "." in key and f"{dotted}.".startswith(f"{key}."):
            return key, dotted[len(key) + 1 :] if len(dotted) > len(key) else None
    part, dot, rest = dotted.partition(".")
    return part, rest if dot else None


def _positions(at: str, items: list[Any]) -> str:
    if not items:
        return f"give the whole list: --set {at}='[...]'"
    heads = [next(iter(item)) if isinstance(item, dict) and item else item for item in items[:8]]
    named = [f"{at}.{index} is {head}" for index, head in enumerate(heads)]
    return "positions count from 0: " + ", ".join(named)


class _Assignment:
    """Puts one value into a raw config; ``remains`` then says what is left of the old."""

    def __init__(self, value: Any, where: Place) -> None:
        self.value, self.where = value, where
        self.remains = Remains()

    def into(self, base: Any, rest: ConfigPath, path: ConfigPath = ()) -> Any:
        """Return ``base``, which stands at ``path``, with the value put in at ``rest`` below it."""
        kind = component_kind_of(base, path)
        if not rest:
            return merge_values(base, self.value, path, self.remains)
        key, deeper = rest[0], rest[1:]
        if isinstance(base, list) and isinstance(key, int):
            items = list(base)
            items[key] = self.into(base[key], deeper, (*path, key))
            return items
        if kind and not deeper:
            return merge_values(base, {key: self.value}, path, self.remains)
        if kind:
            base = self._arguments(base, key, path, kind)
        if path == ("model",) and key == "sklearn" and not is_estimator(base):  # it takes the place of the layers
            self.remains.replaced.append(path)
            base = {}
        mapping = dict(base) if isinstance(base, dict) else {}
        mapping[key] = self.into(mapping.get(key), deeper, (*path, key))
        return mapping

    def _arguments(self, base: Any, key: str | int, path: ConfigPath, kind: Kind) -> dict[str | int, Any]:
        name, arguments = split_component(base, kind)
        if name is None or not catalog.is_same(kind, name, str(key)):
            self.remains.replaced.append(path)
            return {}
        if arguments is None:
            what = f"{'.'.join(map(str, (*path, key)))} has a first argument without a name, which would be lost"
            raise ConfigError(Problem(what, self.where, "write its arguments by name in the config"))
        self.remains.note_arguments(base, path, str(key), arguments)
        return {key: arguments}
