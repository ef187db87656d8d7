"""CIFAR-10 and CIFAR-100: small colour pictures in pickled batches, in a tar archive or as it was unpacked."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.published.contents import CIFAR10, CIFAR100_COARSE, CIFAR100_FINE
from dnnrun.data.published.reading import read_published
from dnnrun.data.sources.pickles import load_pickle
from dnnrun.errors import DataError

_BATCHES = {"data_batch_1": 10_000, **{f"data_batch_{number}": 10_000 for number in range(2, 6)}, "test_batch": 10_000}
_SPLITS = {"train": 50_000, "test": 10_000}
_CLASSES = {"fine": CIFAR100_FINE, "coarse": CIFAR100_COARSE}
_AGAIN = "get the file again"


def cifar10() -> SourceData:
    """Return 50,000 + 10,000 pictures of ten kinds of things, shape (rows, 32, 32, 3), uint8."""
    *training, (x_test, y_test) = read_published("cifar10")[1]
    x, y = (np.concatenate(arrays) for arrays in zip(*training, strict=True))
    return SourceData(x, y, x_test, y_test, class_names=CIFAR10)


def cifar100(*, label_mode: Literal["fine", "coarse"] = "fine") -> SourceData:
    """Return 50,000 + 10,000 pictures of a hundred kinds of things, shape (rows, 32, 32, 3), uint8.

    Args:
        label_mode: ``fine`` for the hundred kinds, ``coarse`` for the twenty that they belong to.
    """
    (x, *labels), (x_test, *test_labels) = read_published("cifar100")[1]
    kind = list(_CLASSES).index(label_mode)
    return SourceData(x, labels[kind], x_test, test_labels[kind], class_names=_CLASSES[label_mode])


def check_cifar10(path: Path) -> list[tuple[Array, ...]]:
    """Return pictures and labels of each batch, the test batch last; raise `DataError` unless they are all there."""
    return _batches(path, _BATCHES, {b"labels": len(CIFAR10)})


def check_cifar100(path: Path) -> list[tuple[Array, ...]]:
    """Return pictures, fine and coarse labels of both splits; raise `DataError` unless they are all there."""
    return _batches(path, _SPLITS, {f"{mode}_labels".encode(): len(names) for mode, names in _CLASSES.items()})


def _batches(path: Path, rows: dict[str, int], labels: dict[bytes, int]) -> list[tuple[Array, ...]]:
    found = {name: _arrays_of(batch, rows[name], labels, f"{path}, {name}") for name, batch in _pickles(path, rows)}
    missing = [name for name in rows if name not in found]
    if missing:
        raise DataError(f"{path}: there is no batch {', '.join(missing)}", hint=_AGAIN)
    return [found[name] for name in rows]


def _pickles(path: Path, names: Sequence[str] | dict[str, int]) -> Iterator[tuple[str, Any]]:
    """Yield the batches by name; nothing of an archive is unpacked to the disk."""
    if path.is_dir():
        for name in names:
            if (path / name).is_file():
                with (path / name).open("rb") as stream:
                    yield name, load_pickle(stream, f"{path}, {name}")
        return
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                content = archive.extractfile(member) if member.isfile() and name in names else None
                if content is not None:
                    yield name, load_pickle(content, f"{path}, {name}")  # type: ignore[arg-type]
    except (tarfile.TarError, zlib.error, EOFError) as error:
        reason = str(error).partition("\n")[0].rstrip(":")
        raise DataError(f"{path}: damaged, or not a .tar.gz file: {reason}", hint=_AGAIN) from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}", hint=_AGAIN) from error


def _arrays_of(batch: Any, rows: int, labels: dict[bytes, int], origin: str) -> tuple[Array, ...]:
    data = batch.get(b"data") if isinstance(batch, dict) else None
    if not isinstance(data, np.ndarray) or data.shape != (rows, 3072) or data.dtype != np.uint8:
        raise DataError(f"{origin}: does not hold {rows:,} pictures of 3 x 32 x 32 bytes", hint=_AGAIN)
    pictures = np.ascontiguousarray(data.reshape(rows, 3, 32, 32).transpose(0, 2, 3, 1))
    return (pictures, *(_labels(batch.get(key), rows, classes, origin) for key, classes in labels.items()))


def _labels(given: Any, rows: int, classes: int, origin: str) -> Array:
    is_fit = isinstance(given, list) and len(given) == rows and set(map(type, given)) <= {int}
    if not is_fit or min(given) < 0 or max(given) >= classes:
        raise DataError(f"{origin}: does not hold {rows:,} class numbers from 0 to {classes - 1}", hint=_AGAIN)
    return np.array(given, np.uint8)
