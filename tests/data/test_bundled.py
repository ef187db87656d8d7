"""The bundled data sets are the real ones: their bytes, shapes, classes and counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest

from dnnrun.data.dataset import Dataset
from dnnrun.data.sources import bundled

SUMS = dict(reversed(line.split()) for line in (bundled.FILES / "SHA256SUMS").read_text().splitlines())
CROSSENTROPY = "sparse_categorical_crossentropy"


def test_every_file_is_listed() -> None:
    files = {path.name for path in bundled.FILES.iterdir()} - {"SHA256SUMS", "PROVENANCE.md"}
    assert files == set(SUMS)
    assert len(files) == 5
    provenance = (bundled.FILES / "PROVENANCE.md").read_text()
    assert all(f"`{name}`" in provenance for name in files)


@pytest.mark.parametrize("name", SUMS)
def test_the_bytes_are_those_that_were_listed(name: str) -> None:
    assert hashlib.sha256((bundled.FILES / name).read_bytes()).hexdigest() == SUMS[name]


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        ("mnist", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
         [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
        ("fashion_mnist", [6000] * 10, [1000] * 10),
    ],
)  # fmt: skip
def test_images(name: str, train: list[int], test: list[int], load: Callable[..., Dataset]) -> None:
    data = load(f"source: {name}", loss=CROSSENTROPY)
    facts = data.facts()
    assert data.train.x.shape == (60000, 28, 28)
    assert data.test is not None
    assert data.test.x.shape == (10000, 28, 28)
    assert data.train.x.dtype == np.uint8
    assert (data.train.x.min(), data.train.x.max()) == (0, 255)
    assert facts["label_counts"] == {"train": train, "test": test}
    assert data.is_image
    assert not data.label_maps()
    assert data.fingerprint == SUMS[f"{name}.npz"]
    assert data.class_names is not None
    assert len(set(data.class_names)) == 10


def test_class_names_of_images(load: Callable[..., Dataset]) -> None:
    assert load("{source: mnist, limit: 9}", loss=CROSSENTROPY).class_names == tuple("0123456789")
    names = load("{source: fashion_mnist, limit: 9}", loss=CROSSENTROPY).class_names
    assert names is not None
    assert (names[0], names[9]) == ("T-shirt/top", "Ankle boot")


def test_iris(load: Callable[..., Dataset]) -> None:
    data = load("source: iris", loss=CROSSENTROPY)
    assert data.train.x.shape == (150, 4)
    assert data.class_names == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")
    assert data.label_maps()
    assert data.facts()["label_counts"] == {"train": [50, 50, 50]}
    assert data.train.x[0].tolist() == pytest.approx([5.1, 3.5, 1.4, 0.2])
    assert data.facts()["features"] == ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    assert data.fingerprint == SUMS["iris.csv"]


def test_pima(load: Callable[..., Dataset]) -> None:
    data = load("source: pima", loss="binary_crossentropy")
    assert data.train.x.shape == (768, 8)
    assert data.train.y.shape == (768, 1)
    assert data.class_names == ("no diabetes", "diabetes")
    assert data.facts()["label_counts"] == {"train": [500, 268]}


def test_boston_housing(load: Callable[..., Dataset]) -> None:
    data = load("source: boston_housing", loss="mse")
    assert data.task == "regression"
    assert data.train.x.shape == (506, 13)
    assert data.train.y.shape == (506, 1)
    assert data.class_names is None
    assert data.train.y.mean() == pytest.approx(22.53, abs=0.01)
