"""Making room: the trash, and the checkpoints of runs that are complete, once they are old enough.

Nothing else is ever removed. Config, record, history, evaluation, predictions, model, weights, plots and logs of a run
stay, as does what its callbacks saved; and all of a run that is being trained, or that `resume` could complete.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dnnrun.errors import ConfigError, Problem, RunError
from dnnrun.store import layout
from dnnrun.store.finding import RUNS_DIR, runs_in
from dnnrun.store.locks import holding
from dnnrun.store.reading import Run
from dnnrun.store.trash import trash_of

Kind = Literal["trash", "checkpoints"]
KINDS: tuple[Kind, ...] = ("trash", "checkpoints")
DAYS = 14.0
"""How long what could be removed is kept, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Removable:
    """What can be removed to make room.

    Args:
        kind: ``trash`` for a run in the trash, ``checkpoints`` for what a complete run could be lengthened from.
        run: which run it is, or is of.
        path: what is removed, with all that is in it.
        size: bytes.
        since: when the run went into the trash, or ended.
    """

    kind: Kind
    run: Run
    path: Path
    size: int
    since: datetime.datetime


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What was removed, or would be, and what could not be, a line each."""

    removed: tuple[Removable, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def size(self) -> int:
        """How many bytes that is."""
        return sum(each.size for each in self.removed)


def collect_garbage(
    runs_dir: str | Path = RUNS_DIR,
    *,
    older_than: float = DAYS,
    only: Kind | None = None,
    dry_run: bool = False,
) -> Cleaning:
    """Remove runs from the trash for good, and the checkpoints of runs that are complete.

    A run without checkpoints can be used, compared, evaluated and trained anew as before; only `resume --epochs` cannot
    lengthen it. Runs that are not complete keep theirs.

    Args:
        runs_dir: a folder of runs.
        older_than: in days: what went into the trash, or ended, less long ago is kept.
        only: one of the two.
        dry_run: whether to find out what would be removed, and remove nothing.

    Raises:
        ConfigError: the number of days is negative.
        RunError: there is no such folder.
    """
    if not older_than >= 0:
        raise ConfigError(f"older than {older_than} days: must not be negative", hint="0 is for everything")
    if not os.path.isdir(runs_dir):
        raise RunError(f"{runs_dir}: no such folder", hint="name a folder of runs")
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=min(older_than, 36500))
    kinds: Sequence[Kind] = KINDS if only is None else (only,)
    found = [each for kind in kinds for each in _FINDERS[kind](Path(runs_dir)) if each.since <= before]
    if dry_run:
        return Cleaning(tuple(found))
    removed: list[Removable] = []
    problems: list[Problem] = []
    for each in found:
        try:
            _remove(each)
            removed.append(each)
        except RunError as error:
            problems.extend(error.problems)
    return Cleaning(tuple(removed), tuple(problems))


def size_of(path: Path) -> int:
    """Return how many bytes lie in a directory; links are not followed."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:  # gone meanwhile
                continue
    return total


def _in_trash(runs_dir: Path) -> Iterator[Removable]:
    trash = trash_of(runs_dir)
    if trash.is_symlink():  # leads to a place that is not ours
        return
    for run in runs_in(trash):
        since = datetime.datetime.fromtimestamp(os.lstat(run.path).st_mtime, datetime.UTC)
        yield Removable("trash", run, run.path, size_of(run.path), since)


def _checkpoints(runs_dir: Path) -> Iterator[Removable]:
    for run in runs_in(runs_dir):
        path = run.path / layout.STATE
        ended = _end_of(run)
        if ended is not None and path.is_dir() and not path.is_symlink():
            yield Removable("checkpoints", run, path, size_of(path), ended)


_FINDERS = {"trash": _in_trash, "checkpoints": _checkpoints}


def _end_of(run: Run) -> datetime.datetime | None:
    """Return when a run was complete; None where it is not, or cannot be read, or has its weights nowhere else."""
    try:
        is_complete = run.status == "completed"
        ended = datetime.datetime.fromisoformat(str(run.record.get("ended")))
    except (RunError, ValueError):
        return None
    if not is_complete or not (run.path / layout.MODEL).is_file():
        return None
    return ended if ended.tzinfo else ended.replace(tzinfo=datetime.UTC)


def _remove(each: Removable) -> None:
    """Remove something; raises RunError where its run is being trained, or is not as it was found any more."""
    with holding(each.run):
        if each.kind == "checkpoints" and _end_of(Run(each.run.path)) is None:
            raise RunError(f"{each.run.path}: is not complete any more; its checkpoints are kept")
        try:
            if each.path.is_symlink():
                each.path.unlink()
            else:
                shutil.rmtree(each.path)
        except OSError as error:
            raise RunError(f"{each.path}: cannot be removed: {error.strerror or error}") from error
