"""What a user's function returned, as `SourceData`: arrays, lists, pandas tables, or a `tf.data.Dataset`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from dnnrun.data.chunks import Chunks
from dnnrun.data.collecting import collect, is_tf_dataset
from dnnrun.data.dataset import Array, Arrays, SourceData
from dnnrun.errors import DataError

_ROWS = ("x", "y", "x_test", "y_test")
_BESIDE_ROWS = ("weights", "weights_test", "groups", "times")
MAY_RETURN = "return (x, y), ((x, y), (x_test, y_test)), or one or two tf.data.Dataset"


def as_source_data(made: Any, name: str) -> SourceData:
    """Take what a user's function returned.

    Args:
        made: `SourceData`, (x, y), ((x, y), (x_test, y_test)) as Keras's data sets, a `tf.data.Dataset` of (x, y) or
            (x, y, weights), or two of these for training and test rows.
        name: of the function, for messages.

    Raises:
        DataError: it is something else, or its rows do not make arrays.
    """
    if isinstance(made, SourceData):
        arrays: dict[str, Any] = {
            what: None if (value := getattr(made, what)) is None else _features(value, name) for what in _ROWS
        }
        beside: dict[str, Any] = {
            what: None if (values := getattr(made, what)) is None else _array(values, name) for what in _BESIDE_ROWS
        }
        return replace(made, **arrays, **beside)
    if is_tf_dataset(made):
        x, y, weights = collect(made, name)
        return SourceData(x, y, weights=weights)
    if _is_pair(made) and all(map(is_tf_dataset, made)):
        (x, y, weights), held_out = collect(made[0], name), collect(made[1], f"{name}, test set")
        return SourceData(x, y, held_out[0], held_out[1], weights=weights, weights_test=held_out[2])
    if _is_pair(made) and _is_pair(made[0], tuple) and _is_pair(made[1], tuple):
        (x, y), (x_test, y_test) = made
        given = SourceData(_arrays(x, name), _arrays(y, name), _arrays(x_test, name), _arrays(y_test, name))
        return replace(given, feature_names=_columns(x))
    if _is_pair(made, tuple) and not isinstance(made[0], tuple):
        return SourceData(_arrays(made[0], name), _arrays(made[1], name), feature_names=_columns(made[0]))
    raise DataError(f"{name} returned {a_kind_of(made)}", hint=MAY_RETURN)


def _features(value: Any, name: str) -> Any:
    """Return arrays, or what stays on disk as it is."""
    return value if isinstance(value, Chunks) else _arrays(value, name)


def a_kind_of(made: Any) -> str:
    """Return what something is, in words."""
    if made is None:
        return "None"
    size = f" of {len(made)}" if isinstance(made, tuple | list) else ""
    return f"a {type(made).__name__}{size}"


def _is_pair(made: Any, kind: Any = (tuple, list)) -> bool:
    return isinstance(made, kind) and len(made) == 2


def _is_table(value: Any) -> bool:
    """Whether this is a DataFrame; pandas is not loaded to find out."""
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "columns")


def _columns(value: Any) -> tuple[str, ...] | None:
    return tuple(str(column) for column in value.columns) if _is_table(value) else None


def _arrays(value: Any, name: str) -> Arrays:
    if _is_table(value) and len(value.columns):
        return _of_table(value, name)
    if not isinstance(value, Mapping):
        return _array(value, name)
    odd = [key for key in value if not isinstance(key, str) or not key]
    if odd or not value:
        what = f"the key {odd[0]!r}" if odd else "nothing in it"
        raise DataError(f"{name} returned a mapping with {what}", hint="inputs and outputs are named by texts")
    return {key: _array(array, name) for key, array in value.items()}


def _of_table(frame: Any, name: str) -> Arrays:
    """Return the numbers of a DataFrame as one array, or each column by itself where some are text."""
    names = _columns(frame) or ()
    if len(set(names)) < len(names):
        twice = next(column for column in names if names.count(column) > 1)
        raise DataError(
            f"{name} returned a table with two columns called {twice!r}", hint="give each a name of its own"
        )
    columns = {column: frame.iloc[:, position] for position, column in enumerate(names)}
    if all(column.dtype.kind in "iufb" for column in columns.values()):
        array = np.asarray(frame)  # object for numbers with booleans or pandas' own gaps among them
        return frame.to_numpy(dtype=np.float32, na_value=np.nan) if array.dtype.kind == "O" else array
    return {label: _column(column, label, name) for label, column in columns.items()}


def _column(column: Any, label: str, name: str) -> Array:
    """Return one column of a mixed table, shape (rows, 1): numbers and booleans as float32, else texts as objects."""
    if column.dtype.kind in "iufb":
        return np.asarray(column, dtype=np.float32)[:, None]
    if column.dtype.kind in "mM":
        raise DataError(
            f"{name}: the column {label!r} holds dates or times", hint="turn them into numbers, or drop them"
        )
    gaps = int(column.isna().sum())
    if gaps:
        what = f"{name}: the column {label!r} has no value in {gaps} of {len(column)} rows"
        raise DataError(what, hint="fill the gaps (fillna), or drop these rows (dropna)")
    odd = next((value for value in column if not isinstance(value, str)), None)
    if odd is not None and str(column.dtype) != "category":
        what = f"{name}: the column {label!r} holds {a_kind_of(odd)}, {odd!r}, among other things"
        raise DataError(what, hint="make it numbers or texts: astype(float), astype(str)")
    return np.asarray(column.astype(str), dtype=object)[:, None]


def _array(value: Any, name: str) -> Array:
    try:
        return np.asarray(value)
    except ValueError as error:
        raise DataError(
            f"{name} returned rows that do not make one array: they differ in shape",
            hint="give each row the same shape",
        ) from error
