"""`dnnrun validate --build`: a table of the layers, or the line of one that does not fit; nothing is left behind."""

from __future__ import annotations

from tests.end_to_end.conftest import CONFIGS, Dnnrun

CONV = """\
dataset: mnist
model:
  layers:
    - {Conv2D: {filters: 8, kernel_size: 3}}
    - Flatten
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


def test_good_and_bad_configs_in_one_go(dnnrun: Dnnrun) -> None:
    dnnrun.write("conv.yaml", CONV)
    dnnrun.write("table.yaml", CONV.replace("mnist", "{source: {csv: {path: nothing.csv, target: y}}}"))
    done = dnnrun("validate", CONFIGS / "mnist_adam.yaml", "conv.yaml", "table.yaml", "--build")
    assert done.code == 2
    out = done.out.splitlines()
    assert out[0] == f"{CONFIGS / 'mnist_adam.yaml'}: ok"
    assert [line.split() for line in out[2:8]] == [
        ["rescaling", "(Rescaling)", "28x28", "0", "3.06", "KiB", "0"],
        ["flatten", "(Flatten)", "784", "0", "0", "B", "0"],
        ["dense", "(Dense)", "128", "100,480", "512", "B", "100,352"],
        ["dropout", "(Dropout)", "128", "0", "512", "B", "0"],
        ["dense_1", "(Dense)", "10", "1,290", "40", "B", "1,280"],
        ["total", "101,770", "4.10", "KiB", "101,632"],
    ]
    assert max(map(len, out[1:])) <= 80
    assert "conv.yaml:4:7: error: Conv2D does not fit what reaches it" in done.err
    assert "nothing.csv: there is no such file" in done.err
    assert "Traceback" not in done.err
    assert "tensorflow" not in done.err.lower()
    assert sorted(path.name for path in dnnrun.folder.iterdir()) == ["conv.yaml", "table.yaml"]


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
