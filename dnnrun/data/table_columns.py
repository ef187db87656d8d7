"""The columns of a table as a config names them: into which inputs they go, and whether each is prepared for itself.

Plain Python: `validate` and `resolve` ask this of a table that they have not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from dnnrun.config.graph import unknown_inputs
from dnnrun.config.outputs import ONLY
from dnnrun.config.schema import DatasetConfig, Experiment
from dnnrun.config.topology import ROWS
from dnnrun.errors import Problem, suggest

Kind = Literal["number", "truth", "text"]
"""Of a column: numbers, true and false as 1 and 0, or texts."""

_INPUTS = ("dataset", "inputs")


def columns_by_input(
    config: DatasetConfig, names: Sequence[str], *, is_mixed: bool
) -> dict[str, tuple[str, ...]] | None:
    """Return the columns that each input of the layers is made of, where they are prepared each for itself, or None.

    That is so where a table has texts among its numbers, and where the config says how to prepare one of its columns.
    The names in ``dataset.inputs`` are known to be columns.

    Args:
        config: says which inputs there are, and how they are prepared.
        names: of all columns, in order.
        is_mixed: whether they are of several types, so that they come one by one.
    """
    if not is_mixed and not _names_columns(config, names):
        return None
    return dict(config.inputs) if config.inputs else {ONLY: tuple(names)}


def kinds_by_input(config: DatasetConfig, kinds: Mapping[str, Kind] | None) -> dict[str, dict[str, Kind]]:
    """Return the kinds of the columns by what layers call their input, where they are prepared each for itself.

    Columns that are named and not there are left out: see `faults_of_names`.

    Args:
        config: as for `columns_by_input`.
        kinds: of all columns, in order; None for what is no table, or one of which they are not known.
    """
    columns = columns_by_input(config, tuple(kinds), is_mixed="text" in kinds.values()) if kinds else None
    if not kinds or not columns:
        return {}
    return {
        name or ROWS: {column: kinds[column] for column in of_input if column in kinds}
        for name, of_input in columns.items()
    }


def _names_columns(config: DatasetConfig, names: Sequence[str]) -> bool:
    named = config.preprocess if isinstance(config.preprocess, dict) else {}
    return any(name in names and name not in (config.inputs or (ROWS,)) for name in named)


def faults_of_names(experiment: Experiment, names: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each column that a config names and a table does not have, or has and leaves over.

    Args:
        experiment: the config.
        names: of all columns, in order.
    """
    config = experiment.dataset
    known = [*(config.inputs or (ROWS,)), *names]
    yield from unknown_inputs(config.preprocess, known, experiment.place)
    yield from faults_of_inputs(experiment, names)


def faults_of_inputs(experiment: Experiment, names: Sequence[str]) -> list[Problem]:
    """Return what is wrong with ``dataset.inputs`` for a table with these columns."""
    inputs = experiment.dataset.inputs or {}
    problems = [
        Problem(
            f"the data has no column {column!r} for the input {name!r}",
            experiment.place((*_INPUTS, name, index)),
            f"{suggest(column, names)}\ncolumns: {', '.join(names[:20])}{', ...' if names[20:] else ''}".strip(),
        )
        for name, columns in inputs.items()
        for index, column in enumerate(columns)
        if column not in names
    ]
    used = {column for columns in inputs.values() for column in columns}
    left = [name for name in names if name not in used]
    if inputs and left and not problems:
        what = f"no input has the {'columns' if left[1:] else 'column'} {', '.join(map(repr, left[:10]))}"
        hint = "put each into an input"
        if experiment.dataset.source.name == "csv":
            hint += f", or leave it out: drop: [{', '.join(left[:10])}]"
        problems.append(Problem(what, experiment.place(_INPUTS, of_key=True), hint))
    return problems
