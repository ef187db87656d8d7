"""Which names Keras and dnnrun have, and what arguments they take, known without importing Keras.

`catalog.json` is generated from an installed Keras by ``make catalog``. Where another version of Keras is
installed, the catalogue no longer refuses what it does not know: the engine, which asks Keras itself, does.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

from dnnrun.components import KINDS, Kind
from dnnrun.config.sources import SOURCES

FILE = "catalog.json"

# Callbacks that write files, and the argument that says where: left out, dnnrun fills it in; given, it is a path
# inside the run.
WRITES_TO = {
    "ModelCheckpoint": "filepath",
    "CSVLogger": "filename",
    "TensorBoard": "log_dir",
    "BackupAndRestore": "backup_dir",
    "OrbaxCheckpoint": "directory",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One known name: the arguments it must have, those it may have, and whether it takes none (a plain function)."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    is_function: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """All arguments, in the order in which they can be given."""
        return self.required + self.optional


def entries(kind: Kind) -> dict[str, Entry]:
    """Return every known name of a kind with its arguments."""
    return _catalog().get(kind, {})


def described_kinds() -> tuple[Kind, ...]:
    """Return the kinds that the catalogue lists, in its order."""
    return tuple(kind for kind in KINDS if kind in _raw())


def find(kind: Kind, name: str) -> Entry | None:
    """Return what is known of one name, or None."""
    return entries(kind).get(name)


def is_same(kind: Kind, name: str, other: str) -> bool:
    """Whether two names are one object: ``adam`` and ``Adam`` are."""
    if name == other:
        return True
    entry = find(kind, name)
    return entry is not None and entry == find(kind, other) and name.lower() == other.lower()


def first_argument(kind: Kind, name: str) -> str | None:
    """Return the argument that ``{name: value}`` gives, or None where that is not known."""
    entry = find(kind, name)
    return entry.arguments[0] if entry and entry.arguments else None


def is_complete(kind: Kind) -> bool:
    """Whether a name missing from the catalogue does not exist: dnnrun's own names, or the same Keras."""
    return kind == "sources" or installed_keras() == described_keras()


def described_keras() -> str:
    """Return the version of Keras that the catalogue was made from."""
    return str(_raw()["keras"])


@functools.cache
def installed_keras() -> str | None:
    """Return the version of the installed Keras without importing it, or None.

    It is read off the name of the folder that pip leaves beside the package: importing `importlib.metadata`, which
    does the same, takes a tenth of the time in which a config is to be validated.
    """
    spec = importlib.util.find_spec("keras")
    if spec is None or spec.origin is None:
        return None
    folders = list(Path(spec.origin).parent.parent.glob("keras-*.dist-info"))
    return folders[0].name.removeprefix("keras-").removesuffix(".dist-info") if len(folders) == 1 else None


@functools.cache
def _raw() -> dict[str, object]:
    raw: dict[str, object] = json.loads(Path(__file__).with_name(FILE).read_text(encoding="utf-8"))
    return raw


@functools.cache
def _catalog() -> dict[str, dict[str, Entry]]:
    kinds = {"sources": {name: Entry(source.required, source.optional) for name, source in SOURCES.items()}}
    for kind, names in _raw().items():
        if isinstance(names, dict):
            kinds[kind] = {
                name: Entry(tuple(e.get("required", ())), tuple(e.get("optional", ())), e.get("function", False))
                for name, e in names.items()
            }
    return kinds
