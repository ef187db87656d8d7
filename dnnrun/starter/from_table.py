"""From a table on disk to the config that is proposed for it: read as training reads it, looked at, written down."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote

from dnnrun.config.load import run_name_from
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.arrays import check_source
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.roles import Roles
from dnnrun.data.sources.separator import guess_separator
from dnnrun.data.sources.table import Table, read_table
from dnnrun.data.sources.table_source import rows_of
from dnnrun.errors import ConfigError, DataError, Place, Problem
from dnnrun.starter.columns import unusable_columns
from dnnrun.starter.commented import to_text
from dnnrun.starter.document import Origin, config_of
from dnnrun.starter.profile import TableFacts, profile_table
from dnnrun.starter.proposal import Proposal, propose
from dnnrun.starter.sizes import LEAST_ROWS
from dnnrun.starter.task import Task, decide_task

# How the column to predict is called in most tables, the surest first.
_TARGETS = (
    "target", "label", "labels", "class", "outcome", "y", "species", "diagnosis", "survived", "churn", "default",
    "category", "quality", "price", "medv", "value", "result", "response",
)  # fmt: skip
_OPTIONS = {"path": "--csv", "separator": "--csv", "target": "--target", "drop": "--drop"}
_SHOWN = 20


def propose_for_table(
    csv: Path, target: str | None, *, task: str | None = None, drop: Sequence[str] = (), config: Path
) -> tuple[str, Proposal]:
    """Return the text of a config that learns to predict a column of a table from the others, and what it decides.

    Args:
        csv: the file.
        target: the column to predict.
        task: what is predicted; told from the column unless given.
        drop: columns to leave out besides those that cannot be learnt from.
        config: where the config will lie, from which its path to the table begins.

    Raises:
        ConfigError: there is no target, or no such task, or the target does not allow it.
        DataError: the table cannot be read, or training could not use it.
    """
    if task is not None and task not in set(Task):
        raise ConfigError(Problem(f"unknown task {task!r}", Place("--task"), f"one of {', '.join(Task)}"))
    if csv.exists() and not (csv.is_file() or csv.is_dir()):
        raise DataError(f"{csv}: not a file that can be read again, as training has to", hint="write it to a file")
    separator = guess_separator(csv)
    try:
        table = read_table(csv, "path", separator)
        table.load(table.columns)
        if target is None:
            raise _no_target(table)
        proposal = _proposal(table, target, Task(task) if task else None, drop)
    except ArgumentError as error:
        place = Place(_OPTIONS[error.argument])
        raise DataError(*(replace(problem, where=problem.where or place) for problem in error.problems)) from error
    origin = Origin(_seen_from(config.parent, csv), separator, run_name_from(config))
    return to_text(config_of(proposal, origin), _heading(proposal, csv, config)), proposal


def _proposal(table: Table, target: str, task: Task | None, drop: Sequence[str]) -> Proposal:
    table.must_have("target", [target])
    table.must_have("drop", drop)
    if target in drop:
        raise ArgumentError("drop", f"the target {target!r} cannot be left out", "take it out of --drop")
    if len(table) < LEAST_ROWS:
        raise DataError(
            f"{table.origin}: {len(table)} rows are too few to learn from and to test with",
            hint=f"{LEAST_ROWS} are the least, and some hundreds make sense",
        )
    facts = profile_table(table, target)
    _refuse_null_characters(facts, table.origin)
    decision = decide_task(facts, table.origin, task)
    left_out = {**unusable_columns(facts), **dict.fromkeys(drop, "as --drop says")}
    in_order = {name: left_out[name] for name in table.columns if name in left_out}
    _must_leave_some(table, in_order)
    try:
        proposal = propose(facts, decision, in_order)
        gaps = Gaps.of(proposal.impute or None, None)
        check_source(rows_of(table, Roles.of(target, list(in_order)), gaps), table.origin)
    except DataError as error:
        raise _with_option(error) from error
    return proposal


def _refuse_null_characters(facts: TableFacts, file: str) -> None:
    """Refuse names that no config can hold, which would have to name them."""
    names = (facts.target.name, *(column.name for column in facts.columns), *facts.target.counts)
    if any("\0" in str(name) for name in names):
        raise DataError(f"{file}: a null character stands in the name of a column or a class", hint="take it out")


def _must_leave_some(table: Table, left_out: dict[str, str]) -> None:
    if len(left_out) + 1 < len(table.columns):
        return
    if not left_out:
        raise DataError(f"{table.origin}: there is no column beside the target", hint=table.one_column_hint())
    reasons = [f"{name!r}: {reason}" for name, reason in left_out.items()]
    more = [f"and {len(reasons) - _SHOWN} more"] if len(reasons) > _SHOWN else []
    raise DataError(f"{table.origin}: there is no column to learn from", hint="\n".join([*reasons[:_SHOWN], *more]))


def _with_option(error: DataError) -> DataError:
    """Return the error with this command's way to leave a column out, where that is among its remedies."""
    return DataError(
        *(
            replace(problem, hint=f"{problem.hint}: here --drop COLUMN") if "'drop'" in problem.hint else problem
            for problem in error.problems
        )
    )


def _no_target(table: Table) -> ConfigError:
    columns = table.columns
    listed = f"columns: {', '.join(columns[:_SHOWN])}{', ...' if len(columns) > _SHOWN else ''}"
    likely = likely_target(columns)
    return ConfigError(
        f"{table.origin}: which of its {len(columns)} columns is to be predicted?",
        hint=f"for example --target {quote(likely)}\n{listed}",
    )


def likely_target(columns: Sequence[str]) -> str:
    """Return the column that most likely is the one to predict: one that is called so, else the last."""
    by_name = {name.lower(): name for name in reversed(columns)}
    return next((by_name[name] for name in _TARGETS if name in by_name), columns[-1])


def _seen_from(folder: Path, file: Path) -> str:
    return str(file) if file.is_absolute() else Path(os.path.relpath(file, folder)).as_posix()


def _heading(proposal: Proposal, csv: Path, config: Path) -> str:
    what = {
        Task.binary: "two classes",
        Task.multiclass: f"{proposal.outputs} classes",
        Task.regression: "a number",
    }[proposal.decision.task]
    return (
        f"{proposal.facts.target.name!r} of {csv.name}: {what}. Proposed by dnnrun init for what the table holds, "
        f"to be changed.\n\n    dnnrun validate {quote(str(config))}\n    dnnrun train {quote(str(config))}"
    )
