"""Where the published files are looked for on this machine, and how one of them is had."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dnnrun.config.sources import SOURCES
from dnnrun.data.published import PUBLISHED, PublishedFile
from dnnrun.data.published.download import download, mirror
from dnnrun.errors import DataError, suggest

DATA, OFFLINE, KERAS = "DNNRUN_DATA", "DNNRUN_OFFLINE", "KERAS_HOME"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in which files are looked for.

    Args:
        name: what it is.
        path: where it is; None where an environment variable would have to tell.
    """

    name: str
    path: Path | None

    def __str__(self) -> str:
        return f"{self.name}: {self.path or 'not set'}"


def places(environment: Mapping[str, str] | None = None) -> list[Place]:
    """Return the folders in the order in which they are searched.

    Args:
        environment: the variables that name them; those of this process by default.
    """
    variables = os.environ if environment is None else environment
    home = Path(variables.get("HOME") or Path.home())
    own = Path(variables.get("XDG_DATA_HOME") or home / ".local" / "share") / "dnnrun" / "datasets"
    keras = Path(variables.get(KERAS) or home / ".keras").expanduser() / "datasets"
    data = variables.get(DATA)
    return [
        Place(f"${DATA}", Path(data).expanduser() if data else None),
        Place("dnnrun's own folder", own),
        Place("Keras's cache", keras),
    ]


def own_folder() -> Path:
    """Return where files are put: ``$DNNRUN_DATA`` if it is set, else dnnrun's own folder in the user's data."""
    first, own, _ = places()
    folder = first.path or own.path
    assert folder is not None
    return folder


def is_offline() -> bool:
    """Return whether ``DNNRUN_OFFLINE`` forbids to download anything."""
    return os.environ.get(OFFLINE, "").strip().lower() not in {"", "0", "no", "false", "off"}


def published(name: str) -> PublishedFile:
    """Return the published file of that name, or raise `DataError`."""
    if name in PUBLISHED:
        return PUBLISHED[name]
    known = f"these are kept in files of their own: {', '.join(PUBLISHED)}"
    if name in SOURCES and not SOURCES[name].required:
        raise DataError(f"{name} comes with an installed package, so there is no file to get", hint=known)
    near = suggest(name, PUBLISHED)
    raise DataError(f"there is no data set called {name!r} to get", hint=f"{near}\n{known}".strip())


def find(name: str) -> tuple[Path, Place] | None:
    """Return where a published data set lies: its file, or the folder it was unpacked to; None if it is not here."""
    wanted = published(name)
    for place in places():
        if place.path is None:
            continue
        for file in (wanted.file, *wanted.other_names):
            if (place.path / file).is_file():
                return place.path / file, place
        for folder in wanted.folders:
            if (place.path / folder).is_dir():
                return place.path / folder, place
    return None


def locate(name: str) -> Path:
    """Return where a published data set lies, downloading it if it is nowhere on this machine.

    Raises:
        DataError: it is not here and cannot be had; the message names the places and the command to put it there.
    """
    found = find(name)
    if found is not None:
        return found[0]
    wanted = published(name)
    if is_offline():
        what = f"{wanted.file} is not on this machine, and nothing is downloaded offline (--offline, {OFFLINE})"
        raise DataError(what, hint=how_to_get(name))
    try:
        return download(wanted, own_folder())
    except DataError as error:
        raise DataError(
            f"{wanted.file} is not on this machine, and {error.problems[0].what}", hint=how_to_get(name)
        ) from error


def how_to_get(name: str) -> str:
    """Return the places in which a data set was looked for, and the command to put it there."""
    wanted = published(name)
    looked = "\n".join(f"looked in {place}" for place in places())
    return (
        f"{looked}\n"
        f"get it where there is a network: {mirror(wanted.url)}/{wanted.file}\n"
        f"then put it in its place: dnnrun data add {name} {wanted.file}"
    )
