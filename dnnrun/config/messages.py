"""Pydantic's complaints, said in the words of the config language and at their place in the file."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dnnrun.components import ConfigPath
from dnnrun.config.layering import describe
from dnnrun.config.reader import Document
from dnnrun.config.schema import Experiment, ModelConfig
from dnnrun.errors import Problem, suggest

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
# Keys that people bring from other tools or from Python, and what they are called here.
_OTHER_NAMES = {
    "lr": "optimizer: {Adam: {learning_rate: ...}}",
    "learning_rate": "optimizer: {Adam: {learning_rate: ...}}",
    "patience": "callbacks: [{EarlyStopping: {patience: ...}}]",
    "dropout": "a layer of its own: model.layers: [..., {Dropout: 0.2}]",
    "random_state": "seed",
    "test_size": "test_split",
    "data": "dataset",
    "network": "model",
    "num_epochs": "epochs",
    "batch": "batch_size",
    "activation": "model.activation",
    "layers": "model.layers",
    "source": "dataset.source",
    "validation_split": "dataset.validation_split",
    "test_split": "dataset.test_split",
    "preprocess": "dataset.preprocess",
    "<<": "extends",
}


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """Return one problem a complaint, each at its place, in the order of the file."""
    merged: dict[ConfigPath, Problem] = {}
    for details in error.errors(include_url=False):
        path = _config_path(details["loc"], document.value)
        merged.setdefault(path, _problem(details, path, document))
    return list(merged.values())


def _problem(details: ErrorDetails, path: ConfigPath, document: Document) -> Problem:
    kind, key = details["type"], str(path[-1]) if path else "the config"
    context = details.get("ctx", {})
    where = document.place(path, of_key=kind in {"extra_forbidden", "conflict"})
    if kind == "missing":
        return _missing(path, document)
    if kind == "extra_forbidden":
        return Problem(f"unknown key {key!r}", where, _about_unknown_key(key, path[:-1]))
    if kind in _LIMITS:
        bound, words = _LIMITS[kind]
        return Problem(f"{_dotted(path)} must be {words} {context[bound]}, not {details['input']}", where)
    if kind == "literal_error":
        return Problem(f"{_dotted(path)} must be {context['expected']}, not {describe(details['input'])}", where)
    if kind == "too_short":
        return Problem(f"{_dotted(path)} must not be empty", where)
    if kind in _EXPECTED:
        return Problem(
            f"{_dotted(path)} must be {_expected(path, kind)}, not {describe(details['input'])}",
            where,
            _about_value(path),
        )
    if kind in {"component", "conflict", "run_name", "model_name"}:
        return Problem(f"{_dotted(path)}: {details['msg']}", where)
    return Problem(f"{_dotted(path)}: {details['msg'][:1].lower()}{details['msg'][1:]}", where)


def _expected(path: ConfigPath, kind: str) -> str:
    """Return all that a field takes, where it takes more than the first thing that pydantic complained about."""
    if path in {("threads",)}:
        return "a whole number or 'auto'"
    if path in {("jit",)}:
        return "true, false or 'auto'"
    if path == ("dataset",):
        return "the name of a data set or a mapping with a source"
    return _EXPECTED[kind]


def _missing(path: ConfigPath, document: Document) -> Problem:
    *parent, key = path
    where = document.place(tuple(parent), of_key=True)
    inside = f" in {_dotted(tuple(parent))}" if parent else ""
    return Problem(f"the key {str(key)!r} is missing{inside}", where, _EXAMPLES.get(str(key), _about_value(path)))


_EXAMPLES = {
    "dataset": "for example 'dataset: mnist'",
    "model": "for example 'model: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}'",
    "optimizer": "for example 'optimizer: Adam'",
    "loss": "for example 'loss: sparse_categorical_crossentropy'",
    "source": "for example 'source: mnist'",
    "layers": "for example 'layers: [Flatten, {Dense: {units: 10, activation: softmax}}]'",
}


def _about_unknown_key(key: str, parent: ConfigPath) -> str:
    allowed = list(_fields(parent))
    near = suggest(key, allowed)
    elsewhere = _OTHER_NAMES.get(key.lower(), "")
    first = near or (f"here it is written {elsewhere}" if elsewhere and key not in allowed else "")
    listed = f"allowed here: {', '.join(allowed)}"
    return f"{first}\n{listed}" if first else listed


def _about_value(path: ConfigPath) -> str:
    field = _fields(path[:-1]).get(str(path[-1])) if path else None
    return f"{path[-1]}: {field}" if field else ""


def _fields(parent: ConfigPath) -> dict[str, str]:
    """Return the keys that a section allows, with what each means."""
    model: Any = ModelConfig if parent == ("model",) else Experiment
    for key in parent if parent != ("model",) else ():
        annotation = model.model_fields[key].annotation if str(key) in getattr(model, "model_fields", {}) else None
        model = _section_in(annotation)
    if model is None:
        return {}
    keys = {name: field.description or "" for name, field in model.model_fields.items()}
    return keys if parent else {**keys, "extends": "a config, or a list of them, to build on"}


def _section_in(annotation: Any) -> type[BaseModel] | None:
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _config_path(location: tuple[int | str, ...], value: Any) -> ConfigPath:
    """Return pydantic's location without the names of union members that it mixes in."""
    path: list[int | str] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif not (last and isinstance(value, dict)) or part in {"[key]", "int", "str"}:
            continue
        path.append(part)
    return tuple(path)


def _dotted(path: ConfigPath) -> str:
    return ".".join(map(str, path)) or "the config"
