"""Each kind of bad input: its exit code, the place and the remedy in the message, and nothing left on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import Dnnrun

GOOD = """\
dataset:
  source: iris
  test_split: 0.2
model:
  layers:
    - {Dense: {units: 8, activation: relu}}
    - {Dense: {units: 3, activation: softmax}}
optimizer: Adam
loss: sparse_categorical_crossentropy
"""
TABLE = "a,b,kind\n1,2,yes\n3,4,no\n5,6,yes\n7,8,no\n"
CSV = """\
dataset: {source: {csv: {path: table.csv, target: kind}}}
model: {layers: [{Dense: {units: 1, activation: sigmoid}}]}
optimizer: Adam
loss: binary_crossentropy
"""
NPZ = CSV.replace("{csv: {path: table.csv, target: kind}}", "{npz: arrays.npz}")


@dataclass(frozen=True)
class Case:
    """A config, the files beside it, and what the command must say."""

    config: str
    code: int
    says: list[str]
    files: dict[str, str] = field(default_factory=dict)


CASES = {
    "unknown key": Case(GOOD.replace("loss:", "los:"), 2, ["config.yaml:9:1: error: unknown key 'los'", "'loss'?"]),
    "wrong type": Case(GOOD + "epochs: many\n", 2, ["config.yaml:10:9: error: epochs must be a whole number"]),
    "unknown layer": Case(GOOD.replace("{Dense: {units: 8", "{Dens: {units: 8"), 2, ["config.yaml:6:", "'Dense'?"]),
    "empty file": Case("", 2, ["config.yaml: error: the file is empty", "optimizer"]),
    "list for a mapping": Case("- mnist\n- Adam\n", 2, ["config.yaml:1:1: error: a config must be a mapping"]),
    "not YAML": Case("dataset: {source: mnist\nmodel: x\n", 2, ["config.yaml:2:", "error: not YAML"]),
    "layer that does not fit": Case(
        GOOD.replace("{Dense: {units: 8, activation: relu}}", "{Conv2D: {filters: 8, kernel_size: 3}}"),
        2,
        ["config.yaml:6:", "Conv2D does not fit what reaches it, of shape (4,)", "shapes on the way"],
    ),
    "units below classes": Case(
        GOOD.replace("units: 3", "units: 2"), 2, ["config.yaml:7:", "and there are 3 classes", "units: 3"]
    ),
    "missing file": Case(
        CSV, 3, ["config.yaml:1:", "table.csv: there is no such file", "tables.csv"], {"tables.csv": TABLE}
    ),
    "unreadable file": Case(CSV.replace("table.csv", "folder"), 3, ["folder: cannot be read"]),
    "ragged rows": Case(
        CSV,
        3,
        ["table.csv:3:1: error: 2 cells where the first line has 3 columns"],
        {"table.csv": TABLE.replace("3,4,no", "3,4")},
    ),
    "no such target": Case(
        CSV.replace("kind", "king"), 3, ["config.yaml:1:", "there is no column 'king'", "'kind'?"], {"table.csv": TABLE}
    ),
    "NaN in the features": Case(
        CSV, 3, ["column 'b' has no value in 1 row (line 3)", "'drop'"], {"table.csv": TABLE.replace("3,4,no", "3,,no")}
    ),
    "npz without arrays": Case(NPZ, 3, ["there is no array 'x_train' or 'x'", "it holds features, labels"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_bad_input_ends_with_a_clear_message(name: str, dnnrun: Dnnrun) -> None:
    case = CASES[name]
    dnnrun.write("config.yaml", case.config)
    (dnnrun.folder / "folder").mkdir()
    np.savez(dnnrun.folder / "arrays.npz", features=np.ones((4, 2)), labels=np.arange(4) % 2)
    for file, text in case.files.items():
        dnnrun.write(file, text)
    done = dnnrun("train", "config.yaml")
    assert done.code == case.code, done.err
    for part in case.says:
        assert part in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert dnnrun.runs() == []


def test_missing_and_unreadable_configs(dnnrun: Dnnrun) -> None:
    dnnrun.write("mnist.yaml", GOOD)
    done = dnnrun("validate", "minst.yaml", ".", "mnist.yaml")
    assert done.code == 2
    assert "minst.yaml: error: cannot be read" in done.err or "minst.yaml: cannot be read" in done.err
    assert "mnist.yaml" in done.err
    assert done.out == "mnist.yaml: ok\n"


def test_validate_reports_everything_at_once(dnnrun: Dnnrun) -> None:
    dnnrun.write("config.yaml", GOOD.replace("source: iris", "source: irsi") + "epoch: 3\nseed: x\n")
    done = dnnrun("validate", "config.yaml")
    assert done.code == 2
    assert [line for line in done.err.splitlines() if line.startswith("config.yaml:")] == [
        "config.yaml:2:11: error: unknown data source 'irsi'",
        "config.yaml:10:1: error: unknown key 'epoch'",
        "config.yaml:11:7: error: seed must be a whole number, not the text 'x'",
    ]


def test_compare_without_runs(dnnrun: Dnnrun) -> None:
    done = dnnrun("compare", "runs/*")
    assert done.code == 4
    assert "dnnrun train" in done.err


def test_wrong_option_is_a_usage_error(dnnrun: Dnnrun) -> None:
    done = dnnrun("train", "config.yaml", "--epocs", "3")
    assert done.code == 2
    assert "--epochs" in done.err


def test_a_run_directory_that_cannot_be_made(dnnrun: Dnnrun, tmp_path: Path) -> None:
    dnnrun.write("config.yaml", GOOD)
    dnnrun.write("taken", "a file where a folder is wanted")
    done = dnnrun("train", "config.yaml", "--runs-dir", "taken", "--smoke")
    assert done.code == 4
    assert "cannot make a run directory in taken" in done.err
    assert (tmp_path / "taken").read_text() == "a file where a folder is wanted"
