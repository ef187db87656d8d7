"""Checkpoints for resume: each one file, written whole, checked when read, and only the newest two kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dnnrun.errors import RunError
from dnnrun.store import atomic, layout

if TYPE_CHECKING:
    import numpy as np

_MAGIC = b"dnnrun checkpoint 1\n"
_ENDING = ".state"

Array: TypeAlias = "np.ndarray[Any, Any]"


@dataclass(frozen=True)
class Checkpoint:
    """What a training needs to go on.

    Args:
        arrays: by name.
        state: what JSON holds; numbers that are not finite included.
    """

    arrays: Mapping[str, Array]
    state: Mapping[str, Any]


class Checkpoints:
    """The checkpoints of one run.

    A file holds a digest of the rest, a header as JSON, and the bytes of the arrays one after the other. Its name is
    its number; the pointer to it is written when it is complete.

    Args:
        folder: where they lie; made by the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Keep a checkpoint, and remove all but the newest two.

        Raises:
            RunError: it cannot be written; those that there were are kept.
        """
        with atomic.explained(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
        numbers = self._numbers()
        number = max(numbers, default=0) + 1
        parts = list(_encoded(arrays, state))
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
        with atomic.replacing(self._file(number)) as temporary, temporary.open("wb") as file:
            file.write(_MAGIC + digest.digest())
            file.writelines(parts)
        atomic.write_json(self._folder / layout.LATEST, {"file": self._file(number).name})
        self._remove_others({number, max(numbers, default=number)})  # the one before, should the disk lose the newest

    def read(self) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, or None where there is none.

        Raises:
            RunError: there are some, and all are damaged; to go on from the start would take the place of the run.
        """
        tried: set[int] = set()
        while new := [number for number in self._newest_first() if number not in tried]:  # one may come meanwhile
            for number in new:
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError, struct.error, RecursionError):
                    return _decoded(self._file(number).read_bytes())
            tried.update(new)
        if tried:
            raise RunError(
                f"{self._folder}: every checkpoint is damaged, or may not be read",
                hint="put the files back as they were, or train the run's resolved.yaml anew",
            )
        return None

    def _newest_first(self) -> list[int]:
        """Return the numbers, the one that the pointer names first: the newest that was surely complete."""
        numbers = sorted(self._numbers(), reverse=True)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            named = json.loads((self._folder / layout.LATEST).read_text(encoding="utf-8"))["file"]
            numbers.sort(key=lambda number: self._file(number).name != named)
        return numbers

    def _numbers(self) -> list[int]:
        try:
            stems = [path.stem for path in self._folder.iterdir() if path.suffix == _ENDING]
        except OSError:
            return []
        return [int(stem) for stem in stems if stem.isdecimal()]

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06d}{_ENDING}"

    def _remove_others(self, kept: set[int]) -> None:
        for number in set(self._numbers()) - kept:
            with contextlib.suppress(OSError):
                self._file(number).unlink()
        for left_over in self._folder.glob(f"{layout.TEMPORARY}*"):  # of a process that was killed while it wrote
            with contextlib.suppress(OSError):
                left_over.unlink()


def _encoded(arrays: Mapping[str, Array], state: Mapping[str, Any]) -> Iterator[bytes | memoryview]:
    import numpy as np  # noqa: PLC0415 - a tenth of a second, which commands that only read facts do without

    described = [(name, str(array.dtype), list(array.shape)) for name, array in arrays.items()]
    header = json.dumps({"state": state, "arrays": described}).encode()
    yield struct.pack("<Q", len(header))
    yield header
    for array in arrays.values():
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data  # no copy, which may be gigabytes


def _decoded(content: bytes) -> Checkpoint:
    """Return what a file holds; raises ValueError where it is damaged."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, which commands that only read facts do without

    start = len(_MAGIC) + hashlib.sha256().digest_size
    digest = hashlib.sha256(memoryview(content)[start:]).digest()
    if not content.startswith(_MAGIC) or digest != content[len(_MAGIC) : start]:
        raise ValueError("damaged")
    [length] = struct.unpack_from("<Q", content, start)
    start += 8
    header = json.loads(content[start : start + length])
    position, arrays = start + length, {}
    for name, dtype_name, shape in header["arrays"]:
        dtype = _dtype(dtype_name)
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(content, dtype, count, position).reshape(shape).copy()
        position += count * dtype.itemsize
    return Checkpoint(arrays, header["state"])


def _dtype(name: str) -> np.dtype[Any]:
    import numpy as np  # noqa: PLC0415 - a tenth of a second, which commands that only read facts do without

    try:
        return np.dtype(name)
    except TypeError:  # the 8 and 16 bit floats of machine learning, which NumPy knows once these are imported
        import ml_dtypes  # noqa: PLC0415 - comes with TensorFlow, and is needed for these alone

        known: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
        return known
