"""Whether the bundled data sets are, byte for byte, those that were published with dnnrun."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dnnrun.data.sources.bundled import FILES
from dnnrun.errors import DataError, Problem

_SUMS = "SHA256SUMS"
_HINT = "install dnnrun again: pip install --force-reinstall --no-deps dnnrun, or from where you had it"


@dataclass(frozen=True)
class Bundled:
    """Where the bundled data lies.

    Args:
        folder: the folder.
        files: the names of the files in it that were checked.
    """

    folder: Path
    files: tuple[str, ...]


def check_bundled(folder: Path = FILES) -> Bundled:
    """Compare the bundled files with their checksums, which lie beside them.

    Raises:
        DataError: files are missing, unreadable or not the published ones; it names all of them.
    """
    sums = _published(folder)
    problems = [
        Problem(f"{folder / name}: {fault}", hint=_HINT)
        for name, checksum in sums.items()
        if (fault := _fault(folder / name, checksum))
    ]
    if problems:
        raise DataError(*problems)
    return Bundled(folder, tuple(sums))


def _published(folder: Path) -> dict[str, str]:
    path = folder / _SUMS
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: the checksums can't be read: {error}", hint=_HINT) from error
    if not lines or any(len(words) != 2 for words in lines):
        raise DataError(f"{path}: damaged: a line must be a checksum and a file's name", hint=_HINT)
    return {name: checksum for checksum, name in lines}


def _fault(path: Path, checksum: str) -> str:
    """Return what is wrong with a file, or nothing."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "this bundled file is missing"
    except OSError as error:
        return f"this bundled file can't be read: {error.strerror or error}"
    return "" if found == checksum else f"this bundled file is damaged: its checksum is not the one in {_SUMS}"
