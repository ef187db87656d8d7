"""Checks a well-formed config against the catalogue and the user's source: every name, every argument, every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from pydantic_core import PydanticCustomError

from dnnrun.components import (
    CALLED_KINDS,
    Component,
    ConfigPath,
    Kind,
    a_kind,
    is_import_path,
    kind_of_argument,
    one_of,
)
from dnnrun.config import catalog
from dnnrun.config.fields import parse_component
from dnnrun.config.legacy import fault_of_ending, modern_argument, modern_name
from dnnrun.config.positions import raw_components
from dnnrun.config.reader import Document
from dnnrun.config.signatures import signature_of
from dnnrun.config.topology import INPUTS, LAYERS
from dnnrun.config.values import fault_of_value, value_in_words
from dnnrun.errors import ConfigError, Place, Problem, suggest

# An activation with arguments is a layer in Keras, so a layer may stand where an activation does.
_ALSO: dict[Kind, Kind] = {"activations": "layers"}


def check_components(document: Document) -> list[Problem]:
    """Return a problem for every unknown name, unknown, missing or wrong argument.

    It looks at the raw document, so that a fault elsewhere in the file does not hide what it finds; what is not in
    the notation at all is left to the schema to report.
    """
    problems: list[Problem] = []
    for kind, path, raw in raw_components(document.value):
        try:
            component = parse_component(raw, kind)
        except PydanticCustomError:
            continue
        problems.extend(_check(document, kind, component, path))
    return list(dict.fromkeys(problems))  # two import paths into one file that is no Python are one mistake


def _check(document: Document, kind: Kind, component: Component, path: ConfigPath) -> Iterator[Problem]:
    entry = catalog.find(kind, component.name)
    if entry is None and kind in _ALSO and catalog.find(_ALSO[kind], component.name):
        kind = _ALSO[kind]
        entry = catalog.find(kind, component.name)
        if entry is not None and component.positional:  # it was read as what has no arguments
            component = Component(component.name, dict(zip(entry.arguments, component.positional, strict=False)))
    inner = (*path, component.name)
    where = document.keys.get(inner) or document.place(path)
    if component.is_import_path and kind == "estimators":
        what = f"{component.name} is no classifier or regressor of scikit-learn"
        yield Problem(
            what, where, "for code of your own, write 'model: my_package.nets:make', which makes a Keras model"
        )
    elif component.is_import_path:
        yield from _check_own(document, component, kind, inner, where)
    elif entry is None:
        yield _as_known(kind, _unknown_name(kind, component.name, where))
    elif entry.is_function and not component.is_bare:
        yield _as_known(kind, _takes_no_arguments(kind, component.name, where))
    elif not entry.is_function:
        found = _check_arguments(document, component, kind, entry, inner, where)
        yield from (_as_known(kind, problem) for problem in found)
    if component.name == "LambdaCallback":
        yield from _check_functions(document, component, inner)
    for argument, value in component.arguments.items():
        yield from _check_nested(document, kind_of_argument(argument, kind), value, (*inner, argument), kind)
    for value in component.positional:
        yield from _check_nested(document, None, value, inner, kind)


def _as_known(kind: Kind, problem: Problem) -> Problem:
    """Return the problem, as a warning where another version of Keras may see nothing wrong."""
    if catalog.is_complete(kind):
        return problem
    library = catalog.library_of(kind)
    name = library.name
    doubt = f"dnnrun knows {name} {library.described}, and {name} {library.installed} is installed"
    return replace(problem, severity="warning", hint=f"{problem.hint}\n{doubt}".strip())


def _check_own(
    document: Document, component: Component, kind: Kind, path: ConfigPath, where: Place | None
) -> Iterator[Problem]:
    """Check an object of the user's own against its source, which is read and not run."""
    entry, problems = _read_signature(component.name, kind, where)
    yield from problems
    is_itself = component.is_bare and kind not in CALLED_KINDS  # a function that Keras is to call, not we
    if entry is not None and not (is_itself and entry.is_function):
        yield from _check_arguments(document, component, kind, entry, path, where)


def _check_functions(document: Document, component: Component, path: ConfigPath) -> Iterator[Problem]:
    """Check that the functions are there which a callback is given by their import paths."""
    for argument, value in component.arguments.items():
        if isinstance(value, str) and is_import_path(value):
            yield from _read_signature(value, "callbacks", document.place((*path, argument)))[1]


