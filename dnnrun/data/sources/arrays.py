"""What is asked of arrays from anywhere: as many labels as rows, only finite numbers among the features, and so on."""

from __future__ import annotations

import numpy as np

from dnnrun.data.dataset import Array, SourceData
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
    check_arrays(data.x, data.y, origin)
    if data.x_test is None and data.y_test is None:
        return
    if data.x_test is None or data.y_test is None:
        raise DataError(f"{origin}: the test set has only one of features and labels")
    check_arrays(data.x_test, data.y_test, f"{origin}, test set")
    check_alike((data.x, data.y), (data.x_test, data.y_test), f"{origin}: a test row")


def check_arrays(x: Array, y: Array, origin: str) -> None:
    """Raise `DataError` unless the arrays can be trained on.

    Args:
        x: shape (rows, ...).
        y: shape (rows, ...).
        origin: how messages call the arrays, such as ``data.npz, test set``.
    """
    if x.ndim < 1 or y.ndim < 1:
        what = "features are" if x.ndim < 1 else "labels are"
        raise DataError(f"{origin}: the {what} a single value, not rows", hint=_SHAPES)
    if not x.size:
        raise DataError(f"{origin}: the features are empty, of shape {x.shape}", hint=_SHAPES)
    if len(x) != len(y):
        raise DataError(
            f"{origin}: {len(x)} rows of features but {len(y)} labels", hint="each row needs exactly one label"
        )
    if y.ndim > 2 or not y.size:
        raise DataError(f"{origin}: the labels have shape {y.shape}", hint=_SHAPES)
    if x.dtype.kind not in "iufb":
        raise DataError(f"{origin}: the features are of type {x.dtype}, not numbers", hint="write them as numbers")
    if x.dtype.kind in "iu" and (int(x.max()) > _LARGEST_WHOLE or int(x.min()) < -_LARGEST_WHOLE):
        raise DataError(
            f"{origin}: there are whole numbers beyond {_LARGEST_WHOLE:,} among the features, which do not fit 32 bits",
            hint="leave out columns such as ids, or give the features as scaled floats",
        )
    _check_labels(y, origin)
    for what, array in (("features", x), ("labels", y)):
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


def check_alike(training: tuple[Array, Array], other: tuple[Array, Array], one: str) -> None:
    """Raise `DataError` unless other rows have the form of the training rows.

    Args:
        training: features and labels.
        other: features and labels to hold against them.
        one: how messages call one of the other rows, such as ``a validation row``.
    """
    (x, y), (other_x, other_y) = training, other
    if other_x.shape[1:] != x.shape[1:]:
        raise DataError(f"{one} has shape {other_x.shape[1:]}, a training row {x.shape[1:]}", hint=_ALIKE)
    if (x.dtype == np.uint8) != (other_x.dtype == np.uint8) and x.ndim > 2:
        raise DataError(f"{one} holds {other_x.dtype} numbers, a training row {x.dtype}", hint=_ALIKE)
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
