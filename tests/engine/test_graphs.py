"""Layers with names and inputs: built as they are written, trained as Keras trains them, judged output by output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.config.load import load_config
from dnnrun.data.load import resolve_data
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.resuming import resume_run
from dnnrun.engine.training import make_ready, train_experiment
from dnnrun.running.ending import Outcome
from tests.engine.conftest import load_lines

Build = Callable[..., Prepared]
Train = Callable[..., Outcome]
Refuse = Callable[..., tuple[str, str]]

HOUSES = """\
name: houses
dataset:
  source: {csv: {path: houses.csv, target: {price: medv, river: chas}}}
  inputs:
    town: [crim, zn, indus, nox, age, dis, rad, tax, ptratio, b, lstat]
    house: rm
  test_split: 0.2
  validation_split: 0.2
  preprocess: {town: [Normalization], house: [{Rescaling: 0.1}]}
model:
  activation: relu
  layers:
    - {Dense: {units: 1, name: price, inputs: both}}
    - {Dense: {units: 8, name: left, inputs: town}}
    - {Dense: {units: 8, name: right, inputs: house}}
    - {Add: {inputs: [left, right]}}
    - {Dropout: {rate: 0.1, name: both, seed: 7}}
    - {Dense: {units: 1, name: river, activation: sigmoid}}
