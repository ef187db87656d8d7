"""Pydantic's complaints, said in the words of the config language and at their place in the file."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dnnrun.components import ConfigPath
from dnnrun.config import catalog
from dnnrun.config.hints import about_component, about_missing_key, about_unknown_key, about_value, fields
from dnnrun.config.layering import describe
from dnnrun.config.reader import Document
from dnnrun.errors import Place, Problem, suggest

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "finite_number": "a finite number",
    "recursion_loop": "a value",
}
_LIMITS = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_UNKNOWN_KEY = {"extra_forbidden", "invalid_key"}


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """Return one problem a complaint, each at its place, in the order of the file."""
    complaints: dict[ConfigPath, ErrorDetails] = {}
    for details in error.errors(include_url=False):
        complaints.setdefault(_config_path(details["loc"], document.value), details)
    misspelt = {meant for path, details in complaints.items() if (meant := _meant_key(path, details))}
    return [
        _problem(details, path, document)
        for path, details in complaints.items()
        if not (details["type"] == "missing" and path in misspelt)
        # pydantic does not count the items that it refuses
        and not (
            details["type"] == "too_short" and any(other[: len(path)] == path for other in complaints.keys() - {path})
        )
    ]


def _meant_key(path: ConfigPath, details: ErrorDetails) -> ConfigPath | None:
    """Return the key that an unknown one was meant to be; that this one is missing then is no second mistake."""
    if details["type"] not in _UNKNOWN_KEY or not path:
        return None
    *parent, key = path
    if parent == ["dataset"] and key in catalog.entries("sources"):
        return ("dataset", "source")
    allowed = fields(tuple(parent))
    nearest = suggest(str(key), allowed)
    return next(((*parent, name) for name in allowed if nearest and suggest(str(key), [name]) == nearest), None)


def _problem(details: ErrorDetails, path: ConfigPath, document: Document) -> Problem:
    kind, value = details["type"], details["input"]
    context = details.get("ctx", {})
    where = document.place(path, of_key=kind in _UNKNOWN_KEY)
    if kind == "missing":
        return _missing(path, document)
    if kind in _UNKNOWN_KEY:
        if path[:-1] == ("model",) and path[-1] in fields(("model",)):  # known, but not beside what stands there
            what = f"{str(path[-1])!r} is of networks, and 'sklearn' beside it names a model of scikit-learn"
            return Problem(what, where, "keep one of them")
        return Problem(f"unknown key {str(path[-1])!r}", where, about_unknown_key(path))
    if kind == "conflict":
        return Problem(details["msg"], document.place((*path, *context["path"]), of_key=True))
    if kind in _LIMITS:
        bound, words = _LIMITS[kind]
        return Problem(f"{_dotted(path)} must be {words} {context[bound]}, not {value}", where, about_value(path))
    if kind == "literal_error":
        what = f"{_dotted(path)} must be {context['expected']}, not {describe(value)}"
        return Problem(what, where, about_value(path))
    if kind == "too_short":
        return Problem(f"{_dotted(path)} must not be empty", where, about_missing_key(path))
    if kind in _EXPECTED:
        expected = _expected(path, kind)
        what = f"{_dotted(path)} must be {expected}, not {describe(value)}"
        return Problem(what, where, about_value(path, value, expected))
    hint = about_component(path, value) if kind == "component" else ""
    if kind in {"component", "run_name", "model_name"}:
        return Problem(f"{_dotted(path)}: {details['msg']}", where, hint)
    return Problem(f"{_dotted(path)}: {details['msg'][:1].lower()}{details['msg'][1:]}", where)


def _expected(path: ConfigPath, kind: str) -> str:
    """Return all that a field takes, where it takes more than the first thing that pydantic complained about."""
    if path == ("threads",):
        return "a whole number or 'auto'"
    if path == ("jit",):
        return "true, false or 'auto'"
    if path == ("class_weight",):
        return "a mapping or 'balanced'"
    if path == ("dataset",):
        return "the name of a data set or a mapping with a source"
    if path == ("model",):
        return "a mapping with layers"
    return _EXPECTED[kind]


def _missing(path: ConfigPath, document: Document) -> Problem:
    *parent, key = path
    where = document.place(tuple(parent), of_key=True)
    if where and not parent:
        where = Place(where.file)  # no line is to blame for what stands nowhere
    inside = f" in {_dotted(tuple(parent))}" if parent else ""
    return Problem(f"the key {str(key)!r} is missing{inside}", where, about_missing_key(path))


def _config_path(location: tuple[int | str, ...], value: Any) -> ConfigPath:
    """Return pydantic's location without the names of union members that it mixes in."""
    path: list[int | str] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        in_mapping = isinstance(value, dict) and part in value
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if in_mapping or in_list:
            value = value[part]
        elif not (last and isinstance(value, dict)) or part in {"[key]", "int", "str"}:
            continue
        path.append(part)
    return tuple(path)


def _dotted(path: ConfigPath) -> str:
    return ".".join(map(str, path)) or "the config"