def _read_signature(name: str, kind: Kind, where: Place | None) -> tuple[catalog.Entry | None, list[Problem]]:
    try:
        return signature_of(name, kind, Path(where.file).parent if where else None), []
    except ConfigError as error:
        return None, [replace(problem, where=problem.where or where) for problem in error.problems]


def _check_nested(document: Document, kind: Kind | None, value: Any, path: ConfigPath, of: Kind) -> Iterator[Problem]:
    if isinstance(value, Component) and kind:
        yield from _check(document, kind, value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _check_nested(document, kind_of_argument(str(key), of), item, (*path, key), of)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _check_nested(document, kind, item, (*path, index), of)


def _check_arguments(
    document: Document, component: Component, kind: Kind, entry: catalog.Entry, path: ConfigPath, where: Place | None
) -> Iterator[Problem]:
    if path[:-2] == LAYERS:
        entry = catalog.with_inputs(entry)
    meant: set[str] = set()
    for argument, value in component.arguments.items():
        if argument == INPUTS and path[:-2] == LAYERS:
            continue  # the graph says what is wrong with them
        if argument in entry.parameters:
            yield from _check_value(document, component, kind, argument, entry.parameters[argument], value, path)
            continue
        if entry.takes_more:
            continue
        near, name = _meant_argument(component.name, kind, argument, entry)
        meant.add(name)  # that it is missing as well is no second mistake
        yield Problem(
            f"{component.name} has no argument {argument!r}", document.place((*path, argument), of_key=True), near
        )
    if component.positional and not entry.arguments and not entry.takes_more:
        yield Problem(f"{component.name} takes no arguments", where, f"write {component.name} alone")
    given = {*component.arguments, *entry.required[: len(component.positional)]}
    required = catalog.required_of(component.name, entry)
    missing = [name for name in required if name not in given and name not in meant]
    if missing:
        example = {**dict.fromkeys(entry.required, "..."), **component.arguments}
        shown = ", ".join(f"{name}: {_short(value)}" for name, value in example.items() if name in entry.arguments)
        yield Problem(
            f"{component.name} needs {' and '.join(repr(name) for name in missing)}",
            where,
            f"write {{{component.name}: {{{shown}}}}}",
        )


def _check_value(
    document: Document,
    component: Component,
    of: Kind,
    argument: str,
    parameter: catalog.Parameter,
    value: Any,
    path: ConfigPath,
) -> Iterator[Problem]:
    at = (*path, argument)
    is_named = at in document.values
    where = document.place(at if is_named else path)
    kind, fault = kind_of_argument(argument, of), fault_of_value(parameter, value)
    if kind and isinstance(value, Mapping) and not component.is_import_path:
        names = f"a mapping of {', '.join(map(str, value))}" if value else "an empty mapping"
        what = f"{component.name}.{argument} must be {a_kind(kind)}, not {names}"
        yield Problem(what, where, _named_object(argument, kind, value))
    elif fault:
        expected, hint = fault
        if not (hint or is_named):
            hint = f"{argument} is its first argument; write others by name: {{{component.name}: {{NAME: ...}}}}"
        what = f"{component.name}.{argument} must be {expected}, not {value_in_words(value)}"
        yield Problem(what, where, hint)
    elif (component.name, argument) == ("LearningRateScheduler", "schedule") and not _gives_rates(value):
        what = "LearningRateScheduler.schedule must be a schedule, or the import path of a function of epoch and rate"
        shown = "{ExponentialDecay: {initial_learning_rate: 0.001, decay_steps: 1, decay_rate: 0.9}}"
        yield Problem(what, where, f"a schedule of Keras, with its steps in epochs: schedule: {shown}")
    elif component.name == "ModelCheckpoint" and argument == "filepath" and isinstance(value, str):
        what, hint = fault_of_ending(value, weights_only=bool(component.arguments.get("save_weights_only", False)))
        if what:
            yield Problem(f"{component.name}.{argument}: {what}", where, hint)


def _gives_rates(value: Any) -> bool:
    """Whether a learning rate can be asked of it; what a component names is checked by its name."""
    return isinstance(value, Component) or (isinstance(value, str) and is_import_path(value))


def _named_object(argument: str, kind: Kind, given: Mapping[str, Any]) -> str:
    """Return how an object is written whose arguments were given without its name."""
    entries = {name: entry for name, entry in catalog.entries(kind).items() if not entry.alias_of}
    taking = [name for name, entry in entries.items() if given and set(given) <= set(entry.arguments)]
    arguments = ", ".join(f"{name}: {_short(value)}" for name, value in given.items())
    named = f"{{{taking[0]}: {{{arguments}}}}}" if taking else "{Name: {argument: ...}}"
    return f"write its name before its arguments: {argument}: {named}"


def _meant_argument(component: str, kind: Kind, argument: str, entry: catalog.Entry) -> tuple[str, str]:
    """Return what to try in place of an unknown argument, and the argument that was meant."""
    modern = modern_argument(kind, argument, entry.arguments)
    if modern:
        return modern, modern.removeprefix("it is called ").removesuffix(" here")
    allowed = f"allowed: {', '.join(entry.arguments)}" if entry.arguments else "it takes no arguments"
    first = entry.arguments[0] if entry.arguments else ""
    inner = kind_of_argument(first, kind)
    if inner and catalog.find(inner, argument):
        return f"write {{{component}: {{{first}: {{{argument}: ...}}}}}}\n{allowed}", first
    near = suggest(argument, entry.arguments)
    name = next((name for name in entry.arguments if near and suggest(argument, [name]) == near), "")
    return f"{near}\n{allowed}" if near else allowed, name


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | str | Component) and len(str(value)) <= 20 else "..."


