"""Where two configs differ: the least that says it."""

from __future__ import annotations

from typing import Any

import pytest

from dnnrun.config.pairing import differing_keys

BASE: dict[str, Any] = {
    "name": "a",
    "seed": 42,
    "dataset": {"source": "mnist", "validation_split": 0.1, "preprocess": None},
    "model": {
        "layers": [
            "Flatten",
            {"Dense": {"units": 128, "activation": "relu"}},
            {"Dense": {"units": 10, "activation": "softmax"}},
        ]
    },
    "optimizer": {"Adam": {"learning_rate": 0.001}},
    "loss": "mse",
    "metrics": ["accuracy"],
    "callbacks": [],
    "epochs": 5,
}
FIRST, LAST = BASE["model"]["layers"][1:]


def found(**changes: Any) -> list[tuple[str, Any, Any]]:
    """Return what differs from the base where some of its keys are others."""
    return [(each.key, each.first, each.second) for each in differing_keys(BASE, {**BASE, **changes})]


def layers(*items: Any) -> list[tuple[str, Any, Any]]:
    return [
        (key.removeprefix("model.layers."), one, other)
        for key, one, other in found(model={"layers": ["Flatten", *items]})
    ]


def test_the_same() -> None:
    assert found() == []
    assert found(name="b", description="else", tags=["x"]) == []
    assert found(callbacks=None, class_weight={}, ignore=[]) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"epochs": 6}, [("epochs", 5, 6)]),
        ({"epochs": None}, [("epochs", 5, None)]),
        ({"jit": True}, [("jit", None, True)]),
        ({"optimizer": {"Adam": {"learning_rate": 0.1}}}, [("optimizer.Adam.learning_rate", 0.001, 0.1)]),
        ({"optimizer": "Adam"}, [("optimizer.Adam.learning_rate", 0.001, None)]),
        (
            {"optimizer": {"SGD": {"momentum": 0.9}}},
            [("optimizer", {"Adam": {"learning_rate": 0.001}}, {"SGD": {"momentum": 0.9}})],
        ),
        ({"loss": {"price": "mse", "kind": "mae"}}, [("loss", "mse", {"price": "mse", "kind": "mae"})]),
        ({"metrics": ["accuracy", "mae"]}, [("metrics.1", None, "mae")]),
        ({"metrics": ["mae", "accuracy"]}, [("metrics.0", None, "mae")]),
        ({"metrics": []}, [("metrics.0", "accuracy", None)]),
        (
            {"dataset": {"source": {"csv": {"path": "t.csv", "columns": ["a", "b"]}}, "validation_split": 0.1}},
            [("dataset.source", "mnist", {"csv": {"path": "t.csv", "columns": ["a", "b"]}})],
        ),
    ],
)
def test_keys(changes: dict[str, Any], expected: list[tuple[str, Any, Any]]) -> None:
    assert found(**changes) == expected


def test_a_layer_that_one_has_is_one_difference() -> None:
    assert layers(FIRST, {"Dropout": {"rate": 0.2}}, LAST) == [("2", None, {"Dropout": {"rate": 0.2}})]
    assert layers(LAST) == [("1", FIRST, None)]
    assert layers(FIRST, FIRST, LAST) == [("1", None, FIRST)] or layers(FIRST, FIRST, LAST) == [("2", None, FIRST)]


def test_layers_of_the_same_name_belong_together() -> None:
    other = {"Dense": {"units": 64, "activation": "relu"}}
    assert layers(other, LAST) == [("1.Dense.units", 128, 64)]
    assert layers({"BatchNormalization": {}}, other, {"Dropout": {"rate": 0.2}}, LAST) == [
        ("1", None, {"BatchNormalization": {}}),
        ("1.Dense.units", 128, 64),
        ("3", None, {"Dropout": {"rate": 0.2}}),
    ]
    assert layers("MyLayer", LAST) == [("1", FIRST, "MyLayer")]


def test_many_layers_with_one_put_in_at_the_front() -> None:
    many = [{"Dense": {"units": 10 + number}} for number in range(300)]
    first, second = ({"model": {"layers": items}} for items in (many, ["Flatten", *many]))
    assert [each.key for each in differing_keys(first, second)] == ["model.layers.0"]
