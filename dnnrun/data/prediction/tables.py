"""Rows of tables to predict: their columns by name, in whatever order, others left aside; checked before any is given.

A file is gone through twice: once to find everything that is wrong with it, once for its rows, piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dnnrun.data.dataset import Arrays, unwrapped
from dnnrun.data.imputing import fill_with
from dnnrun.data.prediction.form import Batch, RowForm
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.column import Column
from dnnrun.data.sources.delimited import Delimited, Notation
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.looking import Looked, look_through
from dnnrun.data.sources.parquet import ENDING, ParquetTable
from dnnrun.data.sources.rows import feature_of, fillings_of
from dnnrun.data.sources.table import Table
from dnnrun.errors import DataError, Problem, suggest

_FILL = (
    "write a value there, or leave the rows out: no training row had a gap here, so there is nothing to fill it with"
)
_AS_TRAINED = "write it as in the rows that the model was trained on"


@dataclass(frozen=True)
class CheckedTable:
    """A table without faults.

    Args:
        table: it.
        looked: its pieces.
        form: what its rows are to be.
    """

    table: Table
    looked: Looked
    form: RowForm

    def batches(self) -> Iterator[Batch]:
        """Yield the rows, piece by piece."""
        names, kinds = list(self.form.columns), self.form.kinds
        texts = [name for name in names if kinds[name] == "text"]
        numbers = _Counter()
        for piece in self.looked.pieces:
            columns = self.table.piece(piece.part, piece.span, names, as_text=texts)
            file = self.table.files[piece.part]
            yield Batch(
                features_of(columns, self.form),
                {"file": [str(file)] * piece.rows, "row": numbers.next_in(piece.part, piece.rows)},
            )


def check_table(table: Table, form: RowForm) -> CheckedTable:
    """Look through a table for what a model cannot take.

    Raises:
        DataError: columns are not there, or a cell has no value or is not of its column's kind; with the lines.
    """
    _must_have(table, form)
    names = list(form.columns)
    looked = look_through(table, names, [], keep=False)
    if not any(piece.rows for piece in looked.pieces):
        raise DataError(f"{table.origin}: there are no rows", hint="the first line names the columns; rows follow it")
    try:
        fillings_of(table, looked.tallies, form.kinds, _gaps(form))
    except DataError as error:
        raise DataError(*(replace(problem, hint=_hint(problem)) for problem in error.problems)) from error
    return CheckedTable(table, looked, form)


def open_table(file: Path, form: RowForm) -> Table:
    """Return the table in a file, which is written as the training rows were as far as the config says.

    Raises:
        DataError: it cannot be read.
    """
    arguments = form.arguments if form.source in {"csv", "parquet", "text"} else {}
    missing = arguments.get("missing") or ()
    markers = (missing,) if isinstance(missing, str | int | float) else tuple(missing)
    if file.suffix == ENDING:
        return Table([ParquetTable(file, "path", markers)], is_typed=True)
    columns = tuple(map(str, arguments.get("columns") or ()))
    header = arguments.get("header")
    notation = Notation(
        arguments.get("separator"),
        header=not columns if header is None else bool(header),
        columns=columns,
        encoding=arguments.get("encoding") or "utf-8",
        decimal=arguments.get("decimal") or ".",
        missing=tuple(map(str, markers)),
    )
    return Table([_delimited(file, notation, form)], notation.decimal)


def _delimited(file: Path, notation: Notation, form: RowForm) -> Delimited:
    """Return a file, which where no line names the columns may have the features alone."""
    try:
        opened = Delimited(file, "path", notation)
    except ArgumentError:
        if not notation.columns:
            raise
        opened = Delimited(file, "path", replace(notation, columns=()))
    if not notation.header and len(opened.columns) == len(form.columns):
        opened.columns = list(form.columns)
    return opened


def features_of(columns: Mapping[str, Column], form: RowForm) -> Arrays:
    """Return the inputs of a model made of the columns of a table, gaps filled."""
    kinds = form.kinds
    arrays = {name: feature_of(column, kinds[name]) for name, column in columns.items()}
    filled = fill_with({name: array[:, None] for name, array in arrays.items()}, tuple(arrays), form.filled)
    assert isinstance(filled, dict)
    made: Arrays = unwrapped(
        {name: np.concatenate([filled[column] for column in one.columns], axis=1) for name, one in form.inputs.items()}
    )
    return made


class _Counter:
    """Numbers the rows of each file from 0."""

    def __init__(self) -> None:
        self._next: dict[int, int] = {}

    def next_in(self, part: int, rows: int) -> list[int]:
        begin = self._next.get(part, 0)
        self._next[part] = begin + rows
        return list(range(begin, begin + rows))


def _must_have(table: Table, form: RowForm) -> None:
    missing = [name for name in form.columns if name not in table.columns]
    if not missing:
        return
    listed = ", ".join(map(repr, missing[:10])) + (", ..." if len(missing) > 10 else "")
    absent = "are no columns" if len(missing) > 1 else "is no column"
    near = [f"{name!r}: {hint}" for name in missing[:3] if (hint := suggest(name, _unused(table.columns, form)))]
    has = f"it has: {', '.join(table.columns[:20])}{', ...' if len(table.columns) > 20 else ''}"
    needs = f"the model needs: {', '.join(form.columns[:20])}{', ...' if len(form.columns) > 20 else ''}"
    one = [table.one_column_hint()] if len(table.columns) == 1 and len(form.columns) > 1 else []
    what = f"{table.origin}: there {absent} {listed}"
    raise DataError(Problem(what, hint="\n".join([*near, has, needs, *one])))


def _unused(columns: Sequence[str], form: RowForm) -> list[str]:
    return [name for name in columns if name not in form.columns]


def _gaps(form: RowForm) -> Gaps:
    constants: dict[str | None, float | str] = dict(form.filled.items())
    return Gaps(dict.fromkeys(constants, "constant"), constants)


def _hint(problem: Problem) -> str:
    """Return what to do about a fault in rows to predict: there is no config to change."""
    if " has no value in " in problem.what:
        return _FILL
    return _AS_TRAINED if "drop" in problem.hint or not problem.hint else problem.hint
