"""A user's own arrays in one .npz file, under the names that Keras's data sets use or under any other."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dnnrun.data.dataset import Array, Arrays, SourceData
from dnnrun.data.sources import ArgumentError, check_class_names, unreadable
from dnnrun.errors import DataError, suggest

_SAVE = "save it with np.savez(file, x=features, y=labels)"


def read_npz(
    path: str,
    *,
    x_train: str | Mapping[str, str] | None = None,
    y_train: str | Mapping[str, str] | None = None,
    x_test: str | Mapping[str, str] | None = None,
    y_test: str | Mapping[str, str] | None = None,
    class_names: tuple[str, ...] | None = None,
) -> SourceData:
    """Read arrays that were saved with ``np.savez``.

    Args:
        path: the file.
        x_train: name of the features, shape (rows, ...); default: ``x_train``, else ``x``. Of several inputs the name
            of an array for each.
        y_train: name of the labels, shape (rows,) or (rows, columns); default: ``y_train``, else ``y``. Of several
            outputs the name of an array for each.
        x_test: name of the test features, or names as for ``x_train``; default: ``x_test`` if it is there, and where
            nothing has several names.
        y_test: name of the test labels, likewise.
        class_names: what the class numbers 0, 1, ... stand for; for text labels, the labels in the order of their
            numbers.

    Raises:
        DataError: the file is missing or damaged, an array is missing, or needs pickle.
    """
    file = Path(path)
    check_class_names(class_names)
    try:
        _check_is_npz(file)
        with np.load(file, allow_pickle=False) as arrays:
            reader = _Reader(file, arrays)
            x = reader.arrays("x_train", x_train, "x")
            y = reader.arrays("y_train", y_train, "y")
            is_found = not (isinstance(x, dict) or isinstance(y, dict)) and {"x_test", "y_test"} & set(arrays.files)
            has_test = x_test is not None or y_test is not None or is_found
            held_out = (reader.arrays("x_test", x_test), reader.arrays("y_test", y_test)) if has_test else (None, None)
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{file}: damaged: {error}", hint="get the file again, or save it again with np.savez"
        ) from error
    except OSError as error:
        raise unreadable("path", file, error) from error
    return SourceData(x, y, held_out[0], held_out[1], class_names=class_names or None, files=(file,))


def _check_is_npz(file: Path) -> None:
    with file.open("rb") as stream:
        start = stream.read(6)
        if zipfile.is_zipfile(stream):
            return
    if start.startswith(b"PK"):
        raise DataError(f"{file}: damaged: the end of the file is missing", hint="get the file again")
    if start == b"\x93NUMPY":
        raise DataError(f"{file}: a single array (.npy), not several in an .npz", hint=_SAVE)
    raise DataError(f"{file}: not an .npz file", hint=_SAVE)


class _Reader:
    def __init__(self, file: Path, arrays: np.lib.npyio.NpzFile) -> None:
        self._file, self._arrays = file, arrays

    def arrays(self, argument: str, names: str | Mapping[str, str] | None, other: str | None = None) -> Arrays:
        if isinstance(names, Mapping):
            return {name: self.array(argument, array) for name, array in names.items()}
        return self.array(argument, names, other)

    def array(self, argument: str, name: str | None, other: str | None = None) -> Array:
        candidates = [name] if name else [argument, *([other] if other else [])]
        for candidate in candidates:
            if candidate in self._arrays.files:
                return self._load(candidate)
        listed = ", ".join(self._arrays.files) or "nothing"
        alike = [array for array in self._arrays.files if array not in {"x_train", "y_train", "x_test", "y_test"}]
        near = suggest(candidates[0], alike)
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
