"""Which files an argument of a source means: one, several in a list, or all that a pattern or a folder has."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from dnnrun.data.sources import ArgumentError, nearby_files


def files_of(argument: str, written: str | Sequence[str], *, ending: str = "") -> tuple[Path, ...]:
    """Return the files, those of a pattern sorted by name.

    Args:
        argument: the source's, for messages.
        written: a file, a list of files, or a pattern with ``*``, ``?`` or ``[...]``; ``**`` goes into folders.
        ending: of the files that are meant by a folder; empty where a folder means nothing.

    Raises:
        ArgumentError: the list is empty, a file stands in it twice, or nothing is as the pattern says. Whether a file
            that is named is there, its reader finds out.
    """
    if not isinstance(written, str):
        files = [file for one in written for file in files_of(argument, one, ending=ending)]
        twice = next((file for file in files if files.count(file) > 1), None)
        if not files:
            raise ArgumentError(argument, f"{argument} names no file", "name one, or several in a list")
        if twice is not None:
            raise ArgumentError(argument, f"{twice} is named twice", "name each file once")
        return tuple(files)
    path = Path(written)
    if ending and path.is_dir():
        found = sorted(file for file in path.rglob(f"*{ending}") if not _is_hidden(file.relative_to(path)))
        if not found:
            what = f"{path}: there is no file that ends in {ending} in this folder"
            raise ArgumentError(argument, what, nearby_files(path / "*"))
        return tuple(found)
    if not glob.has_magic(written) or path.exists():
        return (path,)
    found = sorted(Path(name) for name in glob.glob(written, recursive=True) if Path(name).is_file())
    if not found:
        raise ArgumentError(argument, f"{written}: no file has a name like this", nearby_files(path))
    return tuple(found)


def _is_hidden(path: Path) -> bool:
    """Whether programs leave such files beside their data, as Spark leaves ``_SUCCESS``."""
    return any(part.startswith((".", "_")) for part in path.parts)


def origin_of(files: Sequence[Path]) -> str:
    """Return what messages about all of these files call them."""
    if len(files) == 1:
        return str(files[0])
    return f"{files[0]} and {len(files) - 1} more {'file' if len(files) == 2 else 'files'}"
