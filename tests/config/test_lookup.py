"""Values of a config by their keys."""

from __future__ import annotations

from typing import Any

import pytest

from dnnrun.config.lookup import values_at

CONFIG: dict[str, Any] = {
    "seed": None,
    "batch_size": 32,
    "dataset": {"source": {"csv": {"path": "t.csv"}}, "validation_split": 0.2},
    "model": {"layers": ["Flatten", {"Dense": {"units": 128}}, {"my_pkg.layers:Gate": {"units": 3}}]},
    "optimizer": {"Adam": {"learning_rate": 0.01}},
    "loss": {"price": "mse", "kind": "sparse_categorical_crossentropy"},
    "metrics": ["accuracy", {"TopKCategoricalAccuracy": {"k": 3}}],
    "callbacks": [],
    "class_weight": {"0": 1.0, "1": 2.5},
}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("batch_size", [32]),
        ("seed", [None]),
        ("dataset.source", ["csv"]),
        ("dataset.source.csv.path", ["t.csv"]),
        ("dataset", []),
        ("optimizer", ["Adam"]),
        ("optimizer.Adam.learning_rate", [0.01]),
        ("optimizer.*.learning_rate", [0.01]),
        ("optimizer.SGD.learning_rate", []),
        ("model.layers", [["Flatten", "Dense", "my_pkg.layers:Gate"]]),
        ("model.layers.1", ["Dense"]),
        ("model.layers.1.Dense.units", [128]),
        ("model.layers.2.my_pkg.layers:Gate.units", [3]),
        ("model.layers.*.*.units", [128, 3]),
        ("model.layers.9", []),
        ("metrics", [["accuracy", "TopKCategoricalAccuracy"]]),
        ("callbacks", [[]]),
        ("loss", []),
        ("loss.price", ["mse"]),
        ("loss.*", ["mse", "sparse_categorical_crossentropy"]),
        ("class_weight.1", [2.5]),
        ("batch_size.x", []),
        ("", []),
        ("..", []),
    ],
)
def test_values(key: str, values: list[Any]) -> None:
    assert values_at(CONFIG, key) == values
