"""CIFAR's batches: pickles in a tar archive, or as it was unpacked."""

from __future__ import annotations

import io
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.data.published.contents import CIFAR100_COARSE, CIFAR100_FINE
from dnnrun.data.sources import cifar
from dnnrun.data.sources.cifar import cifar10, cifar100
from dnnrun.errors import DataError

ROWS = {**{f"data_batch_{number}": 20 for number in range(1, 6)}, "test_batch": 20}
SPLITS = {"train": 100, "test": 20}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the batches be small, so that they are soon made: the published ones have 10,000 rows each."""
    assert {name: rows // 500 for name, rows in cifar._BATCHES.items()} == ROWS
    assert {name: rows // 500 for name, rows in cifar._SPLITS.items()} == SPLITS
    monkeypatch.setattr(cifar, "_BATCHES", ROWS)
    monkeypatch.setattr(cifar, "_SPLITS", SPLITS)


def batch(rows: int, number: int, **labels: list[int]) -> dict[bytes, Any]:
    """A batch whose pictures are black but for one red and one blue corner of the first."""
    data = np.zeros((rows, 3072), np.uint8)
    data[0, 0], data[0, 3071] = number + 1, 255
    return {b"data": data, **{key.encode(): value for key, value in labels.items()}}


def archive(path: Path, batches: dict[str, Any], folder: str) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name, content in {"../evil": [], **batches}.items():
            pickled = pickle.dumps(content, protocol=3)
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(pickled)
            tar.addfile(member, io.BytesIO(pickled))


def test_cifar10_from_its_archive_and_unpacked(folder: Path) -> None:
    batches = {
        name: batch(rows, number, labels=[number, 9] * (rows // 2)) for number, (name, rows) in enumerate(ROWS.items())
    }
    archive(folder / "cifar-10-python.tar.gz", dict(reversed(batches.items())), "cifar-10-batches-py")
    data = cifar10()
    assert (data.x.shape, data.x.dtype) == ((100, 32, 32, 3), np.uint8)  # type: ignore[union-attr]
    assert data.x[[0, 20, 80], 0, 0, 0].tolist() == [1, 2, 5]  # type: ignore[index]
    assert data.x[0, 31, 31].tolist() == [0, 0, 255]  # type: ignore[index]
    assert data.y[[0, 1, 20]].tolist() == [0, 9, 1]  # type: ignore[index]
    assert data.x_test[0, 0, 0, 0] == 6  # type: ignore[index]
    assert data.class_names is not None
    assert data.class_names[9] == "truck"
    assert data.images

    (folder / "cifar-10-python.tar.gz").unlink()
    unpacked = folder / "cifar-10-batches-py"
    unpacked.mkdir()
    for name, content in batches.items():
        (unpacked / name).write_bytes(pickle.dumps(content, protocol=3))
    again = cifar10()
    assert again.fingerprint() == data.fingerprint(), "the same data, however it lies there"
    (unpacked / "data_batch_3").unlink()
    with pytest.raises(DataError, match="there is no batch data_batch_3"):
        cifar10()


def test_cifar100_has_two_kinds_of_labels(folder: Path) -> None:
    batches = {
        name: batch(rows, 0, fine_labels=[99, 0] * (rows // 2), coarse_labels=[19, 3] * (rows // 2))
        for name, rows in SPLITS.items()
    }
    archive(folder / "cifar-100-python.tar.gz", batches, "cifar-100-python")
    fine, coarse = cifar100(), cifar100(label_mode="coarse")
    assert (fine.y[:2].tolist(), coarse.y[:2].tolist()) == ([99, 0], [19, 3])  # type: ignore[index]
    assert (fine.class_names, coarse.class_names) == (CIFAR100_FINE, CIFAR100_COARSE)
    assert (len(CIFAR100_FINE), len(CIFAR100_COARSE)) == (100, 20)
    assert list(CIFAR100_FINE) == sorted(CIFAR100_FINE), "numbered in the order of the alphabet"


def test_batches_that_are_not_what_they_should_be(folder: Path) -> None:
    good = {name: batch(rows, 0, fine_labels=[1] * rows, coarse_labels=[1] * rows) for name, rows in SPLITS.items()}
    file = folder / "cifar-100-python.tar.gz"
    for change, said in [
        ({"test": [1, 2]}, "test: does not hold 20 pictures of 3 x 32 x 32 bytes"),
        ({"test": {**good["test"], b"fine_labels": [100] * 20}}, "does not hold 20 class numbers from 0 to 99"),
        ({"test": {**good["test"], b"coarse_labels": [1]}}, "does not hold 20 class numbers from 0 to 19"),
    ]:
        archive(file, {**good, **change}, "cifar-100-python")
        with pytest.raises(DataError, match=said):
            cifar100()
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(DataError, match="damaged"):
        cifar100()
