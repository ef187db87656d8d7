"""Tables with texts among their numbers, and texts alone: prepared by the training rows, and saved with that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnrun.config.load import load_config
from dnnrun.data.load import resolve_data
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.training import Outcome
from dnnrun.store import Run

Build = Callable[..., Prepared]
Train = Callable[..., Outcome]
Refuse = Callable[..., tuple[str, str]]

MIXED = """\
dataset:
  source: {csv: {path: t.csv, target: price}}
  test_split: 0.2
  shuffle: false
model: {activation: relu, layers: [{Dense: 4}, {Dense: 1}]}
loss: mse
epochs: 1
"""
BY_INPUT = """\
dataset:
  source: {csv: {path: t.csv, target: price}}
  test_split: 0.2
  inputs: {one: [kind, km/h], other: [city, garden]}
  preprocess:
    kind: [{IntegerLookup: {output_mode: one_hot}}]
    other: [{Hashing: {num_bins: 5, output_mode: one_hot}}]
    garden: [{GaussianNoise: 0.1}]
model:
  layers:
    - {Dense: {units: 4, inputs: one, name: a}}
    - {Dense: {units: 4, inputs: other, name: b}}
    - {Add: {inputs: [a, b]}}
    - {Dense: 1}
loss: mse
epochs: 1
"""
OWN_DATA = """\
import numpy as np

TEXTS = ["good film", "bad film", "fine", "awful", "never seen"]


def texts():
    x = np.array([TEXTS[i % 4] for i in range(40)] + [TEXTS[4]] * 10)[:, None]
    return x, np.arange(50) % 2


def many():
    from dnnrun.data.dataset import SourceData
    x = {"n": np.ones((2000, 1), np.float32), "id": np.array([f"row {i}" for i in range(2000)])[:, None]}
    return SourceData(x, np.arange(2000) % 2, feature_names=("n", "id"))
