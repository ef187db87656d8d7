"""Putting a file that the user has into the place where data sets are found, once it is seen to hold what it should."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dnnrun.data.published.download import checksum_of
from dnnrun.data.published.places import own_folder, published
from dnnrun.data.published.reading import contents_of
from dnnrun.errors import DataError


@dataclass(frozen=True, slots=True)
class Added:
    """A file that was put into its place.

    Args:
        name: of the data set.
        path: where it lies now.
        checksum: of its bytes.
        published_checksum: of the file that Keras downloads.
        replaced: whether another file was there before.
    """

    name: str
    path: Path
    checksum: str
    published_checksum: str
    replaced: bool

    @property
    def is_published(self) -> bool:
        """Whether these are, byte for byte, those that were published."""
        return self.checksum == self.published_checksum


def add(name: str, file: Path) -> Added:
    """Copy a file to where the data set of that name is looked for first.

    What is in it is checked, so that the same data in other bytes, as after saving it again, is accepted. A file whose
    checksum is not the published one is noted in a file beside it.

    Args:
        name: of a published data set.
        file: with its data.

    Raises:
        DataError: there is no such data set, the file cannot be read, does not hold it, or cannot be put there.
    """
    wanted = published(name)
    if not file.exists():
        raise DataError(f"{file}: there is no such file", hint=f"give the path of {wanted.file}")
    if file.is_dir():
        raise DataError(f"{file}: is a folder", hint=f"give the path of {wanted.file} itself")
    try:
        contents_of(name, file)
    except DataError as error:
        hint = f"wanted is {wanted.file} as Keras has it, or the same data in other bytes; the file was left alone"
        raise DataError(replace(error.problems[0], hint=hint)) from error
    target = own_folder() / wanted.file
    is_there = target.exists()
    if not (is_there and target.samefile(file)):
        _copy(file, target)
    added = Added(name, target, checksum_of(target, like=wanted.checksum), wanted.checksum, is_there)
    _note(added, file)
    return added


def note_of(path: Path) -> dict[str, Any] | None:
    """Return what was noted about a file that is not the published one, byte for byte."""
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads(_note_beside(path).read_text(encoding="utf-8"))
        return noted if isinstance(noted, dict) else None
    return None


def _copy(file: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
        os.close(descriptor)
        try:
            shutil.copyfile(file, name)
            Path(name).chmod(0o644)  # made for its owner alone
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise DataError(
            f"{target.parent} cannot be written to: {error.strerror or error}",
            hint="name another folder: export DNNRUN_DATA=FOLDER",
        ) from error


def _note(added: Added, origin: Path) -> None:
    beside = _note_beside(added.path)
    with contextlib.suppress(OSError):  # the file itself is in its place
        if added.is_published:
            beside.unlink(missing_ok=True)
            return
        noted = {
            "added": datetime.now(UTC).isoformat(timespec="seconds"),
            "from": str(origin.absolute()),
            "checksum": added.checksum,
            "published_checksum": added.published_checksum,
            "note": "what is in it was checked when it was added",
        }
        beside.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")


def _note_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.note.json")
