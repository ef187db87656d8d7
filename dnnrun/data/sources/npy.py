"""A user's own arrays, each in an .npy file of its own, read as they are needed."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import check_class_names, unreadable
from dnnrun.errors import DataError

_MAGIC = b"\x93NUMPY"
_SAVE = "save each array by itself: np.save(file, array)"


def read_npy(
    x: str,
    y: str,
    *,
    x_test: str | None = None,
    y_test: str | None = None,
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Read arrays that were saved with ``np.save``; they are mapped into memory, so that only what is used is read.

    Args:
        x: the file with the features, shape (rows, ...).
        y: the file with the labels, shape (rows,) or (rows, columns).
        x_test: the file with the features of a test set.
        y_test: the file with its labels.
        class_names: what the class numbers 0, 1, ... stand for; for text labels, the labels in the order of their
            numbers.

    Raises:
        DataError: a file is missing, is cut off, is no .npy file, or holds Python objects.
    """
    check_class_names(class_names)
    named = {"x": x, "y": y, "x_test": x_test, "y_test": y_test}
    files = {argument: Path(path) for argument, path in named.items() if path is not None}
    arrays = {argument: _array(file, argument) for argument, file in files.items()}
    return SourceData(
        arrays["x"],
        arrays["y"],
        arrays.get("x_test"),
        arrays.get("y_test"),
        class_names=class_names or None,
        files=tuple(files.values()),
    )


def _array(file: Path, argument: str) -> Array:
    try:
        is_empty = _check_is_npy(file)
        array = np.load(file, mmap_mode=None if is_empty else "r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise DataError(
            f"{file}: damaged: {error}", hint="get the file again, or save it again with np.save"
        ) from error
    except OSError as error:
        raise unreadable(argument, file, error) from error
    return np.asarray(array)


def _check_is_npy(file: Path) -> bool:
    """Return whether an array has no values; raise `DataError` for a file that is cut off, or not such an array."""
    with file.open("rb") as stream:
        start = stream.read(len(_MAGIC))
        if start.startswith(b"PK"):
            raise DataError(f"{file}: several arrays (.npz), not one in an .npy", hint=f"source: {{npz: {file.name}}}")
        if not start:
            raise DataError(f"{file}: the file is empty", hint=_SAVE)
        if start != _MAGIC:
            raise DataError(f"{file}: not an .npy file", hint=_SAVE)
        stream.seek(0)
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
        there = os.fstat(stream.fileno()).st_size - stream.tell()
    if dtype.hasobject:
        raise DataError(
            f"{file}: it holds Python objects, which are not loaded from a file",
            hint="save it as numbers, or as text with dtype str",
        )
    told = math.prod(shape) * dtype.itemsize
    if there < told:
        raise DataError(
            f"{file}: cut off: {there:,} of the {told:,} bytes of its shape {shape} are there",
            hint="get the file again",
        )
    return not told
