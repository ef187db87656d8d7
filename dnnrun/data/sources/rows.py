"""From the columns of a table to arrays: features by kind, targets, weights and groups, and what is wrong with them.

It knows no file format: a `Table` says where a row is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from dnnrun.data.dataset import Array, Arrays
from dnnrun.data.filling import Filling
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.column import Column
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.notations import DECIMAL_COMMA
from dnnrun.data.sources.table import Table
from dnnrun.data.sources.tally import SHOWN, Kind, Places, Tally
from dnnrun.errors import DataError, Problem

_MOST_INTEGER = 2**53  # beyond it a float64 skips whole numbers
_LARGEST = float(np.finfo(np.float32).max)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_DROP = "leave the column out with 'drop'"
_REMOVE = f"remove these rows, or {_DROP}"


def fillings_of(
    table: Table, tallies: Mapping[str, Tally], kinds: Mapping[str, Kind], gaps: Gaps
) -> dict[str, Filling]:
    """Return how the gaps of each column are filled.

    Raises:
        DataError: a cell has no value that nothing fills, or is not of its column's kind.
    """
    problems: list[Problem] = []
    impute: dict[str, Filling] = {}
    for name, kind in kinds.items():
        tally = tallies[name]
        filling = gaps.filling(name, is_text=kind == "text", has_gaps=bool(tally.missing.count))
        problems.extend(_faults(table, name, tally, kind, is_filled=filling is not None))
        if filling is not None:
            impute[name] = filling
    if len(problems) > SHOWN:
        problems[SHOWN:] = [Problem(f"{table.origin}: {len(problems) - SHOWN} more columns like these")]
    if problems:
        raise DataError(*problems)
    return impute


def feature_of(column: Column, kind: Kind) -> Array:
    """Return a column, shape (rows,): float32 with NaN in gaps, or texts as objects with None in gaps.

    In an array of characters each text would take as much memory as the longest.
    """
    return column.texts() if kind == "text" else column.numbers.astype(np.float32)


def arranged(arrays: Mapping[str, Array]) -> Arrays:
    """Return columns as shape (rows, columns) where all are numbers, else as shape (rows, 1) by name."""
    if all(array.dtype == np.float32 for array in arrays.values()):
        return np.stack(list(arrays.values()), axis=1)
    return {name: array[:, None] for name, array in arrays.items()}


def _faults(table: Table, name: str, tally: Tally, kind: Kind, *, is_filled: bool) -> Iterator[Problem]:
    where = f"{table.origin}: column {name!r}"
    if kind == "dates":
        hint = f"name it as time: to split by it, make numbers of it, such as days, or {_DROP}"
        yield Problem(f"{where} holds dates, such as {tally.present.example!r}", hint=hint)
        return
    missing, wrong, too_large = (_rows(table, places) for places in (tally.missing, tally.wrong, tally.too_large))
    if 1 < tally.missing.count == tally.rows and not is_filled:
        yield Problem(f"{where} has no value in {missing}, which is every row", hint=_DROP)
    elif missing and not is_filled:
        how = "most_frequent" if kind == "text" else "median"
        hint = f"fill the gaps, such as impute: {how}, remove these rows, or {_DROP}"
        yield Problem(f"{where} has no value in {missing}", hint=hint)
    if kind == "text":
        return
    if wrong:
        example = tally.wrong.example
        yield Problem(f"{where} holds text, such as {example!r}, in {wrong}", hint=_how_to_write(example))
    if too_large:
        yield Problem(f"{where} is infinite, or too large for 32 bits, in {too_large}", hint=_REMOVE)


def _rows(table: Table, places: Places) -> str:
    return table.where(np.array(places.first), places.count) if places.count else ""


def _how_to_write(example: str) -> str:
    if _THOUSANDS.fullmatch(example):
        meant = f"{example.replace(',', '')}, or {example.replace(',', '.')} if the comma is a decimal one"
        return f'write {meant}: that could also be said as decimal: ","'
    if DECIMAL_COMMA.fullmatch(example):
        return f'write decimal points, not commas: {example.replace(",", ".")}; or say decimal: ","'
    if re.search(r"\d", example) and not re.search(r"[A-Za-z]", example):
        return f"write plain numbers, without units and separators of thousands; or {_DROP}"
    return f"other values of it are numbers; write numbers, say what is no value, as missing: [{example!r}], or {_DROP}"


def targets_of(table: Table, target: str, *, as_text: bool = False) -> Array:
    """Return the target column: float64, int64 or text, shape (rows,); fewer bits where whole numbers came in fewer.

    Args:
        table: that has this column.
        target: its name.
        as_text: take numbers for names of classes too.

    Raises:
        DataError: cells without a value, text among numbers to predict, or numbers beyond 32 bits.
    """
    column = table.column(target)
    where = f"{table.origin}: the target {target!r}"
    missing = np.flatnonzero(column.missing)
    if len(missing):
        raise DataError(f"{where} has no value in {table.where(missing)}", hint="remove these rows")
    if not as_text and column.is_compact:
        return column.integers
    values = column.plain_numbers  # true and false are names of classes here
    is_text = np.isnan(values)
    if as_text or is_text.all():
        return _class_names(table.as_written(target).texts())
    if is_text.any():
        if np.mod(values[np.isfinite(values)], 1).any():  # numbers to predict, not the names of classes
            wrong = np.flatnonzero(is_text)
            raise DataError(
                f"{where} holds text, such as {column.example(wrong[0])!r}, in {table.where(wrong)}, and numbers "
                "elsewhere",
                hint="remove these rows, or write the numbers that are meant",
            )
        return table.as_written(target).texts().astype(str)
    too_large = np.flatnonzero(np.abs(values) > _LARGEST)
    if len(too_large):
        what = f"{where} is infinite, or too large for 32 bits, in {table.where(too_large)}"
        raise DataError(what, hint="remove these rows")
    is_whole = not np.mod(values, 1).any() and np.abs(values).max() < _MOST_INTEGER
    return values.astype(np.int64) if is_whole else values


def _class_names(texts: Array) -> Array:
    """Return texts; true and false in small letters, where there is nothing else."""
    lower = {text: text.lower() for text in set(texts)}
    if set(lower.values()) <= {"true", "false"}:
        return np.array([lower[text] for text in texts])
    return texts.astype(str)


def weights_of(table: Table, name: str) -> Array:
    """Return a column of weights as float32, shape (rows,)."""
    column = table.column(name)
    numbers = column.plain_numbers
    wrong = np.flatnonzero(~(np.nan_to_num(numbers, nan=-1.0) >= 0) | (numbers > _LARGEST))
    if len(wrong):
        cell = "no value" if column.missing[wrong[0]] else repr(column.example(wrong[0]))
        what = f"{table.origin}: the weight {name!r} must be a number from 0 on, and is {cell} in {table.where(wrong)}"
        raise ArgumentError("weights", what, "0 leaves a row out")
    if not numbers.any():
        raise ArgumentError("weights", f"{table.origin}: all weights in {name!r} are 0", "some rows have to count")
    return numbers.astype(np.float32)


def groups_of(table: Table, name: str) -> Array:
    """Return a column of groups as int64 or text, shape (rows,)."""
    column = table.column(name)
    missing = np.flatnonzero(column.missing)
    if len(missing):
        what = f"{table.origin}: the group {name!r} has no value in {table.where(missing)}"
        raise ArgumentError("group", what, "remove these rows, or write which group they belong to")
    numbers = column.plain_numbers
    if np.isnan(numbers).any() or np.mod(numbers, 1).any() or np.abs(numbers).max() >= _MOST_INTEGER:
        return table.as_written(name).texts().astype(str)
    return numbers.astype(np.int64)
