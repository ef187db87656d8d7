"""Ways in which a config can be spoilt: dropped, renamed, retyped, nested and cut parts, and noise."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

VALUES: list[Any] = [
    None, True, 0, -1, 3.5, 1e999, float("nan"), 10**40, "", " ", "x", "Dense", "relu", "a.b:C", "mnist",
    "~x/y", "\0", "%s {x}", [], [[]], {}, {"a": {}}, {"Dense": {}}, {"Dense": None}, {"Dense": []}, {1: 2},
    {"": ""}, {"a": 1, "b": 2}, {"my:Gate": []}, {"layers": [{"layers": []}]}, ["Flatten", None], {"csv": []},
    {"csv": {"path": 3}}, {"npz": "~nobody-here/x"}, "é" * 300,
]  # fmt: skip
TOKENS = [
    *"{}[]:,-?&*!|>'\"%@`#~=<.\\\t\n\r \0\x07\x85\u2028\ufeffé0x", "\n  ", ": ", "- ", "<<: ", "&a ", "*a", "!!int ",
    "---\n", "{a: ", '"\\U', '"\\ud800"', "1e999", "%YAML 1.1\n",
]  # fmt: skip


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths_in(inner, (*path, key))


def mutated_value(rng: random.Random, value: Any) -> Any:
    """Drop, rename, retype, nest or copy a part of the config."""
    value = copy.deepcopy(value)
    path = rng.choice([path for path in paths_in(value) if path])
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    key, kind = path[-1], rng.choice(["drop", "rename", "retype", "nest", "copy"])
    if kind == "drop":
        del parent[key]
    elif kind == "rename" and isinstance(parent, dict):
        parent[rng.choice([str(key)[:-1], f"{key}s", 7, "", "layers", "<<", "Dense", "a:b"])] = parent.pop(key)
    elif kind == "nest":
        parent[key] = rng.choice([[parent[key]], {"Dense": parent[key]}, {"a:b": parent[key]}, {"source": parent[key]}])
    elif kind == "copy":
        other = value
        for step in rng.choice(list(paths_in(value))):
            other = other[step]
        parent[key] = copy.deepcopy(other)
    else:
        parent[key] = rng.choice(VALUES)
    return value


def mutated_text(rng: random.Random, text: str) -> str:
    """Cut, repeat, or put in what means something to YAML."""
    at, to = sorted(rng.choices(range(len(text) + 1), k=2))
    kind = rng.choice(["truncate", "cut", "repeat", "insert", "insert", "insert"])
    if kind == "truncate":
        return text[:at]
    if kind == "cut":
        return text[:at] + text[min(to, at + 30) :]
    if kind == "repeat":
        return text[:to] + text[at : at + 40] + text[to:]
    return text[:at] + rng.choice(TOKENS) * rng.choice([1, 1, 1, 2, 50]) + text[at:]


def mutated_bytes(rng: random.Random, content: bytes) -> bytes:
    """Change some bytes, so that it may be no text any more."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 3]) if changed else 0):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)
