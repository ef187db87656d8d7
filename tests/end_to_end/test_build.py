"""`dnnrun validate --build`: a table of the layers, or the line of one that does not fit; nothing is left behind."""

from __future__ import annotations

import json

import pytest

from tests.end_to_end.conftest import CONFIGS, Dnnrun

FORGOTTEN = """\
dataset: mnist
model:
  layers:
    - {LSTM: 8}
    - {LSTM: 4}
    - {Dense: {units: 10, activation: softmax}}
optimizer: Adam
loss: sparse_categorical_crossentropy
"""


OWN = """\
import keras


def net(classes):
    print("making")
    return keras.Sequential([keras.layers.Dense(classes, activation="softmax")])
"""


@pytest.mark.slow
def test_good_and_bad_configs_in_one_go(dnnrun: Dnnrun) -> None:
    dnnrun.write("lstm.yaml", FORGOTTEN)
    dnnrun.write("table.yaml", FORGOTTEN.replace("mnist", "{source: {csv: {path: nothing.csv, target: y}}}"))
    done = dnnrun("validate", CONFIGS / "mnist_adam.yaml", "lstm.yaml", "table.yaml", "--build")
    assert done.code == 2
    out = done.out.splitlines()
    assert out[0] == f"{CONFIGS / 'mnist_adam.yaml'}: ok"
    assert [line.split() for line in out[2:8]] == [
        ["rescaling", "(Rescaling)", "28x28", "0", "0", "B", "0"],
        ["flatten", "(Flatten)", "784", "0", "0", "B", "0"],
        ["dense", "(Dense)", "128", "100,480", "512", "B", "100,352"],
        ["dropout", "(Dropout)", "128", "0", "512", "B", "0"],
        ["dense_1", "(Dense)", "10", "1,290", "40", "B", "1,280"],
        ["total", "101,770", "1.04", "KiB", "101,632"],
    ]
    assert max(map(len, out[1:])) <= 80
    assert "lstm.yaml:5:7: error: LSTM does not fit what reaches it, of shape (8,)" in done.err
    assert "give the LSTM before it return_sequences: true" in done.err
    assert "nothing.csv: there is no such file" in done.err
    assert "Traceback" not in done.err
    assert "tensorflow" not in done.err.lower()
    assert sorted(path.name for path in dnnrun.folder.iterdir()) == ["lstm.yaml", "table.yaml"]


@pytest.mark.slow
def test_everything_as_json(dnnrun: Dnnrun) -> None:
    dnnrun.write("table.yaml", FORGOTTEN.replace("mnist", "{source: {csv: {path: nothing.csv, target: y}}}"))
    done = dnnrun("validate", "table.yaml", CONFIGS / "iris_softmax.yaml", "--build", "--json")
    assert done.code == 2, done.err
    table, iris = json.loads(done.out)
    assert (table["ok"], "model" in table, table["problems"][0]["line"]) == (False, False, 1)
    assert (iris["ok"], iris["problems"]) == (True, [])
    assert [layer["multiply_adds"] for layer in iris["model"]["layers"]] == [0, 4 * 16, 16 * 3]
    assert iris["model"]["training"]["total"] > iris["model"]["training"]["data"] > 0


@pytest.mark.slow
def test_exit_codes_and_code_of_ones_own(dnnrun: Dnnrun) -> None:
    dnnrun.write("own.py", OWN)
    dnnrun.write("own.yaml", "dataset: iris\nmodel: own:net\noptimizer: Adam\nloss: sparse_categorical_crossentropy\n")
    refused = dnnrun("validate", "own.yaml", "--build")
    assert (refused.code, refused.out) == (2, "")
    assert "add --allow-code" in refused.err
    allowed = dnnrun("validate", "own.yaml", "--build", "--allow-code")
    assert allowed.code == 0, allowed.err
    assert "making" in allowed.err
    assert allowed.out.splitlines()[0] == "own.yaml: ok"
    assert ["dense", "(Dense)", "3", "15", "12", "B", "12"] in [line.split() for line in allowed.out.splitlines()]
