"""What can be looked up: topics, keys, objects."""

from __future__ import annotations

import pytest

from dnnrun.components import Kind
from dnnrun.config import catalog
from dnnrun.config.load import parse_experiment
from dnnrun.config.reader import read_text
from dnnrun.config.reference import KEYS, TOPICS, describe, find, keys, no_topic, objects_of, topic_named, topics
from dnnrun.config.resolved import to_plain
from dnnrun.errors import ConfigError
from tests.config.conftest import VALID


def test_topics_are_the_keys_and_every_kind_with_names() -> None:
    assert [topic.name for topic in topics()] == [KEYS, *TOPICS]
    assert set(TOPICS.values()) == {*catalog.described_kinds(), "sources", "estimators"}
    assert all(topic.count >= 4 and topic.about for topic in topics())


@pytest.mark.parametrize(
    ("asked", "topic"),
    [("layers", "layers"), ("layer", "layers"), ("loss", "losses"), ("sources", "datasets"), ("source", "datasets"),
     ("dataset", "datasets"), ("keys", "config"), ("config", "config"), ("Dense", None), ("models", None)],
)  # fmt: skip
def test_topic_named(asked: str, topic: str | None) -> None:
    assert topic_named(asked) == topic


def test_keys_are_those_of_the_language_with_their_defaults() -> None:
    found = {key.name: key for key in keys()}
    plain = to_plain(parse_experiment(read_text(VALID, "c")))
    assert {name for name in found if "." not in name} == {*plain, "extends"}
    assert {name for name in found if name.startswith("dataset.")} == {f"dataset.{key}" for key in plain["dataset"]}
    assert all(key.about for key in found.values())
    required = [name for name, key in found.items() if key.default is None]
    assert required == ["dataset", "dataset.source", "model", "model.layers"]
    for name, key in found.items():
        section, _, inner = name.rpartition(".")
        if key.default is not None and name not in {"extends", "model.name", "model.sklearn", "optimizer", "loss"}:
            default = read_text(f"x: {key.default}", "default").value["x"]
            assert default == (plain[section][inner] if section else plain[name]), name


def test_keys_inside_one() -> None:
    assert {key.name for key in keys("model")} == {
        "model", "model.name", "model.activation", "model.layers", "model.postprocess", "model.sklearn",
    }  # fmt: skip
    assert [key.name for key in keys("dataset.stratify")] == ["dataset.stratify"]


@pytest.mark.parametrize(
    ("inside", "hint"),
    [
        ("stratify", "it is written dataset.stratify"),
        ("epoch", "did you mean 'epochs'?"),
        ("zzz", "dnnrun docs config"),
    ],
)
def test_a_key_that_there_is_not(inside: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=f"there is no key '{inside}'") as caught:
        keys(inside)
    assert hint in str(caught.value)


@pytest.mark.parametrize("kind", TOPICS.values())
def test_every_name_is_listed_once(kind: Kind) -> None:
    described = objects_of(kind)
    names = [name for each in described for name in (each.name, *each.aliases)]
    assert sorted(names) == sorted(catalog.entries(kind))
    assert all(each.about and each.example for each in described)


def test_an_object_with_its_arguments() -> None:
    adam = describe("optimizers", "adam")
    assert (adam.name, adam.aliases, adam.about) == ("Adam", ("adam",), "Optimizer that implements the Adam algorithm.")
    rate = adam.arguments[0]
    assert (rate.name, rate.takes, rate.kind, rate.default) == (
        "learning_rate",
        "a number or a schedule",
        "schedules",
        "0.001",
    )
    arguments = {argument.name: argument for argument in describe("layers", "Conv2D").arguments}
    assert arguments["filters"].default is None
    assert arguments["kernel_initializer"].takes == "an initializer"
    assert arguments["kernel_initializer"].default == "glorot_uniform"
    assert arguments["strides"].default == "[1, 1]"
    assert arguments["data_format"].takes == "channels_last or channels_first; null"


def test_a_function_that_keras_says_nothing_of_is_explained_by_its_class() -> None:
    assert describe("metrics", "binary_accuracy").about == "What BinaryAccuracy computes."
    assert describe("metrics", "top_k_categorical_accuracy").about == "What TopKCategoricalAccuracy computes."


def test_a_name_is_found_in_every_kind_that_has_it() -> None:
    assert [(each.kind, each.name) for each in find("mse")] == [
        ("losses", "mean_squared_error"),
        ("metrics", "MeanSquaredError"),
    ]
    assert [each.kind for each in find("mse", "metrics")] == ["metrics"]
    assert [each.kind for each in find("csv")] == ["sources"]


@pytest.mark.parametrize(
    ("name", "kind", "what", "hint"),
    [
        ("Dens", None, "nothing is called 'Dens'", "did you mean 'Dense'?"),
        ("layerss", None, "nothing is called 'layerss'", "did you mean 'layers'?"),
        ("zzzz", None, "nothing is called 'zzzz'", "topics: config, layers, "),
        ("dens", "layers", "no layer is called 'dens'", "did you mean 'Dense'?"),
        ("Adam", "layers", "no layer is called 'Adam'", "an optimizer is called so: dnnrun docs optimizers Adam"),
        ("zzzz", "losses", "no loss is called 'zzzz'", "'dnnrun docs losses' lists them"),
        ("mnst", "sources", "no source is called 'mnst'", "did you mean 'mnist'?"),
    ],
)
def test_a_name_that_nothing_has(name: str, kind: Kind | None, what: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find(name, kind)
    assert caught.value.problems[0].what == what
    assert hint in caught.value.problems[0].hint


def test_a_topic_that_there_is_not() -> None:
    assert "did you mean 'layers'?\ntopics: config, layers" in no_topic("lyers").problems[0].hint
