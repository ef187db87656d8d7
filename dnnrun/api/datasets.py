"""The library functions behind ``dnnrun data``: which data sets there are by name, where they lie, and how to get them.

It stands beside `api`, which loads more than is needed to look for files. Neither NumPy nor TensorFlow starts before
a file is looked into.
"""

from __future__ import annotations

import importlib
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dnnrun.config.sources import SOURCES
from dnnrun.data.facts.cheap import facts_of_named
from dnnrun.data.published import PUBLISHED
from dnnrun.data.published.adding import Added, add, note_of
from dnnrun.data.published.download import Listener, checksum_of, telling
from dnnrun.data.published.places import Place, find, places
from dnnrun.data.published.reading import read_published

__all__ = [
    "Added",
    "Located",
    "NamedDataset",
    "Place",
    "add_dataset",
    "fetch_dataset",
    "find_dataset",
    "list_datasets",
    "meanings_of",
    "places",
]

Origin = Literal["dnnrun", "scikit-learn", "download"]


@dataclass(frozen=True, slots=True)
class Located:
    """A published file that was found on this machine.

    Args:
        name: of the data set.
        path: the file, or the folder that its archive was unpacked to.
        place: in which place.
        size: in bytes.
        is_published: whether it is, byte for byte, the published file; None for a folder.
        note: what was noted when it was added, if it is not.
    """

    name: str
    path: Path
    place: str
    size: int
    is_published: bool | None
    note: str | None


@dataclass(frozen=True, slots=True)
class NamedDataset:
    """A data set that a config names without further arguments.

    Args:
        name: as a config names it.
        about: what it is, in a line.
        rows: of its training rows.
        test_rows: of its test set, or None where it has none.
        origin: with what it comes; ``download`` for one that is kept in a file of its own.
        path: where this file lies, or None where it is not on this machine, or comes with a package.
        place: in which place.
        size: of this file in bytes, as it lies there or as it is published; None for one that comes with a package.
    """

    name: str
    about: str
    rows: int | None
    test_rows: int | None
    origin: Origin
    path: Path | None = None
    place: str | None = None
    size: int | None = None

    @property
    def is_here(self) -> bool:
        """Whether it can be used without a network."""
        return self.origin != "download" or self.path is not None


def list_datasets() -> list[NamedDataset]:
    """Return the data sets that are known by name, and where those lie that are kept in files of their own."""
    return [_named(name) for name, entry in SOURCES.items() if not entry.required]


def find_dataset(name: str) -> Located | None:
    """Return where a data set lies that is kept in a file of its own; None if it is not on this machine.

    Args:
        name: of the data set, or of a word index, such as ``imdb_word_index``.

    Raises:
        DataError: there is no such data set.
    """
    found = find(name)
    if found is None:
        return None
    path, place = found
    wanted = PUBLISHED[name].checksum
    is_published = checksum_of(path, like=wanted) == wanted if path.is_file() else None
    noted = note_of(path) if is_published is False else None
    return Located(name, path, place.name, _size(path), is_published, str(noted["note"]) if noted else None)


def add_dataset(name: str, file: str | Path) -> Added:
    """Copy a file to where the data set of that name is looked for first; what is in it is checked.

    Args:
        name: of a data set that is kept in a file of its own.
        file: with its data. Other bytes than the published ones are accepted if the data in them is complete.

    Raises:
        DataError: there is no such data set, the file does not hold it, or cannot be put there.
    """
    return add(name, Path(file))


def fetch_dataset(name: str, listener: Listener | None = None) -> Path:
    """Return where a data set lies, downloading it if it is nowhere on this machine.

    Args:
        name: of a data set that is kept in a file of its own.
        listener: told how many bytes have come, and of how many.

    Raises:
        DataError: there is no such data set, or it cannot be had, or is not what it should be.
    """
    with telling(listener or (lambda file, done, total: None)):
        path, _ = read_published(name)
    return path


def _named(name: str) -> NamedDataset:
    facts = facts_of_named(name)
    rows, test_rows = (facts.rows, facts.test_rows) if facts else (None, None)
    about = SOURCES[name].doc
    if name not in PUBLISHED:
        from_scikit = ".scikit:" in SOURCES[name].function
        return NamedDataset(name, about, rows, test_rows, "scikit-learn" if from_scikit else "dnnrun")
    found = find(name)
    if found is None:
        return NamedDataset(name, about, rows, test_rows, "download", size=PUBLISHED[name].size)
    path, place = found
    return NamedDataset(name, about, rows, test_rows, "download", path, place.name, _size(path))


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def meanings_of(source: str) -> dict[str, str]:
    """Return what each argument of a source means, as the docstring of its function says.

    Args:
        source: its name in a config.
    """
    module, _, function = SOURCES[source].function.partition(":")
    doc = inspect.getdoc(getattr(importlib.import_module(module), function)) or ""
    described = re.search(r"^Args:\n((?:    .*\n?)+)", doc, re.MULTILINE)
    found = re.findall(r"^    (\w+): (.*(?:\n     .*)*)", described[1], re.MULTILINE) if described else []
    return {argument: _plain(text) for argument, text in found}


def _plain(text: str) -> str:
    """Return what a docstring says on one line, in the notation of a config."""
    line = re.sub(r"\bNone\b", "null", " ".join(text.replace("`", "").split()))
    return line if line.endswith("...") else line.removesuffix(".")
