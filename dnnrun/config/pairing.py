"""Two configs key by key. A layer that only one of them has is one difference, and not one for each layer behind it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dnnrun.components import ConfigPath
from dnnrun.config.differences import LABELS, dotted, is_component
from dnnrun.config.positions import component_kind, names_outputs


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """A key whose value is not the same in two configs.

    Args:
        key: as ``--set`` takes it, with the position that an item of a list has in the first config if it is there.
        first: the value in the first config, None where it has not got the key.
        second: in the second.
    """

    key: str
    first: Any
    second: Any


def differing_keys(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[KeyDifference]:
    """Return where two resolved configs differ, except in what they are called.

    Of a component of the same name its arguments are compared; of another name it is one difference. Items of a list
    are set against those that are most like them.
    """
    return [
        KeyDifference(dotted(path), one, other) for path, one, other in _pairs(first, second, ()) if path not in LABELS
    ]


def _pairs(first: Any, second: Any, path: ConfigPath) -> Iterator[tuple[ConfigPath, Any, Any]]:
    """Yield what differs at and below a path, with the values."""
    if _identity(first) == _identity(second):
        return
    one, other = _component(first, path), _component(second, path)
    if one and other:
        if one[0] == other[0]:
            yield from _pairs(one[1], other[1], (*path, one[0]))
        else:
            yield path, first, second
    elif isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in dict.fromkeys([*first, *second]):
            yield from _pairs(first.get(key), second.get(key), (*path, key))
    elif isinstance(first, list) and isinstance(second, list) and component_kind((*path, 0)):
        for place, mine, theirs in _aligned(first, second, path):
            yield from _pairs(mine, theirs, (*path, place))
    else:
        yield path, first, second


def _aligned(first: Sequence[Any], second: Sequence[Any], path: ConfigPath) -> Iterator[tuple[int, Any, Any]]:
    """Yield items that belong together, with the place of the first; None for one that has no other.

    Equal items belong together, and are left out; between them those of the same name, then those at the same place.
    """
    for begin, end, start, stop in _unequal([_identity(item) for item in first], [_identity(item) for item in second]):
        mine, theirs = ([_name(item, path) for item in items] for items in (first[begin:end], second[start:stop]))
        matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
        for _, i1, i2, j1, j2 in matcher.get_opcodes():
            together = min(i2 - i1, j2 - j1)
            for each in range(together):
                yield begin + i1 + each, first[begin + i1 + each], second[start + j1 + each]
            yield from ((place, first[place], None) for place in range(begin + i1 + together, begin + i2))
            yield from ((place, None, second[place]) for place in range(start + j1 + together, start + j2))


def _unequal(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    yield from (opcode[1:] for opcode in matcher.get_opcodes() if opcode[0] != "equal")


def _name(item: Any, path: ConfigPath) -> str:
    component = _component(item, (*path, 0))
    return component[0] if component else _identity(item)


def _component(value: Any, path: ConfigPath) -> tuple[str, Any] | None:
    """Return the name and the arguments of a component, None where a value is none."""
    if is_component(value, path):
        [(name, arguments)] = value.items()
        return name, {} if arguments is None else arguments
    is_name = isinstance(value, str) and bool(component_kind(path)) and not names_outputs(value, path)
    return (value, {}) if is_name else None


def _identity(value: Any) -> str:
    """Return a text that is the same for equal values; null and empty say the same: that nothing was given."""
    if value in (None, {}, []):
        return ""
    return json.dumps(value, sort_keys=True, default=str)
