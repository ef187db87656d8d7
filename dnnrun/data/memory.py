"""Whether the rows of a source go into memory, by the config and by how much of that is free."""

from __future__ import annotations

import contextlib
import glob
import importlib
import os
from collections.abc import Iterator
from pathlib import Path

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.config.sources import SOURCES
from dnnrun.errors import ConfigError, DataError, Problem

_SHARE = 0.5  # of the free memory, which the rows may take
COPIES = 5  # of the rows at their peak: as they are read, divided, prepared, and in TensorFlow; see make bench-data
_PACKED = 4  # how many times larger a packed file gets, roughly
_LIMIT, _USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def is_to_stream(experiment: Experiment, source: Component) -> bool:
    """Return whether the rows of a source are to stay on disk.

    Raises:
        ConfigError: they are, by the config, and the source cannot leave them there.
    """
    wanted = experiment.dataset.in_memory
    if wanted == "auto":
        return can_stream(source) and COPIES * expected_bytes(source) > _SHARE * free_memory()
    if not wanted and not can_stream(source) and not source.is_import_path:
        raise ConfigError(
            Problem(
                f"{source.name} is read into memory, and in_memory: false leaves rows on disk",
                experiment.place(("dataset", "in_memory")),
                f"sources that can stay there: {', '.join(name for name, entry in SOURCES.items() if entry.stream)}",
            )
        )
    return not wanted


def can_stream(source: Component) -> bool:
    """Return whether a source of dnnrun's own can leave its rows on disk."""
    return not source.is_import_path and SOURCES[source.name].stream is not None


def expected_bytes(source: Component) -> int:
    """Return roughly how much memory the features of a source take, once; 0 where its files are not there."""
    entry = SOURCES[source.name]
    if entry.takes is not None:
        module, _, function = entry.takes.partition(":")
        with contextlib.suppress(DataError, TypeError):  # its reader will say what is wrong
            return int(getattr(importlib.import_module(module), function)(**source.arguments))
        return 0
    files = (file for argument in entry.files for file in _files_of(source.arguments.get(argument)))
    return int(sum(_size(file) for file in files) * entry.expands)


def free_memory() -> int:
    """Return how many bytes of memory this process may still take: of the machine, and of its container."""
    free = _free_of_machine()
    with contextlib.suppress(OSError, ValueError):  # no container, or none with a limit
        free = min(free, int(_LIMIT.read_text()) - int(_USED.read_text()))
    return free


def _free_of_machine() -> int:
    with contextlib.suppress(OSError, ValueError, StopIteration):  # Linux, which counts what its caches could give up
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:")))
    with contextlib.suppress(OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 2**33


def _files_of(value: object) -> Iterator[Path]:
    """Yield the files that an argument names: a file, a pattern, a folder with all in it, or several of these."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _files_of(each)
    elif isinstance(value, str):
        path = Path(value)
        if path.is_dir():
            yield from (file for file in path.rglob("*") if file.is_file())
        elif path.exists():
            yield path
        else:
            yield from map(Path, glob.glob(value, recursive=True))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size * (_PACKED if file.suffix == ".gz" else 1)
    except OSError:
        return 0  # its reader will say what is wrong
