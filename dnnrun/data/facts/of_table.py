"""The facts of a small CSV file, counted in plain Python: pyarrow would take longer to start than to count."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dnnrun.data.facts import SourceFacts
from dnnrun.data.filling import Filling
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.gaps import Gaps
from dnnrun.data.sources.notations import DATE, MISSING, NEARLY_NUMBER, TRUTHS, number_in
from dnnrun.data.sources.separator import separator_of
from dnnrun.data.table_columns import Kind

LARGEST = 2_000_000  # bytes; of more, nothing is cheap
_MOST_CLASSES = 1000


def facts_of_csv(
    path: str,
    target: str | int,
    *,
    test: str | None = None,
    separator: str | None = None,
    header: bool | None = None,
    columns: Sequence[str] = (),
    drop: str | int | Sequence[str | int] = (),
    weights: str | int | None = None,
    group: str | int | None = None,
    time: str | int | None = None,
    impute: str | Mapping[str, str] | None = None,
    fill: float | str | Mapping[str, float | str] | None = None,
    missing: float | str | Sequence[float | str] = (),
    decimal: str = ".",
    encoding: str = "utf-8",
) -> SourceFacts | None:
    """Return what a table holds, or None where it is large or anything about it is odd: its reader then says what.

    The arguments are those of the source `csv`; of several files, and of files that are no UTF-8, nothing is told.
    """
    if encoding != "utf-8" or missing != () or test == path:
        return None
    has_names = not columns if header is None else header
    roles = {"weights": weights, "group": group, "time": time}
    beside = {role: str(name) for role, name in roles.items() if name is not None}
    try:
        gaps = Gaps.of(impute, fill)
        table = _columns(path, separator, columns, has_names=has_names)
        features = _features(table, [str(target), *beside.values()], drop, gaps)
        found = _numbers_of(table, str(target), features, beside, decimal, gaps)
        test_rows = None
        if test is not None:
            tested = _columns(test, separator, columns, has_names=has_names)
            weighed = {role: name for role, name in beside.items() if role == "weights"}
            _numbers_of(tested, str(target), features, weighed, decimal, gaps)
            test_rows = len(tested[str(target)])
    except (OSError, UnicodeDecodeError, csv.Error, TypeError, ValueError, KeyError, ArgumentError):
        return None
    labels = table[str(target)]
    return replace(_facts(found, labels, decimal), test_rows=test_rows, columns=_kinds(found, len(labels), gaps))


def _facts(features: Mapping[str, Sequence[float]], labels: Sequence[str], decimal: str) -> SourceFacts:
    """Return what is told of features, of which those of text have no numbers, and of labels as they are written."""
    numbers = _numbers(labels, decimal)
    counts = Counter(labels) if numbers is None else Counter(_short(number) for number in numbers)
    order = sorted(counts) if numbers is None else sorted(counts, key=float)
    values = [value for cells in features.values() for value in cells]
    has_text = not all(features.values())
    return SourceFacts(
        rows=len(labels),
        test_rows=None,
        shape=None if has_text else (len(features),),
        is_whole=not has_text and all(value.is_integer() for value in values),
        is_image=False,
        input_range=(min(values), max(values)) if values else (0.0, 0.0),
        label_columns=1,
        has_numbers=numbers is not None,
        has_fractions=numbers is not None and not all(number.is_integer() for number in numbers),
        are_one_hot=False,
        label_counts={label: counts[label] for label in order} if len(counts) <= _MOST_CLASSES else None,
        label_range=(min(numbers), max(numbers)) if numbers else None,
    )


def _kinds(features: Mapping[str, Sequence[float]], rows: int, gaps: Gaps) -> dict[str, Kind] | None:
    """Return the kind of each column, by all rows; None where it hangs on what gaps are filled with."""
    kinds: dict[str, Kind] = {}
    for name, values in features.items():
        if not values:
            kinds[name] = "text"
            continue
        kinds[name] = "truth" if {*values} <= {0.0, 1.0} else "number"
        has_gaps = len(values) < rows
        filling = gaps.filling(name, is_text=False, has_gaps=has_gaps)
        if kinds[name] == "truth" and has_gaps and filling != Filling("most_frequent"):
            return None
    return kinds


def _columns(path: str, separator: str | None, columns: Sequence[str], *, has_names: bool) -> dict[str, list[str]]:
    """Return the cells of each column by its name; raises ValueError for a file that is large or ragged."""
    if Path(path).stat().st_size > LARGEST:
        raise ValueError("large")
    text = list(io.StringIO(Path(path).read_bytes().decode("utf-8-sig"), newline=""))
    lines = [
        [cell.strip() for cell in row] for row in csv.reader(text, delimiter=separator or separator_of(text)) if row
    ]
    if not lines:
        raise ValueError("empty")
    names = list(columns) or (lines[0] if has_names else [str(number) for number in range(len(lines[0]))])
    if len(set(names)) < len(names):
        raise ValueError("two columns of one name")
    rows = lines[has_names:]
    if any(len(row) != len(names) for row in lines):
        raise ValueError("ragged")
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def _features(
    table: Mapping[str, object], used: Sequence[str], drop: str | int | Sequence[str | int], gaps: Gaps
) -> list[str]:
    """Return the columns to learn from; raises ValueError where a column has two uses, or is not there."""
    dropped = {str(name) for name in ((drop,) if isinstance(drop, str | int) else drop)}
    taken = {*used, *dropped}
    features = [name for name in table if name not in taken]
    if len(taken) < len(used) + len(dropped) or not taken <= set(table):
        raise ValueError("a column with two uses, or with none")
    if not features or "" in features or not set(gaps.columns) <= set(features):
        raise ValueError("no features, or others than are named")
    return features


def _numbers_of(
    table: Mapping[str, list[str]],
    target: str,
    features: Sequence[str],
    beside: Mapping[str, str],
    decimal: str,
    gaps: Gaps,
) -> dict[str, list[float]]:
    """Return the numbers of each feature, none of one of text.

    Args:
        table: the cells by column.
        target: the column to predict.
        features: the columns to learn from.
        beside: those of weights, groups and times, by what they are for.
        decimal: what stands before a fraction.
        gaps: how those of the features are filled.

    Raises:
        ValueError: a column might be refused by what reads it.
        ArgumentError: a gap cannot be filled as it is to be.
        KeyError: a column is not there.
    """
    if not table[target] or any(label in MISSING for label in table[target]):
        raise ValueError("no rows, or a row without a label")
    for role, name in beside.items():
        if not _is_usable(table[name], role, decimal):
            raise ValueError(role)
    return {name: _feature(name, table[name], decimal, gaps) for name in features}


def _is_usable(cells: list[str], role: str, decimal: str) -> bool:
    """Whether a column holds what it is for: weights, groups or times."""
    numbers = _numbers(cells, decimal)
    if any(cell in MISSING for cell in cells):
        return False
    if role == "weights":
        return numbers is not None and min(numbers) >= 0 and any(numbers)
    return role != "time" or numbers is not None or all(map(_is_moment, cells))


def _is_moment(cell: str) -> bool:
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _feature(name: str, cells: list[str], decimal: str, gaps: Gaps) -> list[float]:
    """Return the numbers of a column, none for one of text; raises ValueError where its reader might refuse it."""
    present = [cell for cell in cells if cell not in MISSING]
    numbers = _numbers(present, decimal)
    has_gaps = len(present) < len(cells)
    filling = gaps.filling(name, is_text=numbers is None, has_gaps=has_gaps)
    if not present or (has_gaps and filling is None):
        raise ValueError("gaps")
    if numbers is not None:
        return numbers
    others = [cell for cell in present if number_in(cell, decimal) is None and cell.lower() not in TRUTHS]
    if 2 * len(others) <= len(present) or any(DATE.fullmatch(it) or NEARLY_NUMBER.fullmatch(it) for it in others):
        raise ValueError("neither numbers nor text")
    return []


def _numbers(cells: Sequence[str], decimal: str) -> list[float] | None:
    """Return the cells as numbers, or None if one of them is not a finite one."""
    numbers = []
    for cell in cells:
        number = TRUTHS.get(cell.lower())
        if number is None:
            number = number_in(cell, decimal)
        if number is None or not abs(number) < float("inf"):
            return None
        numbers.append(number)
    return numbers


def _short(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)
