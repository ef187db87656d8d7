"""``--set KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.config.load import load_config
from dnnrun.config.overrides import apply_override
from dnnrun.config.reader import read_text
from dnnrun.config.schema import Experiment
from dnnrun.errors import ConfigError

Load = Callable[..., Experiment]

BASE = """\
epochs: 3
model: {layers: [Flatten, {Dense: 128}, {Dense: {units: 10, kernel_initializer: {HeNormal: {seed: 1}}}}]}
optimizer: {SGD: {momentum: 0.9}}
class_weight: {0: 1.0, spam: 2.0, '3': 4.0}
"""
INITIALIZER = ["model", "layers", 2, "Dense", "kernel_initializer"]


def overridden(assignment: str, base: str = BASE) -> Any:
    document = read_text(base, "c.yaml")
    before = repr(document.value)
    changed = apply_override(document, f"--set {assignment}", assignment)
    assert repr(document.value) == before
    return changed.value


@pytest.mark.parametrize(
    ("assignment", "path", "expected"),
    [
        ("epochs=5", ["epochs"], 5),
        ("epochs = 5", ["epochs"], 5),
        ("model.sklearn=Ridge", ["model"], {"sklearn": "Ridge"}),
        ("model.sklearn.Ridge.alpha=0.5", ["model"], {"sklearn": {"Ridge": {"alpha": 0.5}}}),
        ("seed=1e-3", ["seed"], 1e-3),
        ("name=no", ["name"], "no"),
        ("name='5'", ["name"], "5"),
        ("name=a=b", ["name"], "a=b"),
        ("seed=", ["seed"], None),
        ("seed=null", ["seed"], None),
        ("tags=[a, b]", ["tags"], ["a", "b"]),
        ("dataset.source=iris", ["dataset"], {"source": "iris"}),
        ("dataset=iris", ["dataset"], {"source": "iris"}),
        ("model.layers.1.Dense.units=64", ["model", "layers", 1], {"Dense": {"units": 64}}),
        ("model.layers.1.Dense.name=a", ["model", "layers", 1], {"Dense": {"units": 128, "name": "a"}}),
        ("model.layers.1.Dense=64", ["model", "layers", 1], {"Dense": {"units": 64}}),
        ("model.layers.1={Dense: 64}", ["model", "layers", 1], {"Dense": {"units": 64}}),
        ("model.layers.1={Dropout: 0.5}", ["model", "layers", 1], {"Dropout": 0.5}),
        ("model.layers.0.Dense.units=64", ["model", "layers", 0], {"Dense": {"units": 64}}),
        ("model.layers.0=BatchNormalization", ["model", "layers", 0], "BatchNormalization"),
        ("model.layers=[Flatten]", ["model", "layers"], ["Flatten"]),
        ("model.layers.2.Dense.kernel_initializer.HeNormal.seed=7", INITIALIZER, {"HeNormal": {"seed": 7}}),
        ("model.layers.2.Dense.kernel_initializer=zeros", INITIALIZER, "zeros"),
        ("optimizer.SGD=0.1", ["optimizer"], {"SGD": {"momentum": 0.9, "learning_rate": 0.1}}),
        ("optimizer={SGD: 0.1}", ["optimizer"], {"SGD": {"momentum": 0.9, "learning_rate": 0.1}}),
        ("optimizer.SGD.learning_rate=0.1", ["optimizer"], {"SGD": {"momentum": 0.9, "learning_rate": 0.1}}),
        ("optimizer.Adam=0.1", ["optimizer"], {"Adam": 0.1}),
        ("optimizer.Adam.learning_rate=0.1", ["optimizer"], {"Adam": {"learning_rate": 0.1}}),
        ("optimizer=Adam", ["optimizer"], "Adam"),
        ("optimizer=SGD", ["optimizer"], "SGD"),
        ("loss=mse", ["loss"], "mse"),
        ("class_weight.0=9", ["class_weight"], {0: 9, "spam": 2.0, "3": 4.0}),
        ("class_weight.3=9", ["class_weight"], {0: 1.0, "spam": 2.0, "3": 9}),
        ("class_weight.7=9", ["class_weight"], {0: 1.0, "spam": 2.0, "3": 4.0, 7: 9}),
        ("class_weight.spam=9", ["class_weight"], {0: 1.0, "spam": 9, "3": 4.0}),
        ("class_weight={1: 9}", ["class_weight"], {0: 1.0, "spam": 2.0, "3": 4.0, 1: 9}),
    ],
)  # fmt: skip
def test_override(assignment: str, path: list[str | int], expected: Any) -> None:
    value = overridden(assignment)
    for key in path:
        value = value[key]
    assert value == expected


def test_a_number_without_a_mapping_before_it_is_a_class() -> None:
    assert overridden("class_weight.0=2.5", "epochs: 3") == {"epochs": 3, "class_weight": {0: 2.5}}


def test_names_with_dots_in_them() -> None:
    base = "optimizer: {my_pkg.opt:Gate: {rate: 1}}\nclass_weight: {a.b: 1, a: 2}\n"
    assert overridden("optimizer.my_pkg.opt:Gate.rate=2", base)["optimizer"] == {"my_pkg.opt:Gate": {"rate": 2}}
    assert overridden("class_weight.a.b=5", base)["class_weight"] == {"a.b": 5, "a": 2}
    assert overridden("class_weight.a=5", base)["class_weight"] == {"a.b": 1, "a": 5}


def test_the_rest_of_a_data_sets_mapping_is_kept(load: Load) -> None:
    assert load("", "dataset.validation_split=0.3").dataset.source.name == "mnist"
    dataset = load("dataset: {source: iris, stratify: true}", "dataset=pima").dataset
    assert (dataset.source.name, dataset.stratify) == ("pima", True)


def test_later_overrides_see_earlier_ones(load: Load) -> None:
    experiment = load("", "optimizer=SGD", "optimizer.SGD.momentum=0.5", "epochs=3", "epochs=4")
    assert experiment.optimizer.notation() == {"SGD": {"momentum": 0.5}}
    assert experiment.epochs == 4


def test_over_extends(write: Callable[..., Path], valid: str) -> None:
    write(base=valid, config="extends: base.yaml\noptimizer: {Adam: {beta_1: 0.8}}\n")
    experiment = load_config("config.yaml", ["optimizer.Adam.beta_2=0.9"])
    assert experiment.optimizer.arguments == {"learning_rate": 1e-3, "beta_1": 0.8, "beta_2": 0.9}


def test_an_option_of_another_name_is_named_in_messages(write: Callable[..., Path], valid: str) -> None:
    with pytest.raises(ConfigError, match=r"^--epochs 0: epochs must be at least 1, not 0"):
        load_config(write(config=valid), [("--epochs 0", "epochs=0")])


def test_places_of_what_was_set_and_of_what_was_left() -> None:
    document = apply_override(read_text(BASE, "c.yaml"), "--set x", "optimizer.SGD.learning_rate=0.1")
    places = {
        path: document.place(path)
        for path in [("optimizer", "SGD", "learning_rate"), ("optimizer", "SGD", "momentum"), ("optimizer", "SGD")]
    }
    assert [place.file if place else None for place in places.values()] == ["--set x", "c.yaml", "c.yaml"]


def test_a_component_is_the_same_in_either_case() -> None:
    base = "optimizer: {Adam: {learning_rate: 0.02, use_ema: true}}\n"
    changed = overridden("optimizer.adam.clipnorm=1", base)["optimizer"]
    assert list(changed.values()) == [{"learning_rate": 0.02, "use_ema": True, "clipnorm": 1}]


def test_extends_is_no_override(load: Load) -> None:
    with pytest.raises(ConfigError, match="extends stands in a file"):
        load("", "extends=base.yaml")
