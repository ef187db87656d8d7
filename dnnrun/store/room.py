"""Whether runs can be made in a folder, tried out without leaving anything behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dnnrun.errors import RunError
from dnnrun.store import atomic
from dnnrun.store.layout import RECORD, TEMPORARY


@dataclass(frozen=True)
class Room:
    """A folder in which runs can be made.

    Args:
        folder: the folder; the first run makes it if it is not there.
        exists: whether it is there.
        free: bytes that are free on its disk.
    """

    folder: Path
    exists: bool
    free: int


def check_room(runs_dir: Path) -> Room:
    """Make a folder and a file where runs would lie, take them away again, and see how much room there is.

    Raises:
        RunError: no run could be made there.
    """
    folder = Path(os.path.abspath(runs_dir))  # not resolved: a person knows it by this name
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not there.is_dir():
        raise RunError(
            f"no run can be made in {folder}: {there} is not a folder",
            hint=f"move {there.name} away, or choose another place with --runs-dir",
        )
    try:
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=there) as trial:
            atomic.write_text(Path(trial) / RECORD, "{}\n")
        free = shutil.disk_usage(there).free
    except (OSError, RunError) as error:
        cause = error.__cause__ if isinstance(error, RunError) else error
        raise RunError(
            f"no run can be made in {folder}: {getattr(cause, 'strerror', None) or error}",
            hint="make room on the disk or get the right to write there, or choose another place with --runs-dir",
        ) from error
    return Room(folder, there == folder, free)
