"""The facts of a small CSV file, counted in plain Python: pyarrow would take longer to start than to count."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from dnnrun.data.facts import SourceFacts
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
    fill: object = None,
    missing: float | str | Sequence[float | str] = (),
    decimal: str = ".",
    encoding: str = "utf-8",
) -> SourceFacts | None:
    """Return what a table holds, or None where it is large or anything about it is odd: its reader then says what.

    The arguments are those of the source `csv`; of several files, and of files that are no UTF-8, nothing is told.
    """
    if encoding != "utf-8" or missing != ():
        return None
    has_names = not columns if header is None else header
    try:
        names, rows = _cells(path, separator, columns, has_names=has_names)
        test_rows = None if test is None else len(_cells(test, separator, columns, has_names=has_names)[1])
    except (OSError, UnicodeDecodeError, csv.Error, TypeError, ValueError):
        return None
    dropped = {str(name) for name in ((drop,) if isinstance(drop, str | int) else drop)}
    others = dropped | {str(name) for name in (weights, group, time) if name is not None}
    features = [index for index, name in enumerate(names) if name != str(target) and name not in others]
    if not {str(target), *others} <= set(names) or not features or not rows:
        return None
    kept = [_feature([row[index] for row in rows], decimal, has_gaps=impute is not None) for index in features]
    labels = [row[names.index(str(target))] for row in rows]
    is_odd = len(set(names)) < len(names) or any(not names[index] for index in features)
    if is_odd or any(cells is None for cells in kept) or any(label in MISSING for label in labels):
        return None
    numbers = _numbers(labels, decimal)
    counts = Counter(labels) if numbers is None else Counter(_short(number) for number in numbers)
    order = sorted(counts) if numbers is None else sorted(counts, key=float)
    values = [value for cells in kept if cells for value in cells]
    has_text = not all(kept)
    return SourceFacts(
        rows=len(rows),
        test_rows=test_rows,
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
        columns=_kinds([names[index] for index in features], kept, len(rows), impute),
    )


def _kinds(
    names: Sequence[str],
    kept: Sequence[list[float] | None],
    rows: int,
    impute: str | Mapping[str, str] | None,
) -> dict[str, Kind] | None:
    """Return the kind of each column, by all rows; None where it hangs on what gaps are filled with."""
    kinds: dict[str, Kind] = {}
    for name, values in zip(names, kept, strict=True):
        if not values:
            kinds[name] = "text"
            continue
        kinds[name] = "truth" if {*values} <= {0.0, 1.0} else "number"
        strategy = impute.get(name) if isinstance(impute, Mapping) else impute
        if kinds[name] == "truth" and len(values) < rows and strategy != "most_frequent":
            return None
    return kinds


def _cells(
    path: str, separator: str | None, columns: Sequence[str], *, has_names: bool
) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns and the rows; raises ValueError for a file that is large or ragged."""
    if Path(path).stat().st_size > LARGEST:
        raise ValueError("large")
    text = list(io.StringIO(Path(path).read_bytes().decode("utf-8-sig"), newline=""))
    lines = [
        [cell.strip() for cell in row] for row in csv.reader(text, delimiter=separator or separator_of(text)) if row
    ]
    if not lines:
        raise ValueError("empty")
    first = lines[0] if has_names else [str(number) for number in range(len(lines[0]))]
    if any(len(row) != len(first) for row in lines):
        raise ValueError("ragged")
    return list(columns) or first, lines[has_names:]


def _feature(cells: list[str], decimal: str, *, has_gaps: bool) -> list[float] | None:
    """Return the numbers of a column, none for one of text; None where its reader might refuse it."""
    present = [cell for cell in cells if cell not in MISSING]
    if len(present) < len(cells) and not (has_gaps and present):
        return None
    numbers = _numbers(present, decimal)
    if numbers is not None:
        return numbers
    others = [cell for cell in present if number_in(cell, decimal) is None and cell.lower() not in TRUTHS]
    is_odd = any(DATE.fullmatch(cell) or NEARLY_NUMBER.fullmatch(cell) for cell in others)
    return None if is_odd or 2 * len(others) <= len(present) else []


def _numbers(cells: list[str], decimal: str) -> list[float] | None:
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
