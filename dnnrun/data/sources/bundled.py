"""The data sets that come with dnnrun: no network, checked against their published checksums.

`files/PROVENANCE.md` says where each comes from and under which licence.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dnnrun.data.dataset import SourceData
from dnnrun.data.sources.csv import read_csv
from dnnrun.errors import DataError

FILES = Path(__file__).parent.parent / "files"

_FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def mnist() -> SourceData:
    """Return 60,000 training and 10,000 test images of handwritten digits, 28 x 28 bytes, classes 0 to 9."""
    return _images("mnist.npz", tuple(str(digit) for digit in range(10)))


def fashion_mnist() -> SourceData:
    """Return 60,000 training and 10,000 test images of clothes, 28 x 28 bytes, ten classes."""
    return _images("fashion_mnist.npz", _FASHION)


def iris() -> SourceData:
    """Return 150 flowers: four lengths in cm, three species as text."""
    return read_csv(_file("iris.csv"), "species")


def pima() -> SourceData:
    """Return 768 patients: eight measurements, and whether diabetes was found within five years.

    Zeros in Glucose, BloodPressure, SkinThickness, Insulin and BMI stand for values that were not measured.
    """
    table = read_csv(_file("pima.csv"), "Outcome")
    return SourceData(
        table.x,
        table.y,
        class_names=("no diabetes", "diabetes"),
        feature_names=table.feature_names,
        files=table.files,
    )


def boston_housing() -> SourceData:
    """Return 506 districts of Boston: thirteen features, and the median house value in 1,000 US dollars of 1978."""
    return read_csv(_file("boston_housing.csv"), "medv")


def _images(name: str, class_names: tuple[str, ...]) -> SourceData:
    path = Path(_file(name))
    with np.load(path, allow_pickle=False) as arrays:
        x, y, x_test, y_test = (arrays[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    return SourceData(x, y, x_test, y_test, class_names=class_names, files=(path,))


def _file(name: str) -> str:
    path = FILES / name
    if not path.is_file():
        raise DataError(f"{path}: this bundled file is missing", hint="install dnnrun again")
    return str(path)
