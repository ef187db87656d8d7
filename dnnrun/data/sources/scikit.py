"""The toy sets that come with scikit-learn, as `sklearn.datasets` loads them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dnnrun.data.dataset import SourceData


def wine() -> SourceData:
    """Return 178 wines of three growers, thirteen measurements each, shape (178, 13), float32."""
    return _table("load_wine")


def breast_cancer() -> SourceData:
    """Return 569 tumours, malignant or benign, thirty measurements each, shape (569, 30), float32."""
    return _table("load_breast_cancer")


def diabetes(*, scaled: bool = True) -> SourceData:
    """Return 442 patients with ten measurements, and how far their disease got in a year; shape (442, 10), float32.

    Args:
        scaled: centred, and scaled so that the squares of each column sum to 1, as scikit-learn gives them by default.
    """
    return _table("load_diabetes", scaled=scaled)


def digits() -> SourceData:
    """Return 1,797 pictures of handwritten digits, shape (1797, 8, 8), uint8.

    scikit-learn gives 17 grey levels from 0 to 16. They are spread over 0 to 255, times 255 / 16 and rounded, so that
    these are pictures like any other: rescaled by default to 0 to 1.
    """
    made = _bunch("load_digits")
    pictures = np.rint(made.images * (255 / 16)).astype(np.uint8)
    return SourceData(pictures, made.target, class_names=_texts(made.target_names))


def _table(loader: str, **arguments: Any) -> SourceData:
    made = _bunch(loader, **arguments)
    classes = _texts(made.target_names) if "target_names" in made else None
    x = made.data.astype(np.float32)
    return SourceData(x, made.target, class_names=classes, feature_names=_texts(made.feature_names))


def _bunch(loader: str, **arguments: Any) -> Any:
    import sklearn.datasets  # noqa: PLC0415 - takes a second

    return getattr(sklearn.datasets, loader)(**arguments)


def _texts(names: Any) -> tuple[str, ...]:
    return tuple(map(str, names))
