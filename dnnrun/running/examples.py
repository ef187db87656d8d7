"""Rows to look at when a model is judged, as they were read: the first pictures, and those that it told best and worst.

What is kept of them is bounded, however large a row is and however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Dataset, Rows, by_name, mapped

_SAMPLES = 25
_EXAMPLES = 12
_MOST_BYTES = 2**26  # of the rows that are kept in memory to choose from, as they were read
_LOOKED_AT = 1000  # texts, to tell how long they are
_SIDE = 128  # pixels of a picture that is kept
_COLUMNS = 64
_LETTERS = 200  # of a cell


@dataclass(frozen=True)
class RawRows:
    """Rows that a model is judged by, as they were read, or some from all over them where all would be too much.

    Args:
        numbers: which of them these are, ascending, shape (m,).
        rows: m rows; those of a stream are on disk.
    """

    numbers: Array
    rows: Rows

    def take(self, numbers: Array) -> Rows:
        """Return rows by their numbers, in any order."""
        ascending, places = np.unique(np.searchsorted(self.numbers, numbers), return_inverse=True)
        return self.rows.take(ascending).take(places)


def raw_rows(rows: Rows) -> RawRows:
    """Return rows in a form that may be kept during the training: of large ones some, and no view of more."""
    if rows.stream is not None:
        return RawRows(np.arange(len(rows)), rows)
    bytes_each = sum(_bytes_of_row(array) for array in by_name(rows.x).values())
    count = int(min(len(rows), max(_SAMPLES, _MOST_BYTES // max(1, bytes_each))))
    if count < len(rows):
        numbers = np.linspace(0, len(rows) - 1, count).astype(np.int64)
        return RawRows(numbers, rows.take(numbers))
    return RawRows(np.arange(len(rows)), replace(rows, x=mapped(_alone, rows.x)))


def _bytes_of_row(array: Array) -> int:
    if array.dtype != object or not len(array):
        return array.nbytes // max(1, len(array))
    some = array.reshape(len(array), -1)[:: max(1, len(array) // _LOOKED_AT)]
    return sum(len(str(text)) for text in some.flat) // len(some)


def _alone(array: Array) -> Array:
    return array if array.base is None else array.copy()


def samples_of(dataset: Dataset, raw: RawRows) -> dict[str, Array]:
    """Return the first images, as they are, for a picture of what the model makes of them."""
    if not dataset.is_image:
        return {}
    chosen = raw.numbers[:_SAMPLES]
    return {"sample_rows": chosen, "sample_inputs": by_name(raw.take(chosen).x)[ONLY]}


def best_and_worst(dataset: Dataset, raw: RawRows, predictions: Mapping[str, Array]) -> dict[str, Array]:
    """Return the rows that were told best and worst, up to twelve of each, for a picture of them.

    Args:
        dataset: the data, for what its inputs and columns are called.
        raw: the rows to choose among.
        predictions: ``predicted`` and ``true`` of all rows, and for classes ``predicted_class``.

    Returns:
        ``best_rows`` and ``worst_rows``, the numbers of the rows, the best and the worst first; and of these rows, the
        best before the worst, ``example_inputs``, images of at most 128 pixels a side, or ``example_values``, texts of
        shape (rows, columns), with ``example_columns``, their names. Nothing where predictions cannot be judged.
    """
    if "true" not in predictions:
        return {}
    off = how_far_off(predictions)[raw.numbers]
    order = raw.numbers[np.argsort(off, kind="stable")]
    count = min(_EXAMPLES, (len(order) + 1) // 2)
    worst, best = order[::-1][:count], order[: min(count, len(order) - count)]
    return {"best_rows": best, "worst_rows": worst, **_inputs(dataset, raw.take(np.concatenate([best, worst])))}


def how_far_off(predictions: Mapping[str, Array]) -> Array:
    """Return how far off the prediction of each row is, shape (rows,); NaN, which counts as furthest, stays NaN.

    For classes that is how little the model gives to the right one: 1 minus its probability; for outputs that are
    none, minus the logarithm of what softmax makes of them; of a single one, how far it lies on the wrong side. For
    numbers it is the absolute error, of several columns the mean, each in standard deviations of the column.
    """
    with np.errstate(invalid="ignore", over="ignore"):  # of a model that says NaN or infinity
        return _how_far_off(predictions)


def _how_far_off(predictions: Mapping[str, Array]) -> Array:
    predicted, true = predictions["predicted"].astype(np.float64), predictions["true"]
    if "predicted_class" not in predictions:
        error = np.abs(predicted.reshape(len(true), -1) - true.reshape(len(true), -1))
        spread = true.reshape(len(true), -1).std(axis=0)
        far: Array = (error / np.where(spread > 0, spread, 1)).mean(axis=1)
        return far
    are_shares = bool(np.all((predicted >= 0) & (predicted <= 1 + 1e-6)))
    if predicted.shape[1] == 1:
        score = predicted[:, 0]
        # Classes part at a half of a probability, and at zero of a logit.
        is_probability = are_shares and np.array_equal(score > 0.5, predictions["predicted_class"] == 1)
        middle = 0.5 if is_probability else 0.0
        return np.where(true == 1, middle - score, score - middle)
    right = np.take_along_axis(predicted, true[:, None].astype(np.int64), axis=1)[:, 0]
    if are_shares:
        return 1 - right
    largest = predicted.max(axis=1)
    return np.asarray(largest + np.log(np.exp(predicted - largest[:, None]).sum(axis=1)) - right)


def _inputs(dataset: Dataset, rows: Rows) -> dict[str, Array]:
    if dataset.is_image:
        images = by_name(rows.x)[ONLY]
        height, width = images.shape[1:3]
        return {"example_inputs": images[:, :: -(-height // _SIDE), :: -(-width // _SIDE)]}
    columns = _columns(dataset, rows)
    if not columns:
        return {}
    values = np.array([[_text(value) for value in values] for values in columns.values()], dtype=np.str_)
    return {"example_columns": np.array(list(columns), dtype=np.str_), "example_values": values.T}


def _columns(dataset: Dataset, rows: Rows) -> dict[str, Array]:
    """Return the columns of a table by name, the first 64; of texts one; of other arrays none."""
    found: dict[str, Array] = {}
    for name, array in by_name(rows.x).items():
        if array.ndim == 1 or array.shape[1:] == (1,):
            found[name or _only_name(dataset)] = array.reshape(len(array))
        elif array.ndim == 2 and array.dtype.kind != "O":
            names = _names(dataset.feature_names, name)
            if names is None and array.shape[1] > _COLUMNS:
                continue  # numbers of words, or a signal: nothing to read
            for position in range(array.shape[1]):
                called = names[position] if names else f"column {position + 1}"
                found[f"{name}.{called}" if name else called] = array[:, position]
    return dict(list(found.items())[:_COLUMNS])


def _names(names: Any, of_input: str) -> tuple[str, ...] | None:
    return names.get(of_input) if isinstance(names, dict) else names


def _only_name(dataset: Dataset) -> str:
    if ONLY in dataset.texts:
        return "text"
    return dataset.feature_names[0] if isinstance(dataset.feature_names, tuple) else "column 1"


def _text(value: Any) -> str:
    """Return a cell as a person reads it; a gap is empty."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return " ".join(str(value)[: 2 * _LETTERS].split())[:_LETTERS]
