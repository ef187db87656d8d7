"""``dnnrun verify``: a run trained again is the same run, and where it is not, what has changed is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.conftest import CONFIGS, Dnnrun


@pytest.fixture
def run(dnnrun: Dnnrun) -> Path:
    dnnrun.write("table.csv", "a,b,y\n" + "".join(f"{n},{n % 7},{n % 3}\n" for n in range(60)))
    config = dnnrun.write(
        "c.yaml",
        "dataset: {source: {csv: {path: table.csv, target: y}}, preprocess: [Normalization]}\n"
        "model: {layers: [{Dropout: 0.1}, {Dense: {units: 3, activation: softmax}}]}\n"
        "optimizer: Adam\nloss: sparse_categorical_crossentropy\nepochs: 3\n",
    )
    assert dnnrun("train", config).code == 0
    return dnnrun.runs()[0]


@pytest.mark.slow
def test_the_same_again(run: Path, dnnrun: Dnnrun) -> None:
    whole = dnnrun("verify", run)
    assert whole.code == 0, whole.err
    assert whole.out == "bit-identical: compared 3 epochs and the final weights\n"
    part = dnnrun("verify", run, "--epochs", "2", "--json")
    assert json.loads(part.out) == {
        "run": str(run), "verdict": "bit-identical", "epochs": 2, "weights_compared": False, "furthest": 0.0,
        "where": "", "changed": [],
    }  # fmt: skip
    assert len(dnnrun.runs()) == 1


@pytest.mark.slow
def test_what_has_changed_is_named(run: Path, dnnrun: Dnnrun) -> None:
    table = dnnrun.folder / "table.csv"
    table.write_text(table.read_text().replace("3,3,0", "3,4,0"))
    resolved = run / "resolved.yaml"
    resolved.write_text(resolved.read_text().replace("rate: 0.1", "rate: 0.2"))
    record = json.loads((run / "run.json").read_text())
    record["versions"]["keras"] = "3.0.0"
    (run / "run.json").write_text(json.dumps(record))
    done = dnnrun("verify", run)
    assert done.code == 5, done.err
    assert done.out.startswith("different: compared 3 epochs and the final weights\n  furthest apart: ")
    assert "changed since: the data is not the same" in done.out
    assert "changed since: config: model.layers.0.Dropout.rate was 0.1 and is 0.2" in done.out
    assert "changed since: versions: keras was 3.0.0 and is " in done.out


@pytest.mark.slow
def test_a_little_off_is_within_tolerance(run: Path, dnnrun: Dnnrun) -> None:
    history = run / "history.csv"
    first, second, *rest = history.read_text().splitlines()
    cells = second.split(",")
    cells[1] = str(float(cells[1]) * (1 + 1e-6))
    history.write_text("\n".join([first, ",".join(cells), *rest, ""]))
    done = dnnrun("verify", run)
    assert done.code == 0
    assert done.out.splitlines()[0] == "within tolerance: compared 3 epochs and the final weights"
    assert "furthest apart: loss of epoch 1, by 1e-06 of its size" in done.out


@pytest.mark.slow
def test_a_shipped_config(dnnrun: Dnnrun) -> None:
    assert dnnrun("train", CONFIGS / "pima_early_stopping.yaml", "--epochs", "8").code == 0
    [run] = dnnrun.runs()
    assert "bit-identical" in dnnrun("verify", run).out
    nothing = dnnrun("verify", "nothing-here")
    assert nothing.code == 4
