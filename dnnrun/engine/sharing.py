"""Arrays whose memory NumPy and TensorFlow share: rows that fill half of the memory are not to be there three times."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from dnnrun.data.dataset import Array

_ALIGNMENT = 64  # bytes, at a multiple of which TensorFlow wants a tensor to begin


def empty_array(shape: tuple[int, ...], dtype: npt.DTypeLike) -> Array:
    """Return an array with anything in it, as `tensor_of` can share it."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    begin = -memory.ctypes.data % _ALIGNMENT
    return memory[begin : begin + size].view(dtype).reshape(shape)


def tensor_of(array: Array) -> Any:
    """Return an array as a tensor where the model computes: on a CPU its own memory, if that is possible.

    The array is not to be changed afterwards.
    """
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__()) if _can_share(array) else tf.convert_to_tensor(array)


def _can_share(array: Array) -> bool:
    is_plain = array.dtype.kind in "iuf" and array.flags.c_contiguous and array.flags.writeable and array.size > 0
    return is_plain and not array.ctypes.data % _ALIGNMENT and not tf.config.list_logical_devices("GPU")
