"""Whether the files of a source are few and small enough to be looked at while a config is checked."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from dnnrun.components import Component
from dnnrun.config.sources import SOURCES
from dnnrun.data.facts.of_table import LARGEST

MOST_FILES = 1000  # of a folder; more are not looked at


def files_of(source: Component) -> list[str]:
    """Return the files and folders that a source of dnnrun's own names, those of a pattern one by one."""
    entry = SOURCES.get(source.name)
    named = [source.arguments.get(argument) for argument in entry.files] if entry else []
    return [file for name in named for file in _named(name)]


def _named(value: object) -> list[str]:
    if isinstance(value, tuple | list):
        return [file for each in value for file in _named(each)]
    if not isinstance(value, str):
        return []
    return (glob.glob(value, recursive=True) or [value]) if glob.has_magic(value) else [value]


def is_small(file: Path) -> bool:
    """Whether a file, or all that lies in a folder, is small, or is not there."""
    if file.is_dir():
        return _is_small_folder(file)
    return not file.is_file() or file.stat().st_size <= LARGEST


def _is_small_folder(folder: Path) -> bool:
    size = files = 0
    for inside, _, names in os.walk(folder):
        files += len(names)
        if files > MOST_FILES:
            return False
        size += sum(os.lstat(os.path.join(inside, name)).st_size for name in names)
        if size > LARGEST:
            return False
    return True
