"""Whether the value of an argument is of a type that the catalogue says it takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from dnnrun.components import Component, is_import_path
from dnnrun.config.catalog import Parameter
from dnnrun.config.layering import describe
from dnnrun.errors import suggest

_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "list": "a list",
    "dict": "a mapping",
    "null": "null",
}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_QUOTIENT = re.compile(r"([0-9.]+) ?/ ?([1-9][0-9.]*)")
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def fault_of_value(parameter: Parameter, value: Any) -> tuple[str, str] | None:
    """Return what a value should be, in words, and what to try; None where nothing is known to be wrong.

    Args:
        parameter: the argument that it is given to.
        value: a parsed one.
    """
    types = set(parameter.types)
    if isinstance(value, Component):
        return None
    if isinstance(value, str) and is_import_path(value) and (not types or "str" in types):
        return None  # a function of the user's own, where texts or functions are taken
    if isinstance(value, str) and parameter.choices and value.lower() not in map(str.lower, parameter.choices):
        *others, last = map(repr, parameter.choices)
        return f"{', '.join(others)} or {last}", suggest(value, parameter.choices)
    if not types or _type_of(value) in types or _passes_for(value, types, parameter.default):
        return None
    return types_in_words(types), _remedy(value, types)


def _type_of(value: Any) -> str:
    if isinstance(value, Mapping):
        return "dict"
    return {"NoneType": "null", "tuple": "list"}.get(type(value).__name__, type(value).__name__)


def _passes_for(value: Any, types: set[str], default: Any) -> bool:
    if isinstance(value, bool):  # Keras's verbose is 0 or 1, and nobody minds true
        return "int" in types and type(default) is int and default in (0, 1)
    return isinstance(value, int) and "float" in types


def types_in_words(types: Collection[str]) -> str:
    """Return what an argument takes, in words."""
    types = set(types)
    shown = types - {"int"} if "float" in types else types
    *others, last = [words for kind, words in _NAMES.items() if kind in shown]
    return f"{', '.join(others)} or {last}" if others else last


def _remedy(value: Any, types: set[str]) -> str:
    if isinstance(value, str):
        if types & {"int", "float"} and _NUMBER.fullmatch(value):
            return "take the quotes away: a number in quotes is a text"
        if "float" in types and (quotient := _QUOTIENT.fullmatch(value)):
            return f"YAML does not calculate: write {float(quotient[1]) / float(quotient[2])!r}"
        if "null" in types and value.lower() == "none":
            return "nothing is written null in YAML"
        if "bool" in types and value.lower() in {*_TRUTHS, "true", "false"}:
            return f"write {_TRUTHS.get(value.lower(), value.lower())}, without quotes"
    if isinstance(value, float) and "int" in types and value.is_integer() and abs(value) < 1e15:
        return f"write {int(value)}: with a point or an e it is a fraction"
    return ""


def value_in_words(value: Any) -> str:
    """Return what a parsed value is, for a message."""
    plain = dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
    return describe(plain)
