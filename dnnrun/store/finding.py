"""Finding runs by what a person calls them: a path, a glob, a folder of runs, a part of a name, or ``latest``."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dnnrun.errors import Problem, RunError, suggest
from dnnrun.store import layout
from dnnrun.store.reading import Run, inside

LATEST = "latest"
RUNS_DIR = Path("runs")
_MOST_LISTED = 10


def find_run(name: str | Path, runs_dir: str | Path = RUNS_DIR) -> Run:
    """Return the one run that a name stands for.

    Args:
        name: the path of a run directory; or, within ``runs_dir``, a run's whole name, a part of a name that only one
            run has, or ``latest`` for the newest.
        runs_dir: where runs lie.

    Raises:
        RunError: no run is meant by it, or several are; the message lists them.
    """
    path = Path(name)
    if is_run(path):
        return Run(path)
    if os.path.exists(path) or path.name != str(name):
        raise RunError(_not_one_run(path))
    runs = runs_in(runs_dir)
    if str(name) == LATEST and runs:
        return runs[0]
    exact = [run for run in runs if run.name == str(name)]
    matching = exact or [run for run in runs if str(name) and str(name) in run.name]
    if len(matching) == 1:
        return matching[0]
    raise RunError(_ambiguous(str(name), matching) if matching else _unknown(str(name), runs, Path(runs_dir)))


def handle_of(run: Run) -> str:
    """Return what a command of the current folder may be given for a run: its name where it lies in ``runs``."""
    return run.name if run.path.parent.absolute() == RUNS_DIR.absolute() else str(run.path)


def runs_in(runs_dir: str | Path) -> list[Run]:
    """Return the runs in a folder, the newest first as far as their names tell; none where there is no such folder."""
    return [Run(path) for path in reversed(inside(Path(runs_dir))) if path.name[:1] != "." and is_run(path)]


def _not_one_run(path: Path) -> Problem:
    held = len(runs_in(path)) if path.is_dir() else 0
    if held:
        return Problem(f"{path}: holds {held} runs, and one is wanted", hint=f"name one; the newest is {LATEST!r}")
    return _nothing_at(str(path), path)


def _ambiguous(name: str, matching: Sequence[Run]) -> Problem:
    listed = [run.name for run in matching[:_MOST_LISTED]]
    more = [f"and {len(matching) - _MOST_LISTED} more"] if len(matching) > _MOST_LISTED else []
    return Problem(f"{name}: {len(matching)} runs have this in their names", hint="\n".join([*listed, *more]))


def _unknown(name: str, runs: Sequence[Run], runs_dir: Path) -> Problem:
    what = f"{name}: no such run, neither as a path nor in {str(runs_dir)!r}"
    if removed := [run.name for run in runs_in(runs_dir / layout.TRASH) if name and name in run.name]:
        return Problem(what, hint=_in_trash(removed))
    if not runs:
        return Problem(what, hint="'dnnrun train CONFIG' makes a run; --runs-dir says where to look")
    near = suggest(name, [LATEST, *(run.name for run in runs)])
    newest = f"the newest: {', '.join(run.name for run in runs[:3])}"
    return Problem(what, hint=f"{near}\n{newest}" if near else newest)


def find_runs(names: Iterable[str | Path], runs_dir: str | Path = RUNS_DIR) -> tuple[list[Run], list[Problem]]:
    """Find the runs that paths, globs, directories of runs, and names as for `find_run` stand for.

    Returns:
        The runs, each once, in the order of the names and then by their own; and a problem for every name that
        stands for none.
    """
    found: dict[Path, Run] = {}
    problems: list[Problem] = []
    for name in map(str, names):
        is_glob = glob.has_magic(name) and not os.path.exists(name)
        paths = sorted(map(Path, glob.glob(name))) if is_glob else [Path(name)]
        runs = [run for path in paths for run in _runs_at(path)]
        if not runs:
            try:
                runs = [find_run(name, runs_dir)]
            except RunError as error:
                problems.extend(error.problems)
        for run in runs:
            found.setdefault(run.path.resolve(), run)
    return list(found.values()), problems


def _runs_at(path: Path) -> list[Run]:
    if is_run(path):
        return [Run(path)]
    return [Run(inner) for inner in inside(path) if is_run(inner)]


def _in_trash(names: Sequence[str]) -> str:
    listed = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"in the trash: {listed}; 'dnnrun restore' brings back"


def is_run(path: Path) -> bool:
    """Whether a directory is meant to be a run; one without run.json but with other parts is a broken one."""
    parts = (layout.RECORD, layout.HISTORY, layout.RESOLVED, layout.CHECKPOINTS)
    return any(os.path.exists(os.path.join(path, part)) for part in parts)


def _nothing_at(name: str, path: Path) -> Problem:
    if os.path.isdir(path):
        return Problem(f"{name}: holds no runs", hint="'dnnrun train CONFIG' makes one")
    if os.path.exists(path):
        hint = f"did you mean {str(path.parent)!r}?" if is_run(path.parent) else "name the directory of a run"
        return Problem(f"{name}: is a file, not a run directory", hint=hint)
    parent = path.parent
    if is_run(parent / layout.TRASH / path.name):
        return Problem(f"{name}: no such run", hint=_in_trash([path.name]))
    newest = [p.name for p in inside(parent) if is_run(p)][-3:]
    hint = f"newest in {str(parent)!r}: {', '.join(newest)}" if newest else "'dnnrun train CONFIG' makes a run"
    return Problem(f"{name}: no such run", hint=hint)
