"""What an estimator is given of raw rows is what Keras's layers of the same names make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dnnrun.components import Component
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Array, Arrays, Dataset, Rows
from dnnrun.errors import ConfigError
from dnnrun.estimators.features import build_features

Read = Callable[..., tuple[Experiment, Dataset]]


def prepared(read: Read, x: Arrays, preprocess: object = None) -> Array:
    experiment, dataset = read()
    parsed = preprocess if preprocess is None or isinstance(preprocess, dict) else tuple(preprocess)  # type: ignore[arg-type]
    experiment = experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": parsed}))
    first = next(iter(x.values())) if isinstance(x, dict) else x
    dataset = replace(dataset, train=Rows(x, np.zeros(len(first))))
    return np.asarray(build_features(experiment, dataset).fit_transform(x))


def test_pictures_are_scaled_and_flat(read: Read) -> None:
    x = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    found = prepared(read, x, [Component("Rescaling", {"scale": 1 / 255, "offset": -0.5})])
    assert found.tolist() == (x.reshape(2, 12) / 255 - 0.5).tolist() or np.allclose(found, x.reshape(2, 12) / 255 - 0.5)
    assert found.dtype == np.float64


def test_normalization_is_by_column_or_over_all(read: Read) -> None:
    x = np.random.default_rng(0).normal(3, 2, (50, 4)).astype(np.float32)
    x[:, 3] = 7  # a column that says nothing
    found = prepared(read, x, [Component("Normalization")])
    assert np.allclose(found[:, :3].mean(axis=0), 0, atol=1e-12)
    assert np.allclose(found[:, :3].std(axis=0), 1)
    assert np.allclose(found[:, 3], 0)
    whole = prepared(read, x, [Component("Normalization", {"axis": None})])
    assert np.allclose(whole, (x - x.mean()) / x.std(), atol=1e-5)


def test_a_table_of_mixed_columns_needs_nothing(read: Read) -> None:
    x = {"size": np.array([[1.0], [2.0], [3.0]], np.float32), "place": np.array([["a"], ["b"], ["a"]])}
    found = prepared(read, x)
    assert np.allclose(found[:, 0], [-1.2247449, 0, 1.2247449])
    assert found[:, 1:].tolist() == [[1, 0], [0, 1], [1, 0]]


def test_a_text_that_the_training_rows_do_not_have_is_none_of_theirs(read: Read) -> None:
    experiment, dataset = read()
    x = np.array([["a"], ["b"]])
    dataset = replace(dataset, train=Rows(x, np.zeros(2)))
    made = build_features(
        experiment.changed(dataset=experiment.dataset.model_copy(update={"preprocess": None})), dataset
    )
    assert made.fit(x).transform(np.array([["c"], ["b"]])).tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize(
    "layer",
    [
        Component("Resizing", {"height": 8, "width": 8}),
        Component("Normalization", {"mean": 0.0, "variance": 1.0}),
        Component("RandomFlip"),
    ],
)
def test_layers_that_only_keras_has_are_refused_by_name(read: Read, layer: Component) -> None:
    with pytest.raises(ConfigError, match=f"preprocess: {layer.name} as it is written here is for networks"):
        prepared(read, np.zeros((2, 4)), [layer])
