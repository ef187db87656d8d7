"""Rows to predict that are in memory: arrays, frames, mappings, texts; one row needs no axis of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Arrays, unwrapped
from dnnrun.data.prediction.arrays import as_batch
from dnnrun.data.prediction.form import Batch, RowForm
from dnnrun.data.prediction.reading import read_inputs
from dnnrun.data.prediction.tables import check_table
from dnnrun.data.prediction.texts import column_of
from dnnrun.data.sources.delimited import Span
from dnnrun.data.sources.table import Table
from dnnrun.errors import DataError

_ORIGIN = "the rows"


def batches_of(value: Any, form: RowForm, *, resize: bool = False) -> Iterator[Batch]:
    """Yield the rows in a value of Python.

    Args:
        value: a NumPy array or lists of numbers, with or without the axis of rows; a pandas frame or series, a mapping
            of columns, or of one row, or a list of such; a text, or several; a `Path`, or several; an array for each
            of several inputs, by name.
        form: what the model takes.
        resize: whether pictures in files are resized.

    Raises:
        DataError: the model cannot take such rows.
    """
    paths = value if isinstance(value, list | tuple) else [value]
    if paths and all(isinstance(path, Path) for path in paths):
        yield from read_inputs(paths, form, resize=resize)
    elif form.columns and (frame := _frame_of(value)) is not None:
        yield from check_table(Table([_FrameTable(frame)]), form).batches()
    else:
        yield Batch(_arrays_of(value, form), {})


def _frame_of(value: Any) -> pd.DataFrame | None:
    if isinstance(value, pd.DataFrame):
        return value
    if isinstance(value, pd.Series):
        return pd.DataFrame([value.to_dict()])
    if isinstance(value, Mapping):
        is_row = not any(isinstance(each, list | tuple | np.ndarray | pd.Series) for each in value.values())
        if not is_row and any(np.ndim(each) > 1 for each in value.values()):
            return None  # arrays by input
        return pd.DataFrame([value]) if is_row else pd.DataFrame(dict(value))
    if isinstance(value, list | tuple) and value and all(isinstance(each, Mapping) for each in value):
        return pd.DataFrame(value)
    return None


def _arrays_of(value: Any, form: RowForm) -> Arrays:
    if form.is_text:
        texts = [value] if isinstance(value, str) else list(np.asarray(value, dtype=object).reshape(-1))
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise DataError(f"{_ORIGIN}: the model takes texts", hint="give a text, or a list of texts")
        return column_of(texts)
    if isinstance(value, Mapping):
        lacking = [name for name in form.inputs if name not in value]
        if lacking:
            raise DataError(f"{_ORIGIN}: there is no {lacking[0]!r}", hint=f"the model takes {', '.join(form.inputs)}")
        made: Arrays = unwrapped(
            {name: as_batch(_array(value[name]), one, repr(name)) for name, one in form.inputs.items()}
        )
        return made
    array = _array(value)
    if ONLY in form.inputs:
        return as_batch(array, form.inputs[ONLY], _ORIGIN)
    return _divided(array, form)


def _array(value: Any) -> Any:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise DataError(f"{_ORIGIN}: no array: {error}") from error


def _divided(array: Any, form: RowForm) -> Arrays:
    """Return the columns of a table, in the order of the training, as the inputs that they belong to."""
    width, columns = len(form.columns), form.columns
    if not width or array.shape[-1:] != (width,) or array.ndim > 2:
        what = f"{_ORIGIN}: have shape {array.shape}, and the model takes {form.in_words()}"
        raise DataError(what, hint=f"give a frame or a mapping with {', '.join(columns or form.inputs)}")
    rows, at = array.reshape(-1, width), 0
    made: dict[str, Any] = {}
    for name, one in form.inputs.items():
        part = rows[:, at : at + len(one.columns)]
        part = part if one.is_text else part.astype(np.float32)
        made[name], at = as_batch(part, one, repr(name)), at + len(one.columns)
    return made


class _FrameTable:
    """A pandas frame as a file of a table."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.file = Path(_ORIGIN)
        self.columns = [str(name) for name in frame.columns]
        if not len(frame):
            raise DataError(f"{_ORIGIN}: there are none")
        self._frame = frame.set_axis(self.columns, axis="columns")

    def read(
        self, names: Sequence[str], *, as_text: Sequence[str] = (), span: Span | None = None, threads: bool = True
    ) -> pa.Table:
        """Return columns, null where a cell has no value."""
        begin, end = span or (0, len(self._frame))
        chosen = self._frame[list(names)].iloc[begin:end]
        return pa.table({name: _cells(chosen[name], is_text=name in as_text) for name in names})

    def spans(self) -> Iterator[Span]:
        """Yield all of it."""
        yield 0, len(self._frame)

    def place(self, rows: Sequence[int], *, more: bool) -> str:
        """Return ``row 7, counted from 0`` for one row, or for several."""
        return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))}{', ...' if more else ''}, counted from 0"


def _cells(series: pd.Series[Any], *, is_text: bool) -> pa.ChunkedArray:
    if isinstance(series.dtype, pd.CategoricalDtype) or is_text:
        series = series.astype(object).where(series.notna(), None)
    try:
        cells = pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # of several kinds
        cells = pa.array([None if value is None or value is pd.NA else str(value) for value in series], pa.string())
    if is_text or pa.types.is_large_string(cells.type):
        cells = cells.cast(pa.string())
    return pa.chunked_array([cells])
