"""Which names Keras, scikit-learn and dnnrun have, and what arguments they take, known without importing either.

`catalog.json` and `estimators.json` are generated from an installed Keras and scikit-learn by ``make catalog``. Where
another version is installed, what the catalogue does not know is warned of, and left to the library itself to refuse.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dnnrun.components import KINDS, Kind
from dnnrun.config.sources import SOURCES
from dnnrun.config.topology import INPUTS

FILE = "catalog.json"
ESTIMATORS = "estimators.json"

# Callbacks that write files, and the argument that says where: left out, dnnrun fills it in; given, it is a path
# inside the run.
WRITES_TO = {
    "ModelCheckpoint": "filepath",
    "CSVLogger": "filename",
    "TensorBoard": "log_dir",
    "BackupAndRestore": "backup_dir",
    "OrbaxCheckpoint": "directory",
}
# Of these, the ones whose files lie among the run's checkpoints.
CHECKPOINTING = {"ModelCheckpoint", "OrbaxCheckpoint"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a known name.

    Args:
        is_required: whether it has no default.
        default: as a config would write it.
        types: what it takes, of bool, int, float, str, list, dict and null; empty where that is not known.
        choices: the texts it chooses among, where it takes no others.
    """

    is_required: bool = True
    default: Any = None
    types: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One known name.

    Args:
        parameters: its arguments, in the order in which they can be given, those that must be given first.
        doc: what it is, in a line.
        is_function: whether it is a plain function, which named alone is not called; those of Keras take no arguments.
        takes_more: whether it takes other arguments too, of which nothing is known.
        alias_of: the name that it is better known by: ``Adam`` for ``adam``.
    """

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    doc: str = ""
    is_function: bool = False
    takes_more: bool = False
    alias_of: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of all arguments."""
        return tuple(self.parameters)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of those that must be given."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.is_required)


def with_inputs(layer: Entry) -> Entry:
    """Return a layer as it may stand in a model's list: with dnnrun's own argument, which says what it takes."""
    return replace(layer, parameters={**layer.parameters, INPUTS: Parameter(is_required=False, types=("str", "list"))})


def entries(kind: Kind) -> dict[str, Entry]:
    """Return every known name of a kind with its arguments."""
    return _sources() if kind == "sources" else _entries(kind)


def described_kinds() -> tuple[Kind, ...]:
    """Return the kinds of Keras's objects, in the order of the catalogue."""
    return tuple(kind for kind in KINDS if kind in _raw())


def find(kind: Kind, name: str) -> Entry | None:
    """Return what is known of one name, or None."""
    return entries(kind).get(name)


def is_same(kind: Kind, name: str, other: str) -> bool:
    """Whether two names are one object: ``adam`` and ``Adam`` are."""
    return name == other or own_name(kind, name) == own_name(kind, other)


def own_name(kind: Kind, name: str) -> str:
    """Return the name that something is best known by: ``Adam`` for ``adam``; of what is unknown, its own."""
    entry = find(kind, name)
    return entry.alias_of or name if entry else name


def first_argument(kind: Kind, name: str) -> str | None:
    """Return the argument that ``{name: value}`` gives, or None where that is not known."""
    entry = find(kind, name)
    return entry.arguments[0] if entry and entry.arguments else None


def class_like(kind: Kind, name: str) -> str | None:
    """Return the class whose name is that of a function, as ``BinaryAccuracy`` is that of ``binary_accuracy``."""
    same = name.replace("_", "").lower()
    return next((n for n, entry in entries(kind).items() if n.lower() == same and not entry.is_function), None)


def required_of(name: str, entry: Entry) -> tuple[str, ...]:
    """Return the arguments that a config must give; dnnrun itself gives the paths that callbacks write to."""
    return tuple(argument for argument in entry.required if argument != WRITES_TO.get(name))


def is_complete(kind: Kind) -> bool:
    """Whether a name missing from the catalogue does not exist: dnnrun's own names, or the same library."""
    library = None if kind == "sources" else library_of(kind)
    return library is None or library.installed == library.described


def is_classifier(name: str) -> bool:
    """Whether an estimator tells classes; of one that is not known, by its name."""
    described = _read(ESTIMATORS)
    return name in described["classifiers"] or (name not in described["regressors"] and "Regress" not in name)


def module_of_estimator(name: str) -> str | None:
    """Return the module that an estimator is imported from, or None for one that is not known."""
    described = _read(ESTIMATORS)
    entry = described["classifiers"].get(name) or described["regressors"].get(name)
    return str(entry["module"]) if entry else None


@dataclass(frozen=True, slots=True)
class Library:
    """Where the names of a kind are from: what it is called, the version described, and the one installed, if any."""

    name: str
    described: str
    installed: str | None


def library_of(kind: Kind) -> Library:
    """Return the library whose objects those of a kind are."""
    if kind == "estimators":
        return Library("scikit-learn", str(_read(ESTIMATORS)["scikit-learn"]), _installed("sklearn", "scikit_learn"))
    return Library("Keras", described_keras(), installed_keras())


def described_keras() -> str:
    """Return the version of Keras that the catalogue was made from."""
    return str(_raw()["keras"])


def installed_keras() -> str | None:
    """Return the version of the installed Keras without importing it, or None."""
    return _installed("keras", "keras")


@functools.cache
def _installed(package: str, distribution: str) -> str | None:
    """Return the version of an installed package without importing it, or None.

    It is read off the name of the folder that pip leaves beside the package: importing `importlib.metadata`, which
    does the same, takes a tenth of the time in which a config is to be validated.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folders = list(Path(spec.origin).parent.parent.glob(f"{distribution}-*.dist-info"))
    return folders[0].name.removeprefix(f"{distribution}-").removesuffix(".dist-info") if len(folders) == 1 else None


def _raw() -> dict[str, Any]:
    return _read(FILE)


@functools.cache
def _read(file: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    return raw


@functools.cache
def _entries(kind: Kind) -> dict[str, Entry]:
    if kind == "estimators":
        both = _read(ESTIMATORS)
        described = dict(sorted({**both["classifiers"], **both["regressors"]}.items()))
    else:
        described = _raw().get(kind, {})
    return {name: _entry(entry) for name, entry in described.items()}


def _entry(described: Mapping[str, Any]) -> Entry:
    parameters = {
        name: Parameter(
            is_required="default" not in argument,
            default=argument.get("default"),
            types=tuple(argument.get("types", ())),
            choices=tuple(argument.get("choices", ())),
        )
        for name, argument in described.get("arguments", {}).items()
    }
    return Entry(parameters, described["doc"], described.get("function", False), alias_of=described.get("alias", ""))


@functools.cache
def _sources() -> dict[str, Entry]:
    return {
        name: Entry(
            {
                **{argument: Parameter() for argument in source.required},
                **{
                    argument: Parameter(is_required=False, default=list(default) if default == () else default)
                    for argument, default in source.optional.items()
                },
            },
            source.doc,
        )
        for name, source in SOURCES.items()
    }
