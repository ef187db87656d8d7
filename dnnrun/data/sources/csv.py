"""A table in a CSV file: a header line, one row a line, numbers as features and one target column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, SourceData, by_name, unwrapped
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.table import Table, read_table
from dnnrun.errors import DataError, Problem, suggest

_SHOWN = 5
_MOST_INTEGER = 2**53  # beyond it a float64 skips whole numbers
_LARGEST = float(np.finfo(np.float32).max)


def read_csv(
    path: str,
    target: str | Mapping[str, str],
    *,
    test: str | None = None,
    separator: str = ",",
    drop: str | Sequence[str] = (),
) -> SourceData:
    """Read a CSV file with a header line.

    Args:
        path: the file.
        target: the column to predict; numbers, or text for classes. Of several outputs the column for each.
        test: a second file with the same columns, as the test set.
        separator: what stands between two cells.
        drop: columns to leave out.

    Raises:
        DataError: the file is missing or empty, rows have too few or too many cells, a column is not there, or a
            feature is missing, infinite or not a number; always with the line or the column.
    """
    drop = [drop] if isinstance(drop, str) else drop
    data = rows_of(read_table(Path(path), "path", separator), target, drop)
    if test is None:
        return data
    features, columns, known = data.feature_names or (), _by_output(target), by_name(data.y)
    held_out = read_table(Path(test), "test", separator)
    must_have(held_out, "test", (*features, *columns.values()))
    x_test, y_test = _numbers(held_out, features), {}
    for name, column in columns.items():
        y_test[name] = targets_of(held_out, column, as_text=known[name].dtype.kind == "U")
        if y_test[name].dtype.kind == "U" and known[name].dtype.kind != "U":
            what = f"{test}: the target {column!r} is text, such as {y_test[name][0].item()!r}, but numbers in {path}"
            raise ArgumentError("test", what, "write it as in the training file")
    return replace(data, x_test=x_test, y_test=unwrapped(y_test), files=(Path(path), Path(test)))


def rows_of(table: Table, target: str | Mapping[str, str], drop: Sequence[str] = ()) -> SourceData:
    """Return a table's rows as `read_csv` gives them, and raise as it does.

    Args:
        table: as it was read.
        target: the column to predict, or the column for each output.
        drop: columns to leave out.
    """
    columns = _by_output(target)
    features = _features(table, list(columns.values()), drop)
    x, y = _numbers(table, features), {name: targets_of(table, column) for name, column in columns.items()}
    return SourceData(x, unwrapped(y), feature_names=tuple(features), files=(table.file,))


def _by_output(target: str | Mapping[str, str]) -> Mapping[str, str]:
    return target if isinstance(target, Mapping) else {ONLY: target}


def _features(table: Table, targets: Sequence[str], drop: Sequence[str]) -> list[str]:
    must_have(table, "target", targets)
    must_have(table, "drop", drop)
    for target in targets:
        if target in drop:
            raise ArgumentError("drop", f"the target {target!r} cannot be left out", "take it out of 'drop'")
    features = [name for name in table.columns if name not in targets and name not in drop]
    if "" in features:
        raise DataError(
            f"{table.file}: column {table.columns.index('') + 1} has no name in the first line",
            hint="give it one, or leave it out with drop: ['']; pandas writes row numbers so unless told index=False",
        )
    if not features:
        beside = ", ".join(map(repr, targets))
        raise DataError(f"{table.file}: no column is left to learn from beside {beside}", hint="drop fewer columns")
    return features


def must_have(table: Table, argument: str, names: Sequence[str]) -> None:
    """Raise `ArgumentError`, with the nearest name, unless a table has all of these columns.

    Args:
        table: with a header.
        argument: the one that names the columns.
        names: of columns.
    """
    columns = table.columns
    for name in names:
        if name in columns:
            continue
        near = suggest(name, columns)
        listed = f"columns: {', '.join(columns[:20])}{', ...' if len(columns) > 20 else ''}"
        if len(columns) == 1:
            listed += f"\n{table.one_column_hint()}"
        raise ArgumentError(
            argument, f"{table.file}: there is no column {name!r}", f"{near}\n{listed}" if near else listed
        )


def _numbers(table: Table, features: Sequence[str]) -> Array:
    """Return the feature columns as float32, shape (rows, columns)."""
    problems: list[Problem] = []
    columns = []
    for name in features:
        text = table.column(name)
        numbers = to_numbers(text)
        faults = list(_faults(table, name, text, numbers))
        problems.extend(faults)
        if not faults:
            columns.append(numbers.to_numpy(dtype=np.float32))
    if len(problems) > _SHOWN:
        problems[_SHOWN:] = [Problem(f"{table.file}: {len(problems) - _SHOWN} more columns like these")]
    if problems:
        raise DataError(*problems)
    return np.stack(columns, axis=1)


def targets_of(table: Table, target: str, *, as_text: bool = False) -> Array:
    """Return the target column: float64, int64 or text, shape (rows,).

    Args:
        table: that has this column.
        target: its name.
        as_text: take numbers for names of classes too.

    Raises:
        DataError: cells without a value, text among numbers to predict, or numbers beyond 32 bits.
    """
    text = table.column(target)
    where = f"{table.file}: the target {target!r}"
    missing = np.flatnonzero(text.isna())
    if len(missing):
        raise DataError(f"{where} has no value in {_rows(table, missing)}", hint="remove these rows")
    numbers = pd.to_numeric(text, errors="coerce").astype(float)  # true and false are names of classes here
    values: Array = numbers.to_numpy()
    is_text = np.isnan(values)
    if as_text or is_text.all():
        lower = text.str.lower()
        return (lower if lower.isin(["true", "false"]).all() else text).to_numpy(dtype=str)
    if is_text.any():
        if np.mod(values[np.isfinite(values)], 1).any():  # numbers to predict, not the names of classes
            wrong = np.flatnonzero(is_text)
            raise DataError(
                f"{where} holds text, such as {text.iloc[wrong[0]]!r}, in {_rows(table, wrong)}, and numbers elsewhere",
                hint="remove these rows, or write the numbers that are meant",
            )
        return text.to_numpy(dtype=str)
    too_large = np.flatnonzero(np.abs(values) > _LARGEST)
    if len(too_large):
        raise DataError(
            f"{where} is infinite, or too large for 32 bits, in {_rows(table, too_large)}", hint="remove these rows"
        )
    is_whole = not np.mod(values, 1).any() and np.abs(values).max() < _MOST_INTEGER
    return values.astype(np.int64) if is_whole else values


def _faults(table: Table, name: str, text: pd.Series[str], numbers: pd.Series[float]) -> Iterator[Problem]:
    where = f"{table.file}: column {name!r}"
    missing = np.flatnonzero(text.isna())
    wrong = np.flatnonzero(numbers.isna() & ~text.isna())
    too_large = np.flatnonzero(np.abs(numbers.to_numpy(dtype=float)) > _LARGEST)
    if len(missing):
        yield Problem(
            f"{where} has no value in {_rows(table, missing)}",
            hint="remove these rows, fill the gaps, or leave the column out with 'drop'",
        )
    if len(wrong):
        example = str(text.iloc[wrong[0]])
        hint = "a feature must be a number; write text as numbers, or leave the column out with 'drop'"
        if re.fullmatch(r"-?\d+,\d+", example):
            hint = f"write decimal points, not commas: {example.replace(',', '.')}"
        yield Problem(f"{where} holds text, such as {example!r}, in {_rows(table, wrong)}", hint=hint)
    if len(too_large):
        yield Problem(
            f"{where} is infinite, or too large for 32 bits, in {_rows(table, too_large)}",
            hint="remove these rows, or leave the column out with 'drop'",
        )


def to_numbers(text: pd.Series[str]) -> pd.Series[float]:
    """Return the cells as floats, true and false as 1 and 0, and NaN for what is not a number."""
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    words = numbers.isna()
    if words.any():
        numbers[words] = text[words].str.lower().map({"true": 1.0, "false": 0.0})
    return numbers


def _rows(table: Table, positions: Array) -> str:
    """Return ``1 row (line 7)`` or ``3 rows (lines 7, 9, 12)``; the header is line 1."""
    lines = ", ".join(str(table.lines[position]) for position in positions[:_SHOWN])
    more = ", ..." if len(positions) > _SHOWN else ""
    return f"1 row (line {lines})" if len(positions) == 1 else f"{len(positions)} rows (lines {lines}{more})"
