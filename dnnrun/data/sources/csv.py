"""A table in a CSV file: a header line, one row a line, numbers as features and one target column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import ArgumentError, nearby_files
from dnnrun.errors import DataError, Place, Problem, suggest

_SHOWN = 5
_OTHER_SEPARATOR = "is another separator used? separator: ';'"


def read_csv(
    path: str,
    target: str,
    *,
    test: str | None = None,
    separator: str = ",",
    drop: Sequence[str] = (),
) -> SourceData:
    """Read a CSV file with a header line.

    Args:
        path: the file.
        target: the column to predict; numbers, or text for classes.
        test: a second file with the same columns, as the test set.
        separator: what stands between two cells.
        drop: columns to leave out.

    Raises:
        DataError: the file is missing or empty, rows have too few or too many cells, a column is not there, or a
            feature is missing, infinite or not a number; always with the line or the column.
    """
    table = _Table(Path(path), "path", separator)
    features = table.features(target, drop)
    x, y = table.numbers(features), table.targets(target)
    names = tuple(features)
    if test is None:
        return SourceData(x, y, feature_names=names, files=(Path(path),))
    held_out = _Table(Path(test), "test", separator)
    held_out.must_have((*features, target))
    x_test, y_test = held_out.numbers(features), held_out.targets(target)
    return SourceData(x, y, x_test, y_test, feature_names=names, files=(Path(path), Path(test)))


class _Table:
    def __init__(self, file: Path, argument: str, separator: str) -> None:
        self.file, self.argument = file, argument
        if len(separator) != 1:
            raise ArgumentError("separator", f"the separator must be one character, not {separator!r}")
        self._check_shape(separator)
        try:
            frame = pd.read_csv(file, sep=separator, encoding="utf-8-sig", dtype=str, skip_blank_lines=True)
        except (ValueError, pd.errors.ParserError) as error:
            raise DataError(f"{file}: cannot be read as CSV: {error}") from error
        self.frame = frame

    def _check_shape(self, separator: str) -> None:
        """Refuse rows with too few or too many cells: pandas would pad the one and blame the other on itself."""
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as stream:
                rows = csv.reader(stream, delimiter=separator)
                header = next(rows, None)
                if not header:
                    raise DataError(f"{self.file}: the file is empty", hint="it begins with a line of column names")
                twice = sorted({name for name in header if header.count(name) > 1})
                if twice:
                    raise DataError(f"{self.file}: the column {twice[0]!r} stands twice in the first line")
                self._check_rows(rows, header)
        except FileNotFoundError as error:
            raise ArgumentError(
                self.argument, f"{self.file}: there is no such file", nearby_files(self.file)
            ) from error
        except OSError as error:
            raise ArgumentError(self.argument, f"{self.file}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{self.file}: not a UTF-8 text file (byte {error.start})") from error
        except csv.Error as error:
            raise DataError(f"{self.file}: cannot be read as CSV: {error}") from error

    def _check_rows(self, rows: Iterator[list[str]], header: list[str]) -> None:
        ragged: list[tuple[int, list[str]]] = []
        count = 0
        for row in rows:
            count += bool(row)
            if row and len(row) != len(header):
                ragged.append((rows.line_num, row))  # type: ignore[attr-defined]
        if not count:
            raise DataError(f"{self.file}: there are no rows below the first line")
        problems = [
            Problem(
                f"{len(row)} cells where the first line has {len(header)} columns",
                Place(str(self.file), line, 1, ",".join(row)[:100], 100),
            )
            for line, row in ragged[:_SHOWN]
        ]
        if len(ragged) > _SHOWN:
            problems.append(Problem(f"{self.file}: {len(ragged) - _SHOWN} more rows like these"))
        if len(header) == 1 and problems:
            problems.append(
                Problem("the first line has one column only", hint="is another separator used? separator: ';'")
            )
        if problems:
            raise DataError(*problems)

    def features(self, target: str, drop: Sequence[str]) -> list[str]:
        dropped = [drop] if isinstance(drop, str) else list(drop)
        for argument, names in (("target", [target]), ("drop", dropped)):
            for name in names:
                if name not in self.frame.columns:
                    self._no_column(argument, name)
        features = [name for name in self.frame.columns if name != target and name not in dropped]
        if not features:
            raise DataError(f"{self.file}: no column is left to learn from beside {target!r}")
        return features

    def must_have(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self.frame.columns:
                self._no_column(self.argument, name)

    def _no_column(self, argument: str, name: str) -> None:
        columns = [str(column) for column in self.frame.columns]
        near = suggest(str(name), columns)
        listed = f"columns: {', '.join(columns[:20])}{', ...' if len(columns) > 20 else ''}"
        if len(columns) == 1:
            listed += f"\none column only: {_OTHER_SEPARATOR}"
        raise ArgumentError(
            argument, f"{self.file}: there is no column {name!r}", f"{near}\n{listed}" if near else listed
        )

    def numbers(self, features: Sequence[str]) -> Array:
        """Return the feature columns as float32, shape (rows, columns)."""
        problems: list[Problem] = []
        columns = []
        for name in features:
            text = self.frame[name]
            numbers = _to_numbers(text)
            problems.extend(self._faults(name, text, numbers))
            columns.append(numbers.to_numpy(dtype=np.float32))
        if problems:
            raise DataError(*problems[:20])
        return np.stack(columns, axis=1)

    def targets(self, target: str) -> Array:
        """Return the target column: float64, int64 or text, shape (rows,)."""
        text = self.frame[target]
        missing = np.flatnonzero(text.isna())
        if len(missing):
            raise DataError(
                Problem(f"{self.file}: the target {target!r} is missing in {_rows(missing)}", hint="remove these rows")
            )
        numbers = _to_numbers(text)
        if numbers.isna().any():
            return text.str.strip().to_numpy(dtype=str)
        values: Array = numbers.to_numpy()
        if not np.isfinite(values).all():
            raise DataError(
                f"{self.file}: the target {target!r} is infinite in {_rows(np.flatnonzero(~np.isfinite(values)))}"
            )
        return values.astype(np.int64) if np.equal(np.mod(values, 1), 0).all() and not _is_float(text) else values

    def _faults(self, name: str, text: pd.Series[str], numbers: pd.Series[float]) -> Iterator[Problem]:
        missing = np.flatnonzero(text.isna())
        wrong = np.flatnonzero(numbers.isna() & ~text.isna())
        if len(missing):
            yield Problem(
                f"{self.file}: column {name!r} has no value in {_rows(missing)}",
                hint="remove these rows, fill the gaps, or leave the column out with 'drop'",
            )
        if len(wrong):
            yield Problem(
                f"{self.file}: column {name!r} holds text, such as {text.iloc[wrong[0]]!r}, in {_rows(wrong)}",
                hint="a feature must be a number; write text as numbers, or leave the column out with 'drop'",
            )
        infinite = np.flatnonzero(np.isinf(numbers.to_numpy(dtype=float)))
        if len(infinite):
            yield Problem(f"{self.file}: column {name!r} is infinite in {_rows(infinite)}")


def _to_numbers(text: pd.Series[str]) -> pd.Series[float]:
    """Return the cells as floats, true and false as 1 and 0, and NaN for what is not a number."""
    truths = {"true": "1", "false": "0"}
    stripped = text.str.strip()
    as_digits = stripped.str.lower().map(truths).fillna(stripped)
    return pd.to_numeric(as_digits, errors="coerce").astype(float)


def _is_float(text: pd.Series[str]) -> bool:
    return bool(text.str.contains(r"[.eE]", regex=True).any())


def _rows(positions: Array) -> str:
    """Return ``1 row (line 7)`` or ``3 rows (lines 7, 9, 12)``; the header is line 1."""
    lines = ", ".join(str(position + 2) for position in positions[:_SHOWN])
    more = ", ..." if len(positions) > _SHOWN else ""
    return f"1 row (line {lines})" if len(positions) == 1 else f"{len(positions)} rows (lines {lines}{more})"