optimizer: {Adam: 1e-2}
loss: {price: mse, river: binary_crossentropy}
loss_weights: {river: 2}
metrics: {price: [mae], river: [accuracy]}
epochs: 3
batch_size: 16
shuffle: false
"""
IRIS = "dataset: {source: iris, inputs: {a: [sepal_length, sepal_width], b: [petal_length, petal_width]}}\n"


@pytest.fixture(autouse=True)
def _houses(folder: Path) -> None:
    table = Path(__file__).parents[2] / "dnnrun" / "data" / "files" / "boston_housing.csv"
    (folder / "houses.csv").write_bytes(table.read_bytes())


def graph_of(*layers: str) -> str:
    return IRIS + "model:\n  activation: relu\n  layers:\n" + "".join(f"    - {layer}\n" for layer in layers)


def functional(town: Any) -> keras.Model:
    """Return the same model written in Keras."""
    inputs = {"town": keras.Input((11,), name="town"), "house": keras.Input((1,), name="house")}
    normalization = keras.layers.Normalization()
    normalization.adapt(town)
    left = keras.layers.Dense(8, activation="relu", name="left")(normalization(inputs["town"]))
    right = keras.layers.Dense(8, activation="relu", name="right")(keras.layers.Rescaling(0.1)(inputs["house"]))
    both = keras.layers.Dropout(0.1, name="both", seed=7)(keras.layers.Add()([left, right]))
    river = keras.layers.Dense(1, activation="sigmoid", name="river")(both)
    return keras.Model(inputs, {"price": keras.layers.Dense(1, name="price")(both), "river": river})


def dense_weights(model: keras.Model) -> dict[str, Any]:
    return {layer.name: layer.get_weights() for layer in model.layers if isinstance(layer, keras.layers.Dense)}


def test_the_same_as_the_functional_model_under_fit(build: Build, train: Train) -> None:
    prepared = build(HOUSES)
    run = train(HOUSES).run
    raw = resolve_data(load_lines(HOUSES))[1]
    rows, validation = raw.train, raw.splits["validation"]
    assert isinstance(rows.x, dict)
    model = functional(rows.x["town"])
    for name, weights in dense_weights(prepared.model).items():
        model.get_layer(name).set_weights(weights)
    model.compile(
        keras.optimizers.Adam(1e-2),
        {"price": "mse", "river": "binary_crossentropy"},
        {"price": 1.0, "river": 2.0},
        metrics={"price": ["mae"], "river": ["accuracy"]},
        jit_compile=False,
    )
    fitted = model.fit(
        rows.x, rows.y, batch_size=16, epochs=3, shuffle=False, verbose=0, validation_data=(validation.x, validation.y)
    ).history
    assert {name: list(run.history.columns[name]) for name in fitted} == fitted
    trained = dense_weights(keras.models.load_model(run.files["model"]))
    for name, weights in dense_weights(model).items():
        assert all(np.array_equal(mine, theirs) for mine, theirs in zip(weights, trained[name], strict=True))


def test_each_output_is_judged(train: Train) -> None:
    run = train(HOUSES).run
    evaluation: Any = run.evaluation
    assert {"price_mae", "river_accuracy", "price_loss", "river_loss", "loss"} == set(evaluation["metrics"])
    price, river = evaluation["outputs"]["price"], evaluation["outputs"]["river"]
    assert price["regression"]["mae"] == pytest.approx(evaluation["metrics"]["price_mae"], rel=1e-4)
    matrix = river["classification"]["confusion_matrix"]
    right = matrix[0][0] + matrix[1][1]
    assert right / 102 == pytest.approx(evaluation["metrics"]["river_accuracy"])
    guessed = evaluation["trivial"]["metrics"]
    assert guessed["loss"] == pytest.approx(guessed["price_loss"] + 2 * guessed["river_loss"])
    assert guessed["river_accuracy"] == pytest.approx(96 / 102)
    arrays = run.predictions
    assert arrays["price/predicted"].shape == arrays["price/true"].shape == (102, 1)
    assert np.mean(arrays["river/predicted_class"] == arrays["river/true"]) == pytest.approx(right / 102)
    assert not run.plots  # which the library draws, not the engine


def test_the_saved_model_takes_raw_rows_and_gives_both_outputs(train: Train) -> None:
    run = train(HOUSES).run
    test = resolve_data(load_lines(HOUSES))[1].splits["test"]
    predicted = keras.models.load_model(run.files["model"]).predict(test.x, verbose=0)
    for name in ("price", "river"):
        assert predicted[name] == pytest.approx(run.predictions[f"{name}/predicted"], rel=1e-5, abs=1e-6)


def test_an_interrupted_run_goes_on_to_the_same_end(train: Train) -> None:
    whole = train(HOUSES).run
    cut = train(HOUSES + "callbacks: [{own:Raising: {epoch: 3, kind: Ctrl-C}}]\n").run
    assert cut.status == "interrupted"
    experiment, dataset = resolve_data(load_lines(HOUSES))
    gone_on = resume_run(cut, make_ready(experiment, dataset), []).run
    assert gone_on.status == "completed"
    for name in set(whole.history.columns) - {"seconds"}:
        assert list(gone_on.history.columns[name]) == list(whole.history.columns[name])
    assert np.array_equal(gone_on.predictions["price/predicted"], whole.predictions["price/predicted"])


def test_stopping_early_by_one_output_and_beginning_from_weights(train: Train) -> None:
    stop = "{EarlyStopping: {monitor: val_river_loss, patience: 1, restore_best_weights: true, min_delta: 100}}"
    best = "{ModelCheckpoint: {monitor: val_price_mae, save_best_only: true}}"
    run = train(HOUSES.replace("epochs: 3", "epochs: 9") + f"callbacks: [{stop}, {best}]\n").run
    assert run.history.epochs == [1, 2]
    assert run.record["weights_from_epoch"] == 1
    again = train(HOUSES.replace("seed: 7", "seed: 8"), f"initial_weights={run.files['weights']}", "epochs=1")
    assert again.run.record["untrained"]["loss"] < 0.9 * run.record["untrained"]["loss"]


def test_the_default_activation_is_for_what_is_no_output(build: Build) -> None:
    named = {layer.name: layer for layer in build(HOUSES).model.layers}
    assert named["left"].activation is keras.activations.relu
    assert named["right"].activation is keras.activations.relu
    assert named["price"].activation is keras.activations.linear


def test_an_activation_on_one_of_two_ways_is_that_of_the_layer(build: Build) -> None:
    layers = ["{Dense: {units: 4, name: wide, inputs: [a]}}", "ReLU", "{Dense: {units: 4, name: deep}}",
              "{Concatenate: {inputs: [wide, deep, b]}}", "{Dense: {units: 3, activation: softmax}}"]  # fmt: skip
    named = {layer.name: layer for layer in build(graph_of(*layers)).model.layers}
    assert named["wide"].activation is keras.activations.linear
    assert named["deep"].activation is keras.activations.relu


def test_a_layer_that_is_called_with_several_arguments(build: Build) -> None:
    layers = [
        "{Reshape: {target_shape: [2, 1], name: query, inputs: a}}",
        "{Reshape: {target_shape: [2, 1], name: value, inputs: b}}",
        "{MultiHeadAttention: {num_heads: 1, key_dim: 2, inputs: [query, value]}}",
        "Flatten",
        "{own:Gate: {factor: 3, name: gate}}",
        "{own:Gate: {name: gates, inputs: gate}}",
        "{Dense: {units: 3, activation: softmax}}",
    ]
    model = build(graph_of(*layers)).model
    assert model.output_shape == (None, 3)
    assert model.get_layer("gate").factor == 3


def test_one_list_of_preprocessing_is_learnt_by_every_input_for_itself(build: Build) -> None:
    lines = graph_of("{Concatenate: {inputs: [a, b]}}", "{Dense: {units: 3, activation: softmax}}")
    prepared = build(lines.replace("petal_width]}", "petal_width]}, preprocess: [Normalization]"))
    first, second = (layer for layer in prepared.exported.layers if isinstance(layer, keras.layers.Normalization))
    rows: Any = resolve_data(prepared.experiment)[1].train.x
    assert np.array(first.mean).ravel() == pytest.approx(rows["a"].mean(axis=0), rel=1e-5)
    assert np.array(second.mean).ravel() == pytest.approx(rows["b"].mean(axis=0), rel=1e-5)


WORDS = """
import keras
import numpy as np


