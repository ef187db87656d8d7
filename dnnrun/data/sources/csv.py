"""A table in CSV files: one row a line; numbers, true and false, and text as features, and one target column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnrun.data.sources.delimited import Notation
from dnnrun.data.sources.files import files_of
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.roles import Name, Roles
from dnnrun.data.sources.table import Table, read_table
from dnnrun.data.sources.table_source import TablePlan, source_of


def plan_csv(
    path: str | Sequence[str],
    target: Name | Mapping[str, Name],
    *,
    test: str | Sequence[str] | None = None,
    separator: str | None = None,
    header: bool | None = None,
    columns: Sequence[str] = (),
    drop: Name | Sequence[Name] = (),
    weights: Name | None = None,
    group: Name | None = None,
    time: Name | None = None,
    impute: str | Mapping[str, str] | None = None,
    fill: float | str | Mapping[str, float | str] | None = None,
    missing: float | str | Sequence[float | str] = (),
    decimal: str = ".",
    encoding: str = "utf-8",
) -> TablePlan:
    """Read CSV files, packed by gzip or not.

    Args:
        path: the file, a list of files, or a pattern such as ``data/*.csv``.
        target: the column to predict; numbers, or text for classes. Of several outputs the column for each.
        test: further files with the same columns, as the test set.
        separator: what stands between two cells; told from the first lines unless given.
        header: whether the first line names the columns; unless given, it does where ``columns`` does not.
        columns: the names of the columns. Without these and without a header they are called 0, 1, 2, ...
        drop: columns to leave out.
        weights: a column of numbers, how much each row counts in the loss.
        group: a column that says what each row belongs to, so that splits part no group.
        time: a column of numbers, dates or times, so that splits hold out the latest rows.
        impute: what fills gaps: mean, median, most_frequent or constant; of all columns, or by column. It is computed
            from the training rows, after the split.
        fill: what a constant fills them with, or that by column.
        missing: what stands for no value, beside empty cells, NA, NaN and null.
        decimal: what stands before the fraction of a number: a point or a comma.
        encoding: of the text.

    Raises:
        DataError: a file is missing or empty, rows have too few or too many cells, a column is not there, or a
            feature is missing, infinite, a date, or mostly numbers and sometimes not; always with the line or the
            column.
    """
    markers = (missing,) if isinstance(missing, str | int | float) else missing
    notation = Notation(
        separator,
        header=not columns if header is None else header,
        columns=tuple(columns),
        encoding=encoding,
        decimal=decimal,
        missing=tuple(map(str, markers)),
    )

    def table(files: Sequence[Path], argument: str) -> Table:
        return read_table(files, argument, notation)

    paths = {"path": files_of("path", path)}
    if test is not None:
        paths["test"] = files_of("test", test)
    return TablePlan(table, paths, Roles.of(target, drop, weights, group, time), Gaps.of(impute, fill))


read_csv = source_of(plan_csv)
"""The source in memory."""
stream_csv = source_of(plan_csv, streamed=True)
"""The same with its features left on disk."""