"""


@pytest.fixture(autouse=True)
def _table(folder: Path) -> None:
    cities = ["Bonn", "Köln"] * 20 + ["Ulm"] * 10  # Ulm only among the last fifth of the rows
    rows = [f"{i},{i % 3},{str(i % 2 == 0).lower()},{city},{i * 3}" for i, city in enumerate(cities)]
    (folder / "t.csv").write_text("\n".join(["km/h,kind,garden,city,price", *rows]) + "\n")
    (folder / "own.py").write_text((folder / "own.py").read_text() + OWN_DATA)


def raw_test_rows(run: Run) -> Any:
    x = resolve_data(load_config(run.path / "resolved.yaml"), allow_code=True)[1].splits["test"].x
    named = x if isinstance(x, dict) else {"": x}
    tensors = {name.replace("/", "_"): tf.convert_to_tensor(array) for name, array in named.items()}
    return tensors if isinstance(x, dict) else tensors[""]


def test_a_table_with_texts_needs_no_preprocess(train: Train) -> None:
    run = train(MIXED).run
    preprocess: Any = load_config(run.path / "resolved.yaml").dataset.preprocess
    assert {name: [layer.name for layer in layers] for name, layers in preprocess.items()} == {
        "km/h": ["Normalization"], "kind": ["Normalization"], "garden": [], "city": ["StringLookup"],
    }  # fmt: skip
    model = keras.models.load_model(run.files["model"])
    raw = raw_test_rows(run)
    assert model.predict(raw, verbose=0) == pytest.approx(run.predictions["predicted"], rel=1e-6)
    assert np.asarray(model(raw)) == pytest.approx(run.predictions["predicted"], rel=1e-6)
    assert run.record["dataset"]["input_shape"] == [4]


def test_columns_stand_beside_one_another_as_the_training_rows_prepare_them(build: Build) -> None:
    prepared = build(MIXED)
    train, test = prepared.dataset.train.x, prepared.dataset.splits["test"].x
    assert (train.shape, train.dtype) == ((40, 6), np.float32)
    numbers = np.arange(40)
    assert train[:, 0] == pytest.approx((numbers - numbers.mean()) / numbers.std(), abs=1e-5)
    assert np.array_equal(train[:, 2], numbers % 2 == 0)
    assert train[:, 3:].sum(axis=0).tolist() == [0, 20, 20]
    assert test[:, 3:].tolist() == [[1, 0, 0]] * 10  # a city that no training row has


def test_columns_that_are_named_and_inputs_of_several_columns(build: Build, train: Train) -> None:
    run = train(BY_INPUT).run
    assert run.status == "completed"
    predicted = keras.models.load_model(run.files["model"]).predict(raw_test_rows(run), verbose=0)
    assert predicted == pytest.approx(run.predictions["predicted"], rel=1e-6)
    takes = build(BY_INPUT).preparation.takes
    assert takes == ("one", "city", "garden")  # noise is drawn in every step, so these are joined there


def test_naming_a_column_of_a_table_of_numbers_divides_it(build: Build) -> None:
    prepared = build("dataset: {source: iris, preprocess: {petal_width: [{Rescaling: 2}]}}")
    raw = resolve_data(load_config("config.yaml"))[1]
    assert raw.inputs == ("rows",)
    rows = prepared.dataset.train.x
    assert rows.shape == (150, 4)
    assert rows.mean(axis=0)[:3] == pytest.approx(np.zeros(3), abs=1e-5)
    petal_width: Any = raw.train.x
    assert np.array_equal(rows[:, 3:], petal_width["petal_width"] * 2)


@pytest.mark.parametrize(
    ("preprocess", "marked", "says"),
    [
        ("[Normalization]", "Normalization", "Normalization takes numbers, and the column 'city' is text"),
        ("{kind: [StringLookup]}", "StringLookup", "StringLookup takes texts, and the column 'kind' is numbers"),
        ("{city: []}", "[]", "the column 'city' is text, and its preprocessing makes no numbers of it"),
        (
            "{city: [{TextVectorization: {max_tokens: 5}}]}",
            "TextVectorization",
            "TextVectorization makes rows of different lengths",
        ),
        (
            "{city: [{HashedCrossing: 5}]}",
            "HashedCrossing",
            "HashedCrossing crosses several inputs, and the column 'city' is prepared for itself",
        ),
        ("{town: [StringLookup]}", "town", "preprocess names 'town', which is no input or column"),
    ],
)
def test_what_does_not_suit_a_column(preprocess: str, marked: str, says: str, refuse: Refuse) -> None:
    message, at = refuse(MIXED.replace("  shuffle: false", f"  preprocess: {preprocess}"))
    assert says in message
    assert marked in at


def test_very_many_texts_are_not_told_apart_by_default(refuse: Refuse) -> None:
    message, _ = refuse("dataset: own:many\nmodel: {layers: [{Dense: 2}]}")
    assert "the column 'id' has 2,000 different texts" in message
    assert "drop: id" in message


def test_texts_become_numbers_of_words(train: Train) -> None:
    lines = (
        "dataset: {source: own:texts, test_split: 0.2, shuffle: false}\nepochs: 1\n"
        "model: {layers: [{Embedding: {input_dim: 10000, output_dim: 4}}, GlobalAveragePooling1D, {Dense: 2}]}\n"
        "loss: {SparseCategoricalCrossentropy: {from_logits: true}}\n"
    )
    run = train(lines).run
    model = keras.models.load_model(run.files["model"])
    assert model.predict(raw_test_rows(run), verbose=0) == pytest.approx(run.predictions["predicted"], abs=1e-6)
    [words] = [layer for layer in model.layers if isinstance(layer, keras.layers.TextVectorization)]
    assert set(words.get_vocabulary()) == {"", "[UNK]", "good", "bad", "film", "fine", "awful"}


def test_texts_become_counts_of_words(train: Train) -> None:
    counts = "preprocess: [{TextVectorization: {output_mode: multi_hot}}]"
    lines = (
        f"dataset: {{source: own:texts, test_split: 0.2, shuffle: false, {counts}}}\nepochs: 1\n"
        "model: {layers: [{Dense: 2}]}\nloss: {SparseCategoricalCrossentropy: {from_logits: true}}\n"
    )
    run = train(lines).run
    assert run.status == "completed"
    predicted = keras.models.load_model(run.files["model"]).predict(raw_test_rows(run), verbose=0)
    assert predicted == pytest.approx(run.predictions["predicted"], abs=1e-6)
    assert run.record["parameters"] == (6 + 1) * 2  # five words, those that are not known, and a bias
