"""From raw rows to the matrix that an estimator takes: what `dataset.preprocess` says, without Keras.

The steps are scikit-learn's kind of transformers, saved with the estimator, so that it takes raw rows. What they learn,
they learn from the rows that the estimator is fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from dnnrun.components import Component, ConfigPath
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Dataset, by_name
from dnnrun.errors import ConfigError, Problem

_SMALLEST_DEVIATION = 1e-7  # as Keras's Normalization keeps what it divides by from 0


class Rescaling(TransformerMixin, BaseEstimator):
    """``x * scale + offset``, as Keras's layer of the name."""

    def __init__(self, scale: float = 1.0, offset: float = 0.0) -> None:
        self.scale = scale
        self.offset = offset

    def fit(self, x: Array, y: Any = None) -> Self:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, x: Array) -> Array:
        """Return the rows, scaled, as float64."""
        return np.asarray(x, np.float64) * self.scale + self.offset


class Normalization(TransformerMixin, BaseEstimator):
    """``(x - mean) / deviation`` of the rows it was fitted on, along an axis or over all, as Keras's layer does."""

    def __init__(self, axis: int | None = -1) -> None:
        self.axis = axis

    def fit(self, x: Array, y: Any = None) -> Self:
        """Learn mean and standard deviation."""
        numbers = np.asarray(x, np.float64)
        kept = () if self.axis is None else (self.axis % numbers.ndim,)
        others = tuple(axis for axis in range(numbers.ndim) if axis not in kept)
        self.mean_ = numbers.mean(axis=others, keepdims=True)
        self.deviation_ = np.maximum(numbers.std(axis=others, keepdims=True), _SMALLEST_DEVIATION)
        return self

    def transform(self, x: Array) -> Array:
        """Return the rows, normalized, as float64."""
        return np.asarray((np.asarray(x, np.float64) - self.mean_) / self.deviation_)


class Flat(TransformerMixin, BaseEstimator):
    """Rows of any shape as rows of a matrix, float64."""

    def fit(self, x: Array, y: Any = None) -> Self:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, x: Array) -> Array:
        """Return shape (rows, numbers)."""
        return np.asarray(x, np.float64).reshape(len(x), -1)


class Columns(TransformerMixin, BaseEstimator):
    """Several columns or inputs, each with a transformer of its own, side by side in one matrix."""

    def __init__(self, transformers: Mapping[str, Any]) -> None:
        self.transformers = transformers

    def fit(self, x: Mapping[str, Array], y: Any = None) -> Self:
        """Fit each on its own."""
        self.fitted_ = {name: clone(transformer).fit(x[name]) for name, transformer in self.transformers.items()}
        return self

    def transform(self, x: Mapping[str, Array]) -> Array:
        """Return shape (rows, numbers), in the order of the transformers."""
        made = [transformer.transform(x[name]) for name, transformer in self.fitted_.items()]
        return scipy.sparse.hstack(made, format="csr") if any(map(scipy.sparse.issparse, made)) else np.hstack(made)


class Texts(TransformerMixin, BaseEstimator):
    """Texts of shape (rows, 1) as shape (rows,), which scikit-learn's vectorizers take."""

    def fit(self, x: Array, y: Any = None) -> Self:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, x: Array) -> Array:
        """Return the texts, one a row."""
        return np.asarray(x, dtype=object).reshape(len(x))


_MADE: dict[str, Any] = {"Rescaling": Rescaling, "Normalization": Normalization, "Flatten": Flat}
_TAKEN: dict[str, set[str]] = {"Rescaling": {"scale", "offset"}, "Normalization": {"axis"}, "Flatten": set()}
_FOR_TEXTS = {"StringLookup", "TextVectorization"}


def build_features(experiment: Experiment, dataset: Dataset) -> Any:
    """Return what makes a matrix of raw rows, not fitted yet.

    Args:
        experiment: its `preprocess`, or what follows from the data: pictures are scaled, and of a table with columns
            of several kinds numbers are normalized and texts encoded one-hot.
        dataset: its training rows tell the types.

    Raises:
        ConfigError: a preprocessing layer that is Keras's alone, at its line.
    """
    arrays = by_name(dataset.train.x)
    is_mixed = any(array.dtype.kind in "OUS" for array in arrays.values())
    made = {name: _transformer(experiment, name, array, is_mixed=is_mixed) for name, array in arrays.items()}
    return Columns(made) if isinstance(dataset.train.x, dict) else next(iter(made.values()))


def check_in_memory(experiment: Experiment, dataset: Dataset) -> None:
    """Refuse rows that stay on disk."""
    if any(rows.stream is not None for rows in dataset.splits.values()):
        where = experiment.place(("dataset", "source"))
        hint = "take fewer, in a file of their own; or in_memory: true, if there is room for them"
        raise ConfigError(Problem("scikit-learn needs all rows in memory", where, hint))


def _transformer(experiment: Experiment, name: str, array: Array, *, is_mixed: bool) -> Any:
    layers, path = experiment.dataset.preprocessing_of(name)
    is_text = array.dtype.kind in "OUS"
    is_left_out = not isinstance(experiment.dataset.preprocess, dict) and not layers
    if is_text:
        if array.ndim != 2 or array.shape[1] != 1:
            raise ConfigError(f"{name or 'the features'}: texts of shape {array.shape[1:]}", hint="one text a row")
        return _of_texts(experiment, layers, path)
    if is_mixed and is_left_out:
        return make_pipeline(Normalization(), Flat())
    steps = [_step(experiment, layer, (*path, index)) for index, layer in enumerate(layers)]
    return make_pipeline(*steps, Flat())


def _of_texts(experiment: Experiment, layers: Sequence[Component], path: ConfigPath) -> Any:
    """Return what stands for the layers of a text column: tf-idf for words, else a column for each text."""
    for index, layer in enumerate(layers):
        if layer.name not in _FOR_TEXTS:
            hint = "of texts there are StringLookup, as one-hot vectors, and TextVectorization, as tf-idf"
            raise _refusal(experiment, layer, (*path, index), hint)
        if layer.name == "TextVectorization":
            return make_pipeline(Texts(), TfidfVectorizer(max_features=layer.arguments.get("max_tokens")))
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def can_be_made(layer: Component) -> bool:
    """Whether a preprocessing layer has something in its place here."""
    taken = _TAKEN.get(layer.name)
    return layer.name in _FOR_TEXTS or (taken is not None and set(_arguments(layer)) <= taken)


def _arguments(layer: Component) -> dict[str, Any]:
    return {key: value for key, value in layer.arguments.items() if key not in {"name", "dtype"}}


def _step(experiment: Experiment, layer: Component, path: ConfigPath) -> Any:
    """Return a preprocessing layer as a transformer."""
    if layer.name not in _FOR_TEXTS and can_be_made(layer):
        return _MADE[layer.name](**_arguments(layer))
    what = "scikit-learn's models take Rescaling (scale, offset) and Normalization (axis)"
    raise _refusal(experiment, layer, path, f"{what}; text columns are encoded by themselves")


def _refusal(experiment: Experiment, layer: Component, path: ConfigPath, hint: str) -> ConfigError:
    what = f"preprocess: {layer.name} as it is written here is for networks"
    return ConfigError(Problem(what, experiment.place(path), hint))
