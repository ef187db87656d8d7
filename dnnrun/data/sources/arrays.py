"""What is asked of arrays from anywhere: as many labels as rows, and only finite numbers among the features."""

from __future__ import annotations

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError


def check_arrays(x: Array, y: Array, origin: str) -> None:
    """Raise `DataError` unless the arrays can be trained on.

    Args:
        x: shape (rows, ...).
        y: shape (rows, ...).
        origin: how messages call the arrays, such as ``data.npz: x_train, y_train``.
    """
    if x.ndim < 1 or y.ndim < 1 or x.shape[0] == 0:
        raise DataError(f"{origin}: there are no rows")
    if len(x) != len(y):
        raise DataError(f"{origin}: {len(x)} rows of features but {len(y)} labels")
    if y.ndim > 2:
        raise DataError(f"{origin}: labels of shape {y.shape[1:]} a row; a number or a vector a row is needed")
    if x.dtype.kind not in "iufb":
        raise DataError(f"{origin}: the features are of type {x.dtype}, not numbers")
    for what, array in (("features", x), ("labels", y)):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            bad = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
            raise DataError(
                f"{origin}: {len(bad)} of {len(array)} rows have {what} that are NaN or infinite; the first is row "
                f"{bad[0]}, counted from 0",
                hint="remove these rows or fill the gaps: one NaN turns every weight into NaN",
            )
