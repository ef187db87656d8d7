"""history.csv: one row an epoch, appended as it ends. Columns: epoch, loss, metrics, val_*, learning_rate, seconds."""

from __future__ import annotations

import csv
import io
import math
import numbers
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dnnrun.errors import RunError
from dnnrun.store import atomic

FIRST = ("epoch",)
LAST = ("learning_rate", "seconds")
_FLUSH_EVERY = 1.0  # seconds


@dataclass(frozen=True)
class History:
    """What was measured at the end of each epoch.

    Args:
        columns: by name, each with one number an epoch; NaN where nothing was measured.
        problem: what is wrong with the file, in one line, or nothing.
    """

    columns: Mapping[str, Sequence[float]]
    problem: str = ""

    @property
    def epochs(self) -> list[int]:
        """The epochs' numbers, from 1."""
        return [int(epoch) for epoch in self.columns.get("epoch", ())]

    @property
    def metrics(self) -> list[str]:
        """The names of what was measured, without the epoch, the learning rate and the seconds."""
        return [name for name in self.columns if name not in FIRST + LAST]

    def rows(self) -> list[dict[str, float]]:
        """Return what was measured in each epoch, without what was not."""
        names = list(self.columns)
        return [
            {name: value for name, value in zip(names, row, strict=True) if not math.isnan(value)}
            for row in zip(*self.columns.values(), strict=True)
        ]

    def last(self) -> dict[str, float]:
        """Return the metrics of the last epoch; nothing when there is none."""
        return {name: self.columns[name][-1] for name in self.metrics if self.columns[name]}

    def best(self, metric: str, direction: str) -> tuple[int, float] | None:
        """Return the epoch and value at which ``metric`` was best, the earliest if several, or None.

        Args:
            direction: ``max`` where more is better, else ``min``.
        """
        values = self.columns.get(metric, ())
        measured = [value for value in values if not math.isnan(value)]
        if not measured:
            return None
        best = max(measured) if direction == "max" else min(measured)
        return int(self.columns["epoch"][values.index(best)]), best


def read_history(path: Path) -> History:
    """Read a history; rows cut off or damaged are left out and named in `History.problem`."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return History({})
    except OSError as error:
        return History({}, f"{path.name}: {error.strerror}")
    lines = text.split("\n")
    problem = f"{path.name}: the last line is cut off" if lines.pop() else ""
    header = _cells_of(lines[0]) if lines else []
    if not header:
        return History({}, problem or f"{path.name}: is empty")
    if "epoch" not in header or len(set(header)) < len(header):
        return History({}, f"{path.name}: the first line is damaged, or is not the header of a history")
    epoch = header.index("epoch")
    rows: list[Sequence[float]] = []
    for number, line in enumerate(lines[1:], start=2):
        row = _plain_row(line, len(header)) or _row_of(line, header)
        if row is None or not row[epoch].is_integer():
            problem = problem or f"{path.name}: line {number} is damaged"
        else:
            rows.append(row)
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return History({name: list(values) for name, values in zip(header, columns, strict=True)}, problem)


def _plain_row(line: str, width: int) -> list[float] | None:
    """Return the numbers of a line as most are, in a fraction of the time; None where it takes a closer look."""
    try:
        row = [float(cell) for cell in line.split(",")]
    except ValueError:  # a gap, or damage
        return None
    return row if len(row) == width else None


def _row_of(line: str, header: Sequence[str]) -> list[float] | None:
    """Return the numbers of one line, NaN for a gap, or None where it is damaged."""
    cells = _cells_of(line)
    values = [_number(cell) for cell in cells]
    if len(cells) != len(header) or None in values:
        return None
    return [math.nan if value is None else value for value in values]


class HistoryWriter:
    """Appends rows; a metric that appears only in a later epoch gets a column, and blanks before it.

    A row is in the operating system's hands when `append` returns, so that a process that is killed loses nothing, and
    on the disk a second later, or when `flush` returns: rows of epochs that take milliseconds do not wait for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: list[str] = []
        self._rows: list[dict[str, str]] = []  # as text, so that rows that are written anew stay the same
        self._flushed_at = -math.inf

    def keep(self, epochs: int) -> None:
        """Go on with the history that is there, from its first rows; the others are taken out.

        Raises:
            RunError: it has fewer whole rows than that, or cannot be written.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            text = ""
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{self._path}: cannot be read: {error}") from error
        lines = text.split("\n")[:-1]  # behind the last line end is nothing, or a row that was cut off
        header, kept = (_cells_of(lines[0]) if lines else []), lines[1 : epochs + 1]
        rows = [_row_of(line, header) for line in kept] if "epoch" in header else []
        whole = [row for row in rows if row is not None]
        if [row[header.index("epoch")] for row in whole] != list(range(1, epochs + 1)):
            raise RunError(
                f"{self._path}: its first {epochs} rows are not whole, and the checkpoint goes on from them",
                hint="put the file back as it was, or train the run's resolved.yaml anew",
            )
        if not epochs:
            self._columns, self._rows = [], []
            with atomic.explained(self._path):
                self._path.unlink(missing_ok=True)
            return
        wanted = "".join(f"{line}\n" for line in lines[: epochs + 1])
        if wanted != text:
            atomic.write_text(self._path, wanted)
        self._columns = header
        self._rows = [dict(zip(header, _cells_of(line), strict=True)) for line in kept]

    def append(self, row: Mapping[str, float]) -> None:
        """Add the row of one epoch.

        Raises:
            RunError: the file cannot be written, or the row has no epoch. The row may then be added again.
        """
        if "epoch" not in row:
            raise RunError("a row of the history must name its epoch")
        if not self._rows and self._path.exists():
            raise RunError(f"{self._path} has rows already, and a new history would take their place")
        columns = _ordered([*self._columns, *(name for name in row if name not in self._columns)])
        cells = {name: _text(value) for name, value in row.items()}
        is_new, self._columns = columns != self._columns, []  # until it is written: the next row writes all anew
        if is_new:
            lines = [_line(columns), *(_line(_in_order(each, columns)) for each in (*self._rows, cells))]
            atomic.write_text(self._path, "".join(f"{line}\n" for line in lines))
        else:
            now = time.monotonic()
            is_due = now - self._flushed_at >= _FLUSH_EVERY
            atomic.append_line(self._path, _line(_in_order(cells, columns)), flush=is_due)
            self._flushed_at = now if is_due else self._flushed_at
        self._columns = columns
        self._rows.append(cells)

    def flush(self) -> None:
        """Have every row on the disk when this returns."""
        if self._rows:
            atomic.flush(self._path)


def _in_order(cells: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    return [cells.get(name, "") for name in columns]


def _text(value: float) -> str:
    """Return the shortest text that reads back as the same number, also for one of NumPy's."""
    return repr(int(value) if isinstance(value, numbers.Integral) else float(value))


def _ordered(names: Sequence[str]) -> list[str]:
    middle = [name for name in names if name not in FIRST + LAST]
    training = [name for name in middle if not name.startswith("val_")]
    validation = [name for name in middle if name.startswith("val_")]
    return [*FIRST, *training, *validation, *(name for name in LAST if name in names)]


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def _cells_of(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def _number(cell: str) -> float | None:
    if not cell:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        return None
