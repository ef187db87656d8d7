"""A user's own arrays in one .npz file, under the names that Keras's data sets use or under any other."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.sources import ArgumentError, nearby_files
from dnnrun.data.sources.arrays import check_arrays
from dnnrun.errors import DataError, suggest


def read_npz(
    path: str,
    *,
    x_train: str | None = None,
    y_train: str | None = None,
    x_test: str | None = None,
    y_test: str | None = None,
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Read arrays that were saved with ``np.savez``.

    Args:
        path: the file.
        x_train: name of the features, shape (rows, ...); default: ``x_train``, else ``x``.
        y_train: name of the labels, shape (rows,) or (rows, columns); default: ``y_train``, else ``y``.
        x_test: name of the test features; default: ``x_test`` if it is there.
        y_test: name of the test labels; default: ``y_test`` if it is there.
        class_names: what the class numbers 0, 1, ... stand for.

    Raises:
        DataError: the file is missing or damaged, an array is missing, needs pickle, or does not fit the others.
    """
    file = Path(path)
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if not isinstance(arrays, np.lib.npyio.NpzFile):
                raise DataError(f"{file}: a single array, not an .npz of several", hint="save it with np.savez")
            reader = _Reader(file, arrays)
            x = reader.array("x_train", x_train, "x")
            y = reader.array("y_train", y_train, "y")
            has_test = x_test is not None or y_test is not None or {"x_test", "y_test"} & set(arrays.files)
            test = (reader.array("x_test", x_test), reader.array("y_test", y_test)) if has_test else None
    except FileNotFoundError as error:
        raise ArgumentError("path", f"{file}: there is no such file", nearby_files(file)) from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{file}: cannot be read as .npz: {error}", hint="save it with np.savez") from error
    names = tuple(class_names) if class_names else None
    check_arrays(x, y, f"{file}: features and labels")
    if test is None:
        return SourceData(x, y, class_names=names, files=(file,))
    check_arrays(*test, f"{file}: test features and labels")
    if test[0].shape[1:] != x.shape[1:]:
        raise DataError(f"{file}: a test row has shape {test[0].shape[1:]}, a training row {x.shape[1:]}")
    return SourceData(x, y, *test, class_names=names, files=(file,))


class _Reader:
    def __init__(self, file: Path, arrays: np.lib.npyio.NpzFile) -> None:
        self._file, self._arrays = file, arrays

    def array(self, argument: str, name: str | None, other: str | None = None) -> Array:
        candidates = [name] if name else [argument, *([other] if other else [])]
        for candidate in candidates:
            if candidate in self._arrays.files:
                return self._load(candidate)
        listed = ", ".join(self._arrays.files) or "nothing"
        near = suggest(candidates[0], self._arrays.files)
        hint = f"it holds {listed}; name the right one: {{npz: {{path: ..., {argument}: NAME}}}}"
        raise ArgumentError(
            argument if name else "path",
            f"{self._file}: there is no array {' or '.join(repr(c) for c in candidates)}",
            f"{near}\n{hint}" if near else hint,
        )

    def _load(self, name: str) -> Array:
        try:
            array: Array = self._arrays[name]
        except ValueError as error:
            if "pickle" not in str(error):
                raise
            raise DataError(
                f"{self._file}: the array {name!r} holds Python objects, which are not loaded from a file",
                hint="save it as numbers, or as text with dtype str",
            ) from error
        return array
