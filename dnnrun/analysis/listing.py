"""The runs in a folder, chosen and put in order. Each is read when asked for: there is no index that could be stale."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dnnrun.analysis.conditions import Condition, parse_condition
from dnnrun.analysis.run_figures import one_line
from dnnrun.analysis.run_summary import BROKEN, CRASHED, RunSummary, read_summary
from dnnrun.analysis.run_values import RunValues, first_value, more_is_better, near_names
from dnnrun.errors import ConfigError, Place, Problem, RunError, suggest
from dnnrun.store import Run, runs_in
from dnnrun.store.finding import RUNS_DIR, is_run
from dnnrun.store.reading import STATUSES

ALL_STATUSES = (*STATUSES, CRASHED, BROKEN)


def list_runs(
    runs_dir: str | Path = RUNS_DIR,
    *,
    where: str | Sequence[str] = (),
    status: str | Sequence[str] = (),
    tag: str | Sequence[str] = (),
    sort: str | None = None,
    reverse: bool = False,
) -> list[RunSummary]:
    """Return the runs in a folder that meet all conditions, the newest first.

    Args:
        runs_dir: the folder.
        where: conditions, as ``val_accuracy > 0.9 and optimizer = Adam``; see `dnnrun.analysis.conditions`.
        status: one of these.
        tag: all of these.
        sort: a name as in a condition, in place of the time: a metric the best first, anything else the least first.
            Runs without it come last.
        reverse: whether to turn the order round.

    Raises:
        ConfigError: a condition cannot be read, or there is no such status, or no run has what a name stands for.
        RunError: there is no such folder, or it is a run.
    """
    conditions = [parse_condition(text) for text in _listed(where)]
    statuses, tags = _statuses(_listed(status)), set(_listed(tag))
    if not Path(runs_dir).is_dir():
        raise RunError(f"{runs_dir}: no such folder", hint="'dnnrun train CONFIG' makes runs in 'runs'")
    if is_run(Path(runs_dir)):
        raise RunError(f"{runs_dir}: is a run, not a folder of runs", hint="'dnnrun show' shows one run")
    names = {name: place for condition in reversed(conditions) for name, place in condition.names.items()}
    if sort is not None:
        names.setdefault(sort, Place(f"--sort {sort}"))
    with _collector_resting():
        summaries = [_read(run, conditions, tuple(names)) for run in _let_go(runs_in(runs_dir))]
    summaries = [pair for pair in summaries if pair[0].status != BROKEN or pair[0].path.is_dir()]  # not gone meanwhile
    _check_names(names, [summary for summary, _ in summaries])
    chosen = [
        summary
        for summary, is_met in summaries
        if is_met and (not statuses or summary.status in statuses) and tags.issubset(summary.tags)
    ]
    return _in_order(chosen, sort, reverse=reverse)


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    return (given,) if isinstance(given, str) else given


def _statuses(wanted: Sequence[str]) -> frozenset[str]:
    for status in wanted:
        if status not in ALL_STATUSES:
            near, allowed = suggest(status, ALL_STATUSES), f"a status is one of {', '.join(ALL_STATUSES)}"
            raise ConfigError(f"{status!r} is not a status", hint=f"{near}\n{allowed}" if near else allowed)
    return frozenset(wanted)


def _let_go(runs: list[Run]) -> Iterator[Run]:
    """Yield runs and keep none, as each holds what was read of it."""
    runs.reverse()
    while runs:
        yield runs.pop()


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Keep Python from looking again and again for garbage among records that are let go of by themselves."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(run: Run, conditions: Sequence[Condition], names: Sequence[str]) -> tuple[RunSummary, bool]:
    """Read a run; return also whether it meets the conditions, as a broken one does only where there are none."""
    try:
        summary = read_summary(run)
    except RunError as error:
        return RunSummary(run.path, BROKEN, problem=one_line(error, run)), not conditions
    if not names:
        return summary, True
    values = RunValues(run, summary)
    named = {name: found for name in names if (found := values(name))}
    is_met = all(condition.holds(lambda name: named.get(name, ())) for condition in conditions)
    return replace(summary, values=named, problem=summary.problem or values.problem), is_met


def _check_names(names: Mapping[str, Place], summaries: Sequence[RunSummary]) -> None:
    """Refuse names that no run has, which are misspelt; of no runs at all nothing can be said."""
    readable = [summary for summary in summaries if summary.status != BROKEN]
    problems = []
    for name, place in names.items() if readable else ():
        if not any(name in summary.values for summary in readable):
            hint = near_names(name, [summary.run for summary in readable])
            problems.append(Problem(f"no run has {name!r}", place, hint))
    if problems:
        raise ConfigError(*problems)


def _in_order(summaries: Sequence[RunSummary], sort: str | None, *, reverse: bool) -> list[RunSummary]:
    newest_first = sorted(summaries, key=lambda summary: (_moment(summary), summary.name), reverse=True)
    if sort is None:
        return newest_first[::-1] if reverse else newest_first
    valued = [(_orderable(first_value(summary.values.get(sort, ()))), summary) for summary in newest_first]
    has_it = [(value, summary) for value, summary in valued if value is not None]
    has_it.sort(key=lambda pair: pair[0], reverse=more_is_better(sort) != reverse)
    return [summary for _, summary in has_it] + [summary for value, summary in valued if value is None]


def _moment(summary: RunSummary) -> str:
    """Return when a run began, as digits: a broken one tells by its name alone."""
    return "".join(filter(str.isdecimal, summary.created or summary.name[:15]))


def _orderable(value: Any) -> tuple[int, Any] | None:
    """Return a key that sorts numbers before texts; None for what is missing."""
    if value is None:
        return None
    if isinstance(value, int | float):
        return (0, float(value))
    return (1, str(value))
