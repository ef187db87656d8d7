"""Arrays to predict, in .npy and .npz files or in memory: checked against what the model takes, some rows at a time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Array, unwrapped
from dnnrun.data.prediction.form import Batch, InputForm, RowForm
from dnnrun.errors import DataError, suggest

_BYTES = 32 << 20  # of an array that are in memory at a time


def read_arrays(file: Path, form: RowForm) -> Iterator[Batch]:
    """Yield the rows of a .npy or .npz file.

    Raises:
        DataError: it is damaged, holds Python objects, lacks an array, or has rows of another shape.
    """
    try:
        with file.open("rb") as stream:
            if not zipfile.is_zipfile(stream):
                stream.seek(0)
                yield from _batches({ONLY: _Member(stream, str(file))}, file, form)
                return
        with zipfile.ZipFile(file) as archive:
            members = _members_of(archive, file, form)
            opened = {
                name: _Member(archive.open(f"{array}.npy"), f"{file}, array {array!r}")
                for name, array in members.items()
            }
            yield from _batches(opened, file, form)
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{file}: no array of NumPy, or damaged: {error}", hint="save it again with numpy") from error


class _Member:
    """An array in a file, read from its beginning to its end."""

    def __init__(self, stream: IO[bytes], origin: str) -> None:
        self.origin, self._stream = origin, stream
        version = np.lib.format.read_magic(stream)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        self.shape, self._is_fortran, self.dtype = reader(stream)
        if self.dtype.hasobject:
            what = f"{origin}: holds Python objects, which are not loaded from a file"
            raise DataError(what, hint="save it as numbers, or as text with dtype str")
        self._whole: Array | None = None
        self._at = 0

    def take(self, rows: int) -> Array:
        """Return the next rows."""
        if self._is_fortran:
            if self._whole is None:
                values = self._numbers(int(np.prod(self.shape)))
                self._whole = values.reshape(self.shape[::-1]).transpose()
            taken, self._at = self._whole[self._at : self._at + rows], self._at + rows
            return taken
        return self._numbers(rows * int(np.prod(self.shape[1:]))).reshape(rows, *self.shape[1:])

    def single(self) -> Array:
        """Return the whole array as one row."""
        values = self._numbers(int(np.prod(self.shape)))
        shape = self.shape[::-1] if self._is_fortran else self.shape
        array = values.reshape(shape)
        return (array.transpose() if self._is_fortran else array)[None]

    def _numbers(self, count: int) -> Array:
        content = self._stream.read(count * self.dtype.itemsize)
        if len(content) < count * self.dtype.itemsize:
            raise DataError(f"{self.origin}: damaged: the end is missing", hint="get the file again")
        return np.frombuffer(content, self.dtype, count)


def _batches(members: Mapping[str, _Member], file: Path, form: RowForm) -> Iterator[Batch]:
    if set(members) != set(form.inputs):
        listed = ", ".join(map(repr, form.inputs))
        raise DataError(f"{file}: one array, and the model takes {listed}", hint="save them with np.savez, by name")
    lengths = {
        name: _rows_in(member.shape, form.inputs[name], member.origin, member.dtype) for name, member in members.items()
    }
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name!r} {length or 1}" for name, length in lengths.items())
        raise DataError(f"{file}: the arrays have different numbers of rows: {listed}")
    length = next(iter(lengths.values()))
    if length is None:
        x = {name: fitting(member.single(), form.inputs[name], member.origin) for name, member in members.items()}
        yield Batch(unwrapped(x), {"file": [str(file)], "row": [0]})
        return
    bytes_of_row = sum(member.dtype.itemsize * int(np.prod(member.shape[1:])) for member in members.values())
    step = max(1, _BYTES // max(1, bytes_of_row))
    for begin in range(0, length, step):
        count = min(step, length - begin)
        x = {
            name: fitting(member.take(count), form.inputs[name], member.origin, begin)
            for name, member in members.items()
        }
        yield Batch(unwrapped(x), {"file": [str(file)] * count, "row": list(range(begin, begin + count))})


def _members_of(archive: zipfile.ZipFile, file: Path, form: RowForm) -> dict[str, str]:
    """Return the name of the array for each input."""
    names = [name.removesuffix(".npy") for name in archive.namelist()]
    recorded = form.arguments.get("x_train") if form.source == "npz" else None
    if ONLY not in form.inputs:
        known: Mapping[str, Any] = recorded if isinstance(recorded, Mapping) else {}
        found = {name: str(known[name]) if known.get(name) in names else name for name in form.inputs}
        lacking = [array for array in found.values() if array not in names]
        if lacking:
            hint = f"{suggest(lacking[0], names)}\nit holds {', '.join(names)}".strip()
            raise DataError(f"{file}: there is no array {lacking[0]!r}", hint=hint)
        return found
    others = [name for name in names if not name.startswith("y")]
    candidates = ["x", *([recorded] if isinstance(recorded, str) else []), "x_test", "x_train"]
    chosen = next((name for name in candidates if name in names), others[0] if len(others) == 1 else None)
    if chosen is None:
        hint = "call the rows x: np.savez(file, x=rows)"
        raise DataError(f"{file}: holds {', '.join(names) or 'nothing'}, and it is not clear which are rows", hint=hint)
    return {ONLY: chosen}


def _rows_in(shape: tuple[int, ...], form: InputForm, origin: str, dtype: Any) -> int | None:
    """Return how many rows an array of a shape has; None where it is a single row itself."""
    if tuple(shape[1:]) == form.shape or (form.shape == (1,) and len(shape) == 1 and shape):
        return int(shape[0])
    if tuple(shape) == form.shape or (form.shape == (1,) and not shape):
        return None
    wanted = f"(rows, {', '.join(map(str, form.shape))})"
    what = f"{origin}: has shape {tuple(shape)}, and the model takes {wanted} of {form.dtype}"
    raise DataError(what, hint=f"or a single row of shape {form.shape}")


def as_batch(array: Array, form: InputForm, origin: str) -> Array:
    """Return an array in memory as rows; a single row gets its axis.

    Raises:
        DataError: it has another shape or type than the model takes.
    """
    rows = _rows_in(array.shape, form, origin, array.dtype)
    return fitting(array[None] if rows is None else array, form, origin)


def fitting(array: Array, form: InputForm, origin: str, first: int = 0) -> Array:
    """Return rows in the type that the model takes; raises `DataError` where they are of another kind.

    Args:
        array: shape (rows, ...).
        form: what the model takes.
        origin: how messages call it.
        first: the number of the first row.
    """
    array = array.reshape(len(array), *form.shape)
    is_text = array.dtype.kind in "OSU"
    if is_text is not form.is_text:
        has, takes = ("text", "numbers") if is_text else ("numbers", "texts")
        raise DataError(f"{origin}: holds {has}, and the model takes {takes}")
    if is_text:
        return array.astype(str).astype(object)
    if array.dtype.kind == "f":
        odd = np.flatnonzero(~np.isfinite(array).reshape(len(array), -1).all(axis=1))
        if len(odd):
            what = f"{origin}: has a number that is NaN or infinite in row {first + int(odd[0])}, counted from 0"
            raise DataError(what, hint="write a number there, or leave the row out")
        if form.is_picture and array.size and 0 < float(array.max()) <= 1:
            what = f"{origin}: pixels are fractions up to 1, and the model takes bytes from 0 to 255"
            raise DataError(what, hint="multiply by 255: the model scales pixels itself")
    return array.astype(np.float32) if array.dtype.kind in "fb" else array
