"""What is asked of arrays from anywhere: as many labels as rows, only finite numbers among the features, and so on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dnnrun.data.dataset import Array, Arrays, SourceData, by_name, row_count
from dnnrun.data.sources.row_values import check_row_values
from dnnrun.data.streams import Stream
from dnnrun.errors import DataError

_SHAPES = "features have shape (rows, ...), labels (rows,) or (rows, columns)"
_ALIKE = "training, validation and test rows must have the same form"
_LARGEST = float(np.finfo(np.float32).max)
_LARGEST_WHOLE = int(np.iinfo(np.int32).max)


def check_source(data: SourceData, origin: str) -> None:
    """Raise `DataError` unless the rows of a source, and those of its own test set, can be trained on.

    Args:
        data: what the source gave.
        origin: how messages call it: its file or its name.
    """
    has_gaps = bool(data.impute)
    check_arrays(data.x, data.y, origin, data.stream, has_gaps=has_gaps)
    check_row_values(data, origin)
    if data.x_test is None and data.y_test is None:
        return
    if data.x_test is None or data.y_test is None:
        raise DataError(f"{origin}: the test set has only one of features and labels", hint="give both, or neither")
    check_arrays(data.x_test, data.y_test, f"{origin}, test set", data.stream_test, has_gaps=has_gaps)
    check_alike((data.x, data.y), (data.x_test, data.y_test), f"{origin}: a test row")


def check_arrays(x: Arrays, y: Arrays, origin: str, stream: Stream | None = None, *, has_gaps: bool = False) -> None:
    """Raise `DataError` unless the arrays can be trained on.

    Args:
        x: shape (rows, ...).
        y: shape (rows, ...).
        origin: how messages call the arrays, such as ``data.npz, test set``.
        stream: the features where they stay on disk; its source has looked through these.
        has_gaps: whether features may be NaN or None, to be filled; what else is wrong with them was looked at.
    """
    inputs = {} if stream is not None else {f"{origin}{_input(name)}": array for name, array in by_name(x).items()}
    outputs = {f"{origin}{_output(name)}": array for name, array in by_name(y).items()}
    for at, array in inputs.items():
        _check_form(array, at, "features")
    for at, array in outputs.items():
        _check_form(array, at, "labels")
    _check_lengths(row_count(x) if stream is None else len(stream), inputs, outputs)
    for at, array in inputs.items():
        if not has_gaps and not _is_text_column(array):
            _check_numbers(array, at)
            _check_finite(array, at, "features")
    for at, array in outputs.items():
        _check_labels(array, at)
        _check_finite(array, at, "labels")


def _check_lengths(rows: int, inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> None:
    for at, array in inputs.items():
        if len(array) != rows:
            what = f"{at}: {len(array)} rows, but {rows} of the first input"
            raise DataError(what, hint="all inputs of a model need equally many rows")
    for at, array in outputs.items():
        if len(array) != rows:
            raise DataError(
                f"{at}: {rows} rows of features but {len(array)} labels", hint="each row needs exactly one label"
            )
        if array.ndim > 2 or not array.size:
            raise DataError(f"{at}: the labels have shape {array.shape}", hint=_SHAPES)


def _input(name: str) -> str:
    return f", input {name!r}" if name else ""


def _output(name: str) -> str:
    return f", output {name!r}" if name else ""


def _check_form(array: Array, origin: str, what: str) -> None:
    if array.ndim < 1:
        raise DataError(f"{origin}: the {what} are a single value, not rows", hint=_SHAPES)
    if not array.size and what == "features":
        raise DataError(f"{origin}: the features are empty, of shape {array.shape}", hint=_SHAPES)


def _is_text_column(x: Array) -> bool:
    """Whether these are texts, one a row, which preprocessing layers make numbers of."""
    if x.size != len(x) or x.ndim > 2:
        return False
    return x.dtype.kind == "U" or (x.dtype.kind == "O" and all(isinstance(text, str) for text in x.reshape(-1)))


def _check_numbers(x: Array, origin: str) -> None:
    if x.dtype.kind not in "iufb":
        raise DataError(f"{origin}: the features are of type {x.dtype}, not numbers", hint="write them as numbers")
    if x.dtype.kind in "iu" and (int(x.max()) > _LARGEST_WHOLE or int(x.min()) < -_LARGEST_WHOLE):
        raise DataError(
            f"{origin}: there are whole numbers beyond {_LARGEST_WHOLE:,} among the features, which do not fit 32 bits",
            hint="leave out columns such as ids, or give the features as scaled floats",
        )


def _check_finite(array: Array, origin: str, what: str) -> None:
    if array.dtype.kind == "f" and not (fits := np.abs(array) <= _LARGEST).all():
        bad = np.flatnonzero(~fits.reshape(len(array), -1).all(axis=1))
        raise DataError(
            f"{origin}: {len(bad)} of {len(array)} rows have {what} that are NaN, infinite or too large for 32 "
            f"bits; the first is row {bad[0]}, counted from 0",
            hint="remove these rows or fill the gaps: one NaN turns every weight into NaN",
        )


def _check_labels(y: Array, origin: str) -> None:
    if y.dtype.kind == "O":
        odd = next((i for i, label in enumerate(y.reshape(-1).tolist()) if not isinstance(label, str)), None)
        if odd is not None:
            raise DataError(
                f"{origin}: the labels are Python objects, not all of them text; the first other is "
                f"{y.reshape(-1)[odd]!r}, number {odd}, counted from 0",
                hint="give numbers as an array of numbers, or texts only",
            )
    elif y.dtype.kind not in "iufbSU":
        raise DataError(f"{origin}: the labels are of type {y.dtype}", hint="give numbers, or texts for classes")
    if y.dtype.kind in "OSU" and y.ndim == 2 and y.shape[1] > 1:
        raise DataError(f"{origin}: {y.shape[1]} columns of text labels", hint="give one label a row")


def check_alike(training: tuple[Arrays, Arrays], other: tuple[Arrays, Arrays], one: str) -> None:
    """Raise `DataError` unless other rows have the form of the training rows.

    Args:
        training: features and labels.
        other: features and labels to hold against them.
        one: how messages call one of the other rows, such as ``a validation row``.
    """
    for kind, arrays, others in zip(("inputs", "outputs"), training, other, strict=True):
        names, other_names = by_name(arrays), by_name(others)
        if set(names) != set(other_names):
            shown = f"the {kind} {', '.join(other_names)}" if isinstance(others, dict) else f"no named {kind}"
            wanted = ", ".join(names) if isinstance(arrays, dict) else "none"
            raise DataError(f"{one} has {shown}, a training row {wanted}", hint=_ALIKE)
    for name, x in by_name(training[0]).items():
        _check_features_alike(x, by_name(other[0])[name], f"{one}{_input(name)}")
    for name, y in by_name(training[1]).items():
        _check_labels_alike(y, by_name(other[1])[name], f"{one}{_output(name)}")


def _check_features_alike(x: Array, other_x: Array, one: str) -> None:
    if other_x.shape[1:] != x.shape[1:]:
        raise DataError(f"{one} has shape {other_x.shape[1:]}, a training row {x.shape[1:]}", hint=_ALIKE)
    if (x.dtype.kind in "OU") != (other_x.dtype.kind in "OU"):
        kinds = {True: "texts", False: "numbers"}
        is_text, other_is_text = (array.dtype.kind in "OU" for array in (x, other_x))
        raise DataError(f"{one} holds {kinds[other_is_text]}, a training row {kinds[is_text]}", hint=_ALIKE)
    if (x.dtype == np.uint8) != (other_x.dtype == np.uint8) and x.ndim > 2:
        raise DataError(f"{one} holds {other_x.dtype} numbers, a training row {x.dtype}", hint=_ALIKE)


def _check_labels_alike(y: Array, other_y: Array, one: str) -> None:
    columns, other_columns = (array.size // len(array) for array in (y, other_y))
    if columns != other_columns:
        raise DataError(f"{one} has {other_columns} labels, a training row {columns}", hint=_ALIKE)
    is_text, other_is_text = (array.dtype.kind in "OSU" for array in (y, other_y))
    if is_text != other_is_text:
        label, other_label = (array.reshape(-1)[:1].tolist()[0] for array in (y, other_y))
        kinds = {True: "text", False: "a number"}
        raise DataError(
            f"{one} has {kinds[other_is_text]} as its label, such as {other_label!r}, and a training row "
            f"{kinds[is_text]}, such as {label!r}",
            hint=_ALIKE,
        )