_TABLE = "a file is named as the path of its source: {{{}: {{path: FILE, target: COLUMN}}}}"
_SOURCE_OF_FILE = {
    ".csv": _TABLE.format("csv"),
    ".tsv": _TABLE.format("csv"),
    ".gz": _TABLE.format("csv"),
    ".parquet": _TABLE.format("parquet"),
    ".npz": "a file is named as the path of its source: {npz: {path: FILE}}",
}


def _unknown_name(kind: Kind, name: str, where: Place | None) -> Problem:
    if kind == "sources":
        listed = f"known: {', '.join(sorted(catalog.entries(kind)))}, or an import path such as my_package.data:make"
        near = _SOURCE_OF_FILE.get(PurePath(name).suffix.lower(), "") or suggest(name, catalog.entries(kind))
        return Problem(f"unknown data source {name!r}", where, f"{near}\n{listed}" if near else listed)
    last = name.rpartition(".")[2]
    if kind == "estimators":
        alike = last if catalog.find(kind, last) else ""
        near = f"write {alike}: names stand without their module" if alike else suggest(name, catalog.entries(kind))
        what = f"scikit-learn has no classifier or regressor {name!r}"
        return Problem(what, where, f"{near}\n'dnnrun docs estimators' lists them".strip())
    if kind == "schedules" and re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", name, re.IGNORECASE):
        return Problem(f"a learning rate must be a number, not the text {name!r}", where, "take the quotes away")
    home = [other for other in catalog.described_kinds() if name in catalog.entries(other)]
    called = re.match(r"\w+(?=[ (=])", name)
    if kind == "layers" and name in {"Input", "InputLayer"}:
        return Problem(f"{name} is not needed", where, "take it out: the shape of the input comes from the data")
    if home:
        hint = f"Keras has {name!r} among its {home[0]}, not among its {kind}"
    elif last != name and catalog.find(kind, last):
        hint = f"write {last}: names of Keras stand without their module"
    elif kind == "activations" and name.lower() == "none":
        hint = "leave activation out, or write null"
    elif called and catalog.find(kind, called[0]):
        hint = f"with arguments, write {{{called[0]}: ...}}"
    else:
        hint = modern_name(kind, name) or suggest(name, catalog.entries(kind)) or _known(kind)
    hint += "\nan object of your own is written as an import path: my_package.module:Name"
    return Problem(f"unknown {one_of(kind)} {name!r}", where, hint)


def _known(kind: Kind) -> str:
    """Return the names of a kind, of those that Keras has twice the class, or where to look where they are many."""
    names = catalog.entries(kind)
    classes = [name for name in names if name[0].isupper()] or list(names)
    return f"known: {', '.join(classes)}" if len(classes) <= 40 else f"see keras.io/api for Keras's {kind}"


def _takes_no_arguments(kind: Kind, name: str, where: Place | None) -> Problem:
    kinds: tuple[Kind, ...] = (kind, _ALSO[kind]) if kind in _ALSO else (kind,)
    known = next(filter(None, (catalog.class_like(one, name) for one in kinds)), None)
    hint = f"with arguments, write {{{known}: ...}}" if known else f"write {name} alone"
    return Problem(f"{name!r} is a plain function of Keras and takes no arguments here", where, hint)
