"""Who may change a run: one training at a time, and whoever moves it or cleans up in it only when there is none."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from dnnrun.errors import RunError
from dnnrun.store import atomic
from dnnrun.store.reading import Run


def ended_run(path: Path) -> Run:
    """Return a run that no process writes.

    Raises:
        RunError: one does, or it is no run, or is damaged.
    """
    run = Run(path)
    if run.status == "running":
        process = run.record.get("process")
        if not isinstance(process, dict):
            raise _is_taken(path, "a process that is not known")
        raise _is_taken(path, f"process {process.get('pid')} on {process.get('host')}")
    return run


def lock_run(folder: Path) -> int:
    """Return a descriptor that locks a run for as long as it is open, and this process alive.

    Raises:
        RunError: another process has it.
    """
    with atomic.explained(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise _is_taken(folder, "another process") from None
    except OSError:  # a file system that knows no locks
        pass
    return descriptor


@contextlib.contextmanager
def holding(run: Run) -> Iterator[None]:
    """Keep a run that no process writes from being gone on with; one whose record is damaged is taken to have ended.

    Raises:
        RunError: a process writes it, or it is not there.
    """
    _refuse_running(run.path)
    descriptor = lock_run(run.path)
    try:
        _refuse_running(run.path)  # once more: until it was locked, a process may have gone on with it
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """Have others that change things in the same folder of runs wait for their turn; a training waits for nobody.

    Raises:
        RunError: the folder cannot be opened.
    """
    with atomic.explained(folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # a file system that knows no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refuse_running(path: Path) -> None:
    try:
        _ = Run(path).status
    except RunError:  # nothing can be said of it
        return
    ended_run(path)


def _is_taken(path: Path, by: str) -> RunError:
    return RunError(f"{path}: is being trained by {by}", hint="wait for it to end, or interrupt it")
