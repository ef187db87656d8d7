"""What a saved network says about raw rows."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, Arrays, mapped, row_count
from dnnrun.engine.objects import in_one_line
from dnnrun.errors import DataError


class Predictor:
    """A loaded model, asked in batches.

    Args:
        model: takes raw rows.
        batch_size: how many of them at a time.
    """

    def __init__(self, model: keras.Model, batch_size: int) -> None:
        self._batch_size = batch_size
        self._call = tf.function(lambda x: model(x, training=False), reduce_retracing=True)
        names = getattr(model, "output_names", None)
        self._names = list(names) if names and len(names) > 1 else [ONLY]

    def __call__(self, x: Arrays) -> dict[str, Array]:
        """Return what each output gives for rows, shape (rows, ...), that of a single one under `ONLY`.

        Raises:
            DataError: the rows do not fit the model.
        """
        parts: list[dict[str, Array]] = []
        for begin in range(0, row_count(x), self._batch_size):
            end = begin + self._batch_size
            parts.append(self._of_batch(mapped(lambda array, begin=begin, end=end: array[begin:end], x)))  # type: ignore[misc]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _of_batch(self, x: Arrays) -> dict[str, Array]:
        try:
            given: Any = self._call(_tensors(x))
        except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
            raise DataError(f"the model does not take these rows: {in_one_line(error)}") from error
        if isinstance(given, dict):
            return {name: _plain(each) for name, each in given.items()}
        several = given if isinstance(given, list | tuple) else [given]
        return {name: _plain(each) for name, each in zip(self._names, several, strict=True)}


def _plain(given: Any) -> Array:
    """Return an output in a type that NumPy knows: 16-bit floats it does not, or not all."""
    array = np.asarray(given)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _tensors(x: Arrays) -> Any:
    if isinstance(x, dict):
        return {name.replace("/", "_"): _tensor(array) for name, array in x.items()}  # as the front names its inputs
    return _tensor(x)


def _tensor(array: Array) -> Any:
    if array.dtype.kind in "OU":
        return tf.constant([[str(text) for text in row] for row in array.tolist()])
    return tf.convert_to_tensor(array.astype(np.float32) if array.dtype == np.float64 else array)
