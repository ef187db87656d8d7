"""Python objects from files that nobody vouches for: arrays, lists and numbers are loaded, and nothing else is.

A pickle may call any function that it names. The data sets that Keras publishes are partly pickles: the batches of
CIFAR, and the arrays of lists inside the .npz files of reviews.
"""

from __future__ import annotations

import io
import pickle
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.errors import DataError

_AGAIN = "get the file again"
# What NumPy rebuilds arrays and single numbers of; its modules were renamed in version 2.
_ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
}


class _Refused(pickle.UnpicklingError):
    """A pickle names something that is not of NumPy's arrays."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return super().find_class(module.replace("numpy.core.", "numpy._core."), name)
        raise _Refused(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise _Refused(f"the object {pid!r} from outside")


def load_pickle(stream: BinaryIO, origin: str) -> Any:
    """Load a pickle of arrays, lists, dicts, texts and numbers; the texts of Python 2 become bytes.

    Args:
        stream: where the pickle begins.
        origin: how messages call it.

    Raises:
        DataError: it is damaged, or asks for anything else; nothing that it names was called.
    """
    try:
        return _Unpickler(stream, encoding="bytes").load()
    except _Refused as error:
        raise DataError(
            f"{origin}: asks Python for {error}, which is not loaded from a file: only arrays, lists and numbers are",
            hint="do not trust this file; get it from where it was published",
        ) from error
    except Exception as error:  # a damaged pickle may fail in any way
        what = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{origin}: damaged: {what}", hint=_AGAIN) from error


def load_npz(file: Path, names: Collection[str]) -> dict[str, Array]:
    """Load arrays from an .npz file, also those whose elements are lists, which NumPy keeps as pickles.

    Args:
        file: made with ``numpy.savez``.
        names: of the arrays that are wanted.

    Raises:
        DataError: the file cannot be read, is damaged, has no such array, or asks for more than arrays and lists.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            held = [name.removesuffix(".npy") for name in archive.namelist()]
            missing = [name for name in names if name not in held]
            if missing:
                listed = ", ".join(held) or "nothing"
                raise DataError(f"{file}: there is no array {missing[0]!r}", hint=f"it holds {listed}")
            return {name: _array(archive.read(f"{name}.npy"), f"{file}, array {name!r}") for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{file}: damaged, or not an .npz file: {error}", hint=_AGAIN) from error
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror or error}") from error


def _array(content: bytes, origin: str) -> Array:
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        reads = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = reads(stream)
        if not dtype.hasobject:
            stream.seek(0)
            array: Array = np.lib.format.read_array(stream, allow_pickle=False)
            return array
    except (ValueError, EOFError, MemoryError) as error:
        raise DataError(f"{origin}: damaged: {error}", hint=_AGAIN) from error
    loaded = load_pickle(stream, origin)
    if not isinstance(loaded, np.ndarray) or loaded.shape != shape or loaded.dtype != dtype:
        raise DataError(f"{origin}: damaged: it holds something else than it says", hint=_AGAIN)
    return loaded
