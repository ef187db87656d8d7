"""A column that says when each row was: numbers, dates, or dates and times as ISO 8601 writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dnnrun.data.dataset import Array
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.table import Table


def times_of(table: Table, name: str) -> Array:
    """Return a column as float64, or as datetime64 of microseconds; shape (rows,), anything that sorts.

    Args:
        table: that has the column.
        name: of the column.

    Raises:
        ArgumentError: a cell has no value, or is neither a number nor a date.
    """
    column = table.column(name)
    where = f"{table.origin}: the time {name!r}"
    if column.missing.any():
        rows = table.where(np.flatnonzero(column.missing))
        raise ArgumentError("time", f"{where} has no value in {rows}", "remove these rows")
    if column.is_temporal and pa.types.is_time(column.cells.type):
        raise ArgumentError("time", f"{where} holds times without a day", "give the day as well")
    if column.is_temporal:
        return _instants(column.cells)
    if not column.wrong.any():
        infinite = np.flatnonzero(np.isinf(column.numbers))
        if len(infinite):
            raise ArgumentError("time", f"{where} is infinite in {table.where(infinite)}", "remove these rows")
        return column.numbers
    try:
        return _instants(pc.cast(column.cells, pa.timestamp("us")))
    except pa.ArrowInvalid:  # some have a time zone, or are no dates
        encoded = column.cells.dictionary_encode()
    moments = [_moment(text) for text in encoded.dictionary.to_pylist()]
    times = np.array(moments, dtype="datetime64[us]")[np.asarray(encoded.indices)]
    wrong = np.flatnonzero(np.isnat(times))
    if len(wrong):
        what = f"{where} is neither a number nor a date, such as {column.example(wrong[0])!r}, in {table.where(wrong)}"
        raise ArgumentError("time", what, "write dates as 2024-12-31, with a time as 2024-12-31T23:59:59")
    return np.asarray(times)


def _instants(cells: pa.Array) -> Array:
    return np.asarray(pc.cast(cells, pa.timestamp("us"), safe=False).to_numpy(zero_copy_only=False))


def _moment(text: str) -> datetime | None:
    """Return what a text says, in UTC where it has a time zone; None where it is no date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
