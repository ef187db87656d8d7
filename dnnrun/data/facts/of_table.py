"""The facts of a small CSV file, counted in plain Python: pandas would take longer to start than the counting takes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dnnrun.data.facts import SourceFacts

LARGEST = 2_000_000  # bytes; of more, nothing is cheap
_TRUTHS = {"true": 1.0, "false": 0.0}
_MOST_CLASSES = 1000


def facts_of_csv(
    path: str, target: str, *, separator: str = ",", drop: str | Sequence[str] = (), test: str | None = None
) -> SourceFacts | None:
    """Return what a table holds, or None where it is large or anything about it is odd: its reader then says what.

    Args:
        path: as the source `csv` takes it, and so the others.
        target: the column to predict.
        separator: what stands between two cells.
        drop: columns to leave out.
        test: a second file, as the test set.
    """
    try:
        header, rows = _cells(path, separator)
        test_rows = None if test is None else len(_cells(test, separator)[1])
    except (OSError, UnicodeDecodeError, csv.Error, TypeError, ValueError):
        return None
    dropped = {drop} if isinstance(drop, str) else set(drop)
    features = [index for index, name in enumerate(header) if name != target and name not in dropped]
    if target not in header or not dropped <= set(header) or not features or not rows:
        return None
    columns = [_numbers([row[index] for row in rows]) for index in features]
    if any(column is None for column in columns):
        return None
    values = [value for column in columns if column for value in column]
    labels = [row[header.index(target)] for row in rows]
    numbers = _numbers(labels)
    counts = Counter(labels) if numbers is None else Counter(_short(number) for number in numbers)
    order = sorted(counts) if numbers is None else sorted(counts, key=float)
    return SourceFacts(
        rows=len(rows),
        test_rows=test_rows,
        shape=(len(features),),
        is_whole=all(value.is_integer() for value in values),
        is_image=False,
        input_range=(min(values), max(values)),
        label_columns=1,
        has_numbers=numbers is not None,
        has_fractions=numbers is not None and not all(number.is_integer() for number in numbers),
        are_one_hot=False,
        label_counts={label: counts[label] for label in order} if len(counts) <= _MOST_CLASSES else None,
        label_range=(min(numbers), max(numbers)) if numbers else None,
    )


def _cells(path: str, separator: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows; raises ValueError for a file that is large or ragged."""
    if Path(path).stat().st_size > LARGEST:
        raise ValueError("large")
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        lines = [[cell.strip() for cell in row] for row in csv.reader(stream, delimiter=separator) if row]
    header, *rows = lines
    if any(len(row) != len(header) for row in rows):
        raise ValueError("ragged")
    return header, rows


def _numbers(cells: list[str]) -> list[float] | None:
    """Return the cells as numbers, or None if one of them is not a finite one."""
    numbers = []
    for cell in cells:
        lower = cell.lower()
        if lower in _TRUTHS:
            numbers.append(_TRUTHS[lower])
            continue
        try:
            number = float(cell)
        except ValueError:
            return None
        if not abs(number) < float("inf"):
            return None
        numbers.append(number)
    return numbers


def _short(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)
