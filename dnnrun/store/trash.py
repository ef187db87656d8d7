"""The trash of a folder of runs: where runs go that are removed, and come back from. Nothing in it is deleted here."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from dnnrun.errors import Problem, RunError
from dnnrun.store import layout
from dnnrun.store.finding import RUNS_DIR, find_run, runs_in
from dnnrun.store.locks import holding, taking_turns
from dnnrun.store.reading import Run


def remove_runs(names: Sequence[str | Path], runs_dir: str | Path = RUNS_DIR) -> list[Run]:
    """Move runs to the trash of the folder in which they lie, all of them or, where one cannot be meant, none.

    Args:
        names: each of one run, as for `find_run`.
        runs_dir: where runs lie that are named without their path.

    Returns:
        The runs where they are now.

    Raises:
        RunError: a name stands for no run or for several, or a run is being trained or in the trash already.
    """
    found = _find_all(names, lambda name: _removable(find_run(name, runs_dir)))
    return [_move(run, home / layout.TRASH, home) for run in found for home in [_folder_of(run)]]


def restore_runs(names: Sequence[str | Path], runs_dir: str | Path = RUNS_DIR) -> list[Run]:
    """Move runs out of the trash, back to where they were.

    Args:
        names: each of one run in the trash, as for `find_run`; or the path that a run had.
        runs_dir: in whose trash runs are that are named without their path.

    Returns:
        The runs where they are now.

    Raises:
        RunError: a name stands for no run in the trash or for several, or there is a run of its name again.
    """
    found = _find_all(names, lambda name: _restorable(_find_trashed(name, Path(runs_dir))))
    return [_move(run, home, home) for run in found for home in [_folder_of(run).parent]]


def trash_of(runs_dir: str | Path) -> Path:
    """Return where the removed runs of a folder lie; it need not be there."""
    return Path(runs_dir) / layout.TRASH


def is_in_trash(run: Run) -> bool:
    """Whether a run has been removed."""
    return _folder_of(run).absolute().name == layout.TRASH


def _find_all(names: Sequence[str | Path], find: Callable[[str | Path], Run]) -> list[Run]:
    """Find every run that is named, each once, before any is touched."""
    found: dict[str, Run] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            run = find(name)
            found.setdefault(os.path.abspath(run.path), run)
        except RunError as error:
            problems.extend(error.problems)
    if problems:
        raise RunError(*problems)
    return list(found.values())


def _removable(run: Run) -> Run:
    if is_in_trash(run):
        raise RunError(f"{run.path}: is in the trash already", hint="'dnnrun gc' empties it")
    with holding(run):
        return run


def _restorable(run: Run) -> Run:
    if not is_in_trash(run):
        raise RunError(f"{run.path}: is not in the trash", hint="--runs-dir says in whose trash to look")
    back = _folder_of(run).parent / run.name
    if os.path.lexists(back):
        raise RunError(f"{run.path}: there is a {str(back)!r} again", hint="move or rename that first")
    return run


def _find_trashed(name: str | Path, runs_dir: Path) -> Run:
    path = Path(name)
    has_folder = path.name != str(name)
    if has_folder and path.parent.name != layout.TRASH:  # as it was called before it was removed
        path = trash_of(path.parent) / path.name
    trash = path.parent if has_folder else trash_of(runs_dir)
    if not runs_in(trash):
        raise RunError(f"{name}: {str(trash)!r} holds no runs", hint="--runs-dir says in whose trash to look")
    return find_run(path, trash)


def _folder_of(run: Run) -> Path:
    """Return the folder in which a run lies, as its path names it, if it does."""
    return run.path.parent if run.path.name not in {"", ".."} else Path(os.path.abspath(run.path)).parent


def _move(run: Run, folder: Path, home: Path) -> Run:
    """Move a run into a folder, under its name or, where that is taken, its name with ``-2``, ``-3``, ..."""
    with holding(run), taking_turns(home):
        try:
            folder.mkdir(exist_ok=True)
            target = _free(folder / os.path.basename(os.path.abspath(run.path)))
            os.utime(run.path)  # since when it is in the trash
            os.rename(os.path.abspath(run.path), target)
        except OSError as error:
            raise RunError(f"{run.path}: cannot be moved to {folder}: {error.strerror or error}") from error
    return Run(target)


def _free(wanted: Path) -> Path:
    number, path = 1, wanted
    while os.path.lexists(path):
        number += 1
        path = wanted.with_name(f"{wanted.name}-{number}")
    return path
