"""What a table holds: facts about each column and about the target, and no decision about any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from dnnrun.data.dataset import Array
from dnnrun.data.sources.notations import DATE, DECIMAL_COMMA
from dnnrun.data.sources.rows import targets_of
from dnnrun.data.sources.table import Table

_SHOWN = 40  # characters of an example

Tie = Literal["", "equal", "one to one"]
"""How a column goes with the target: as the same numbers or texts, or as other names for the same classes."""
Label = int | str


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column beside the target.

    Args:
        name: as in the first line of the file.
        rows: cells, with and without a value.
        missing: cells without a value.
        numbers: cells that are numbers, or true or false.
        distinct: different values, as numbers where all are.
        whole: whether there are numbers, all of them whole.
        ascending: whether each row's number is by one larger than that before it.
        lowest: the smallest number; NaN without numbers.
        highest: the largest number; NaN without numbers.
        example: the beginning of the first value that is not a number, else of the first value; empty without values.
        dates: whether that is a date.
        decimal_comma: whether that is a number with a comma.
        tie: how the column goes with the target.
    """

    name: str
    rows: int
    missing: int
    numbers: int
    distinct: int
    whole: bool
    ascending: bool
    lowest: float
    highest: float
    example: str
    dates: bool
    decimal_comma: bool
    tie: Tie = ""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """The column to predict.

    Args:
        name: as in the first line of the file.
        kind: what its values are, as training reads them.
        distinct: different values.
        counts: the rows of each of them in sorted order, unless they are fractions.
        mean: of the values; NaN for text.
        deviation: their standard deviation; NaN for text.
        example: the beginning of the first value.
        dates: whether that is a date.
        decimal_comma: whether that is a number with a comma.
    """

    name: str
    kind: Literal["text", "whole", "fractions"]
    distinct: int
    counts: dict[Label, int]
    mean: float
    deviation: float
    example: str
    dates: bool
    decimal_comma: bool


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table to learn from.

    Args:
        rows: below the header.
        columns: all but the target, in the order of the file.
        target: the column to predict.
    """

    rows: int
    columns: tuple[ColumnFacts, ...]
    target: TargetFacts


def profile_table(table: Table, target: str) -> TableFacts:
    """Look at every column of a table.

    Args:
        table: that has the target.
        target: the column to predict.

    Raises:
        DataError: the target is not what training could read.
    """
    y = targets_of(table, target)
    columns = (_column_facts(table, name, y) for name in table.columns if name != target)
    return TableFacts(len(y), tuple(columns), _target_facts(table, target, y))


def _column_facts(table: Table, name: str, y: Array) -> ColumnFacts:
    column = table.column(name)
    numbers, texts = column.numbers, column.texts()
    is_number = ~np.isnan(numbers)
    values = numbers[is_number]
    whole = len(values) > 0 and not np.mod(values[np.isfinite(values)], 1).any()
    are_numbers = len(values) == len(numbers)
    distinct = int(pd.Series(numbers if are_numbers else texts).nunique())
    rest = np.flatnonzero(column.wrong) if column.wrong.any() else np.flatnonzero(is_number)
    example = texts[rest[0]] if len(rest) else ""
    return ColumnFacts(
        name=name,
        rows=len(column),
        missing=int(column.missing.sum()),
        numbers=len(values),
        distinct=distinct,
        whole=whole,
        ascending=are_numbers and whole and len(values) > 1 and bool((np.diff(values) == 1).all()),
        lowest=float(values.min()) if len(values) else float("nan"),
        highest=float(values.max()) if len(values) else float("nan"),
        example=_clipped(example),
        dates=bool(DATE.fullmatch(example)),
        decimal_comma=bool(DECIMAL_COMMA.fullmatch(example)),
        tie=_tie(numbers if are_numbers else texts, y, distinct),
    )


def _tie(values: Array, y: Array, distinct: int) -> Tie:
    """Tell how values go with the target: in order of appearance, equal partitions of the rows have equal codes."""
    if pd.isna(values).any() or distinct < 2:
        return ""
    if (values == y).all():
        return "equal"
    codes, classes = pd.factorize(y)
    if len(classes) != distinct or distinct == len(y):
        return ""
    return "one to one" if np.array_equal(pd.factorize(values)[0], codes) else ""


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _target_facts(table: Table, name: str, y: Array) -> TargetFacts:
    values, counts = np.unique(y, return_counts=True)
    is_text = y.dtype.kind == "U"
    whole = y.dtype.kind == "i"
    example = table.as_written(name).example(0)
    return TargetFacts(
        name=name,
        kind="text" if is_text else "whole" if whole else "fractions",
        distinct=len(values),
        counts=dict(zip(values.tolist(), counts.tolist(), strict=True)) if is_text or whole else {},
        mean=float("nan") if is_text else float(y.mean()),
        deviation=float("nan") if is_text else float(y.std()),
        example=_clipped(example),
        dates=bool(DATE.fullmatch(example)),
        decimal_comma=bool(DECIMAL_COMMA.fullmatch(example)),
    )
