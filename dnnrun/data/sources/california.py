"""Keras's California housing data: a table of numbers in an .npz file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.published.contents import CALIFORNIA
from dnnrun.data.published.reading import read_published
from dnnrun.data.sources.pickles import load_npz
from dnnrun.data.sources.word_numbers import training_rows
from dnnrun.errors import DataError

_ROWS = {"small": 600, "large": 20_640}


def california_housing(
    *, version: Literal["large", "small"] = "large", test_split: float = 0.2, seed: int = 113
) -> SourceData:
    """Return districts of California: eight features, float32, and the median house value in US dollars of 1990.

    The arguments are those of ``keras.datasets.california_housing.load_data``, and so are the rows and their order.

    Args:
        version: ``large`` for all 20,640 rows, ``small`` for the first 600.
        test_split: the share of the rows, in their shuffled order, that is the test set.
        seed: of that order.

    Raises:
        DataError: the file is not to be had, or is not what it should be.
    """
    kept = training_rows(_ROWS[version], test_split)
    file, raw = read_published("california_housing")
    order = np.arange(_ROWS[version])
    np.random.RandomState(seed).shuffle(order)
    x, y = raw["x"][order].astype(np.float32), raw["y"][order]
    x_test, y_test = (x[kept:], y[kept:]) if kept < len(y) else (None, None)
    return SourceData(x[:kept], y[:kept], x_test, y_test, feature_names=CALIFORNIA, files=(file,))


def check_california(file: Path) -> dict[str, Array]:
    """Return the arrays of the table; raise `DataError` unless a file holds them, as Keras publishes them."""
    raw = load_npz(file, ("x", "y"))
    for name, shape in (("x", (_ROWS["large"], len(CALIFORNIA))), ("y", (_ROWS["large"],))):
        array = raw[name]
        if array.shape != shape or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            what = f"{file}, array {name!r}: shape {array.shape} of {array.dtype}, not finite numbers of shape {shape}"
            raise DataError(what, hint="get the file again")
    return raw
