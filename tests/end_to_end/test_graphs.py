"""A graph of two inputs and two outputs through every command that meets it."""

from __future__ import annotations

import json

import pytest

from dnnrun import Run
from tests.end_to_end.conftest import Dnnrun

CONFIG = """\
dataset:
  source: {csv: {path: houses.csv, target: {price: price, kind: kind}, drop: id}}
  inputs: {size: [rooms, area], place: [lat, lon]}
  test_split: 0.2
  validation_split: 0.2
  preprocess: [Normalization]
model:
  activation: relu
  layers:
    - {Dense: {units: 8, name: left, inputs: size}}
    - {Dense: {units: 8, name: right, inputs: place}}
    - {Concatenate: {inputs: [left, right, size]}}
    - {Dense: {units: 8, name: trunk}}
    - {Dense: {units: 1, name: price}}
    - {Dense: {units: 2, name: kind, activation: softmax, inputs: trunk}}
optimizer: Adam
loss: {price: mse, kind: sparse_categorical_crossentropy}
metrics: {price: [mae], kind: [accuracy]}
epochs: 4
"""


@pytest.mark.slow
def test_two_inputs_and_two_outputs(dnnrun: Dnnrun) -> None:
    rows = "".join(
        f"{n},{n % 5},{n % 7 * 10},{n % 3},{n % 4},{n % 5 + 0.5},{'flat' if n % 2 else 'house'}\n" for n in range(120)
    )
    dnnrun.write("houses.csv", f"id,rooms,area,lat,lon,price,kind\n{rows}")
    config = dnnrun.write("houses.yaml", CONFIG)
    assert dnnrun("validate", config).code == 0
    done = dnnrun("train", config, "--json")
    assert done.code == 0, done.err
    assert "size 2 and place 2 for price and kind (2 classes)" in done.err
    assert {"loss", "price_loss", "price_mae", "kind_loss", "kind_accuracy"} == set(json.loads(done.out)["test"])
    [path] = dnnrun.runs()
    run = Run(path)
    assert set(run.evaluation["outputs"]) == {"price", "kind"}
    assert json.loads((path / "labels.json").read_text()) == {"kind": {"0": "flat", "1": "house"}}
    assert {plot.stem for plot in run.plots} == {"loss", "metrics", "learning_rate", "network", "weights"}
    verified = dnnrun("verify", path)
    assert verified.out == "bit-identical: compared 4 epochs and the final weights\n", verified.err
    resumed = dnnrun("resume", path, "--epochs", "6")
    assert resumed.code == 0, resumed.err
    assert Run(path).history.epochs == [1, 2, 3, 4, 5, 6]
    again = dnnrun("train", config, "--set", "loss.price=mae", "--set", "loss_weights={price: 0.5}", "--epochs", "1")
    assert again.code == 0, again.err
    compared = dnnrun("compare", *dnnrun.runs())
    assert compared.code == 0
    assert "loss.price" in compared.out


@pytest.mark.slow
def test_what_is_wrong_with_a_graph_is_said_before_anything_is_made(dnnrun: Dnnrun) -> None:
    config = dnnrun.write("houses.yaml", CONFIG.replace("[left, right, size]", "[left, rigth]"))
    done = dnnrun("train", config)
    assert done.code == 2
    assert "houses.yaml:12:37: error: there is no layer and no input of the data named 'rigth'" in done.err
    assert "did you mean 'right'?" in done.err
    assert "Traceback" not in done.err
    assert dnnrun.runs() == []