def rows():
    draw = np.random.default_rng(0)
    return {"words": draw.integers(0, 9, (40, 5)), "size": draw.normal(size=40)}, draw.integers(0, 3, 40)


def plain():
    return np.ones((40, 3)), np.arange(40) % 3


def net(input_shape, classes):
    inputs = {name: keras.Input(shape, name=name) for name, shape in input_shape.items()}
    both = keras.layers.Concatenate()(list(inputs.values()))
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(both))
"""


def test_the_inputs_of_a_function_of_ones_own(build: Build, train: Train, folder: Path) -> None:
    (folder / "words.py").write_text(WORDS)
    lines = "dataset: words:rows\nmodel:\n  layers:\n"
    layers = ["{Embedding: {input_dim: 9, output_dim: 2, inputs: words}}", "{Flatten: {name: flat}}",
              "{Concatenate: {inputs: [flat, size]}}", "{Dense: {units: 3, activation: softmax}}"]  # fmt: skip
    run = train(lines + "".join(f"    - {layer}\n" for layer in layers)).run
    model = keras.models.load_model(run.files["model"])
    assert {name: tensor.dtype for name, tensor in model.input.items()} == {"words": "int32", "size": "float32"}
    assert (
        train("dataset: {source: 'words:rows', preprocess: {size: [Normalization]}}\nmodel: words:net").failure is None
    )


@pytest.mark.parametrize(
    ("lines", "marked", "says"),
    [
        (graph_of("{Dense: {units: 4, name: l, inputs: a}}", "{Dense: {units: 5, name: r, inputs: b}}",
                  "{Add: {inputs: [l, r]}}", "{Dense: 3}"), "{Add: {inputs: [l, r]}}",
         ["Add does not fit what reaches it, of shape (4,) and (5,)", "Dense (4,) and Dense (5,)"]),
        (graph_of("{Dense: {units: 3, inputs: [a, b]}}"), "{Dense: {units: 3, inputs: [a, b]}}",
         ["Dense does not fit what reaches it, of shape (2,) and (2,)"]),
        (HOUSES.replace("{units: 1, name: price,", "{units: 2, name: price,"),
         "{Dense: {units: 2, name: price, inputs: both}}",
         ["the output 'price' gives 2 numbers a row, but the labels have 1", "it needs units: 1"]),
        (HOUSES.replace("river: binary_crossentropy", "river: sparse_categorical_crossentropy"),
         "{Dense: {units: 1, name: river, activation: sigmoid}}",
         ["the output 'river' gives 1 number a row, but there are 2 classes", "it needs units: 2"]),
        (HOUSES.replace("price: [mae]", "price: [{MeanAbsoluteError: {name: loss}}]"), "loss", ["'loss' is a column"]),
        (HOUSES + "class_weight: {0: 2}\n", "class_weight", ["class_weight is for one output", "loss_weights"]),
        (graph_of("{Dense: {units: 2, name: dense, inputs: a}}", "{Dense: {units: 2, inputs: [b]}}",
                  "{Dense: {units: 2, name: out}}", "{Concatenate: {inputs: [dense, out]}}"),
         "{Dense: {units: 2, inputs: [b]}}", ["two layers are named 'dense'", "this one by Keras"]),
        ("dataset: words:plain\nmodel: {layers: [{Dense: {units: 3, inputs: pixels}}]}", "pixels",
         ["there is no layer and no input of the data named 'pixels'", "inputs of the data: rows"]),
        ("dataset: words:rows\nmodel: {layers: [{Concatenate: {inputs: [words, sice]}}, {Dense: 3}]}", "sice",
         ["there is no layer and no input of the data named 'sice'", "did you mean 'size'"]),
    ],
)  # fmt: skip
def test_what_does_not_fit(lines: str, marked: str, says: list[str], refuse: Refuse, folder: Path) -> None:
    (folder / "words.py").write_text(WORDS)
    message, excerpt = refuse(lines)
    assert excerpt == marked
    assert all(each in message for each in says), message


def test_the_shipped_list_and_the_shipped_graph_of_the_same_layers_are_equal_to_the_last_bit(folder: Path) -> None:
    configs, runs = Path(__file__).parents[2] / "configs", []
    for name in ("fashion_onehot", "fashion_functional"):
        experiment = load_config(configs / f"{name}.yaml", ["dataset.limit=200", "epochs=3"])
        outcome = train_experiment(make_ready(*resolve_data(experiment)), folder)
        assert outcome.failure is None
        runs.append(outcome.run)
    one, other = ({**run.history.columns, "seconds": []} for run in runs)
    assert len(one["loss"]) == 3
    assert one == other
    assert runs[0].evaluation["metrics"] == runs[1].evaluation["metrics"]
    assert sorted(p.name for p in (runs[0].path / "checkpoints").glob("epoch-*.keras")) != []
