"""Several inputs and outputs: columns divided by name, labels for each output, every output with a task of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.dataset import Dataset
from dnnrun.data.load import resolve_data
from dnnrun.errors import ConfigError

Load = Callable[..., Dataset]
BOTH = "{layers: [{Concatenate: {inputs: [size, place], name: both}}, {Dense: {units: 1, name: price}}, KIND]}"
TWO_INPUTS = BOTH.replace(", KIND", "")
TWO_OUTPUTS = BOTH.replace("KIND", "{Dense: {units: 3, name: kind, inputs: both}}")
TRUNK = "{layers: [{Dense: {units: 1, name: price}}, {Dense: {units: 3, name: kind, inputs: rows}}]}"
LOSSES = "{price: mse, kind: sparse_categorical_crossentropy}"
TABLE = """\
rooms,area,lat,price,kind
3,70,1,200.5,flat
4,90,2,300,house
2,50,3,150.5,flat
5,99,4,350,villa
"""
INPUTS = "inputs: {size: [area, rooms], place: lat}"


@pytest.fixture(autouse=True)
def _table(folder: Path) -> None:
    Path("t.csv").write_text(TABLE)


def test_columns_of_a_table_as_inputs(load: Load) -> None:
    data = load(f"source: {{csv: {{path: t.csv, target: price, drop: kind}}}}\n{INPUTS}", model=TWO_INPUTS)
    assert isinstance(data.train.x, dict)
    assert data.train.x["size"].tolist() == [[70, 3], [90, 4], [50, 2], [99, 5]]
    assert data.train.x["place"].tolist() == [[1], [2], [3], [4]]
    assert data.inputs == ("size", "place")
    facts = data.facts()
    assert facts["input_shape"] == {"size": [2], "place": [1]}
    assert facts["features"] == {"size": ["area", "rooms"], "place": ["lat"]}
    assert facts["task"] == "regression"


def test_the_splits_and_a_validation_table_are_divided_alike(load: Load) -> None:
    Path("v.csv").write_text("lat,price,kind,area,rooms\n9,1,flat,8,7\n")
    data = load(
        f"source: {{csv: {{path: t.csv, target: price, drop: kind}}}}\n{INPUTS}\ntest_split: 0.5\nshuffle: false\n"
        "validation: {csv: {path: v.csv, target: price, drop: kind}}",
        model=TWO_INPUTS,
    )
    assert data.splits["test"].x["size"].tolist() == [[50, 2], [99, 5]]
    assert data.splits["validation"].x["size"].tolist() == [[8, 7]]
    assert data.splits["validation"].x["place"].tolist() == [[9]]
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 2, "test": 2, "validation": 1}


def test_each_output_has_its_own_task_and_classes(load: Load) -> None:
    data = load("source: {csv: {path: t.csv, target: {price: price, kind: kind}}}", model=TRUNK, loss=LOSSES)
    assert data.train.y["price"].tolist() == [[200.5], [300], [150.5], [350]]
    assert data.train.y["kind"].tolist() == [0, 1, 0, 2]
    facts = data.facts()
    assert facts["task"] == {"price": "regression", "kind": "classification"}
    assert facts["classes"] == {"price": None, "kind": ["flat", "house", "villa"]}
    assert facts["label_counts"] == {"train": {"price": None, "kind": [2, 1, 1]}}
    assert data.label_maps() == {"kind": {"0": "flat", "1": "house", "2": "villa"}}


def test_the_data_of_one_output(load: Load) -> None:
    data = load("source: {csv: {path: t.csv, target: {price: price, kind: kind}}}", model=TRUNK, loss=LOSSES)
    kind = data.of_output("kind")
    assert kind.class_names == ("flat", "house", "villa")
    assert kind.train.class_numbers.tolist() == [0, 1, 0, 2]
    assert data.of_output("price").task == "regression"


def test_one_array_of_labels_is_that_of_every_output(load: Load) -> None:
    losses = "{price: sparse_categorical_crossentropy, kind: sparse_categorical_crossentropy}"
    data = load("source: iris", model=TRUNK, loss=losses)
    assert data.train.y["price"].tolist() == data.train.y["kind"].tolist()
    alone = load("source: iris", loss="sparse_categorical_crossentropy")
    assert data.fingerprint == alone.fingerprint


def test_one_hot_is_for_the_outputs_whose_loss_takes_it(load: Load) -> None:
    losses = "{price: mse, kind: categorical_crossentropy}"
    data = load(
        "source: {csv: {path: t.csv, target: {price: price, kind: kind}}}\none_hot: true", model=TRUNK, loss=losses
    )
    assert data.train.y["kind"].shape == (4, 3)
    assert data.train.y["price"].shape == (4, 1)


def test_arrays_of_an_npz_file_by_name(load: Load) -> None:
    x = np.arange(12.0).reshape(4, 3)
    np.savez("t.npz", a=x, b=x[:, 0], p=np.arange(4) + 0.5, k=np.array(["u", "v", "u", "v"]), x_test=x, y_test=x[:, 0])
    source = "source: {npz: {path: t.npz, x_train: {size: a, place: b}, y_train: {price: p, kind: k}}}"
    data = load(source, model=TWO_OUTPUTS, loss=LOSSES)
    assert data.input_shapes == {"size": (3,), "place": (1,)}
    assert data.targets["kind"].class_names == ("u", "v")
    assert data.test is None
    with_test = source.replace("}}}", "}, x_test: {size: a, place: b}, y_test: {price: p, kind: k}}}")
    assert len(load(with_test, model=TWO_OUTPUTS, loss=LOSSES).splits["test"]) == 4


OWN = """
import numpy as np


def make():
    x = {"size": np.zeros((6, 8, 8), np.uint8), "place": np.arange(6)}
    return x, {"price": np.arange(6.0) / 4, "kind": np.arange(6) % 3}
"""


def test_mappings_of_a_function_and_the_rescaling_of_those_that_are_images(
    folder: Path, experiment: Callable[..., Experiment]
) -> None:
    Path("own.py").write_text(OWN)
    model = "{layers: [{Flatten: {inputs: size, name: flat}}, {Concatenate: {inputs: [flat, place], name: both}}, "
    model += "{Dense: {units: 1, name: price}}, {Dense: {units: 3, name: kind, inputs: both}}]}"
    resolved, data = resolve_data(experiment("source: own:make", model=model, loss=LOSSES), allow_code=True)
    assert data.images == {"size"}
    assert data.input_shapes == {"size": (8, 8), "place": (1,)}
    preprocess: Any = resolved.dataset.preprocess
    assert {name: [layer.name for layer in layers] for name, layers in preprocess.items()} == {
        "size": ["Rescaling"],
        "place": [],
    }


def test_preprocessing_of_an_input_that_the_data_does_not_have(
    folder: Path, experiment: Callable[..., Experiment]
) -> None:
    Path("own.py").write_text(OWN)
    config = experiment("source: own:make\npreprocess: {sice: [Normalization]}", model=TWO_OUTPUTS, loss=LOSSES)
    with pytest.raises(ConfigError, match="did you mean 'size'"):
        resolve_data(config, allow_code=True)


def test_weights_of_classes_are_for_a_single_output(load: Load, experiment: Callable[..., Experiment]) -> None:
    source = "source: {csv: {path: t.csv, target: {price: price, kind: kind}}}"
    config = experiment(source, model=TRUNK, loss=LOSSES, class_weight="{flat: 2}")
    with pytest.raises(ConfigError, match="class_weight is for one output"):
        class_weights(config, load(source, model=TRUNK, loss=LOSSES))
