"""Features that come by name, as the `SourceData.x` that they make together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dnnrun.data.dataset import Array, Arrays


def are_columns(features: Mapping[str, Array]) -> bool:
    """Whether each is one value a row, so that they are the columns of a table."""
    return all(array.ndim == 1 for array in features.values())


def together(features: Mapping[str, Array]) -> Arrays:
    """Return features as one array, where there is one or all are numbers of a table; else by name.

    Args:
        features: shape (rows, ...) each.
    """
    if not are_columns(features):
        return next(iter(features.values())) if len(features) == 1 else dict(features)
    if all(column.dtype.kind in "iufb" for column in features.values()):
        return np.stack([column.astype(np.float32) for column in features.values()], axis=1)
    columns = {
        name: (column if column.dtype.kind in "OU" else column.astype(np.float32))[:, None]
        for name, column in features.items()
    }
    return next(iter(columns.values())) if len(columns) == 1 else columns
