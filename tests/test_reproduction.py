"""The table of the experiments: made from runs that were made up, so that every case of it is seen."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import reproduce
from tests.benchmarks.published import EXPERIMENTS, Experiment, Measured, at, best, best_epoch, last, on_test, stopped
from tests.benchmarks.reproduce import Kept
from tests.benchmarks.reproduction_table import Result, figures_of, lines_of, missed, render, unequal

CONFIGS = Path(__file__).parents[1] / "configs"
HISTORY = {"loss": [0.5, 0.4, 0.3], "accuracy": [0.7, 0.8, 0.9], "val_loss": [0.6, 0.45, 0.5]}
MEASURED = Measured(HISTORY, {2: {"accuracy": 0.81}, 3: {"accuracy": 0.85}})
NET = Experiment(
    "mnist_adam",
    [
        at(2, "accuracy", 0.795),
        last("accuracy", 0.95),
        best("val_loss", 0.449),
        best_epoch(4, near=2),
        stopped(3),
        on_test("accuracy", 0.81, 2),
        on_test("accuracy", None, 3),
        last("accuracy", 0.5, at_least=True),
        last("mae"),
    ],
    epochs=(2, 3),
    remark="A sentence.",
)
NEEDY = Experiment("thoracic_surgery", [last("accuracy")], needs="put it there")


def test_every_experiment_has_its_config_and_every_config_its_experiment() -> None:
    others = {"fashion_mnist_adam", "iris_branches"}  # examples of the language; nothing was published of them
    assert {each.name for each in EXPERIMENTS} == {path.stem for path in CONFIGS.glob("*.yaml")} - others
    assert len({each.title for each in EXPERIMENTS}) == len(EXPERIMENTS)


def test_figures_are_found_and_held_against_the_published_ones() -> None:
    lines = lines_of(NET, Result(MEASURED), fast=False)
    assert [line.value for line in lines] == [0.8, 0.9, 0.45, 2, 3, 0.81, 0.85, 0.9, None]
    assert [line.is_met for line in lines] == [True, False, True, True, True, True, True, True, False]
    assert [line.difference for line in lines[:4]] == ["+0.0050", "**-0.0500, missed**", "+0.0010", "-2"]


def test_the_fast_subset_has_what_the_first_halt_has() -> None:
    assert [figure.epochs for figure in figures_of(NET, fast=True)] == [2, None, None, None, None, 2, None, None]
    assert len(figures_of(NEEDY, fast=True)) == 1


def test_the_document() -> None:
    failed = Result(None, trouble="failed: there is no such file; put it there")
    results = {"mnist_adam": Result(MEASURED, seconds=12.4), "thoracic_surgery": failed}
    document = render([NET, NEEDY], results, ["On a machine."], fast=False)
    assert "3 not met:\n- mnist_adam: train accuracy: 0.95 published, 0.9000 here\n" in document
    assert "- mnist_adam: train mae: not there\n" in document
    assert (
        "| [mnist_adam](../configs/mnist_adam.yaml) | train accuracy, epoch 2 | 0.7950 | 0.8000 | +0.0050 | 12 |\n"
        "|  | train accuracy | 0.9500 | 0.9000 | **-0.0500, missed** |  |\n"
    ) in document
    assert "|  | train accuracy | at least 0.5000 | 0.9000 | +0.4000 |  |\n" in document
    assert "|  | epoch of the lowest validation loss | 4 | 2 | -2 |  |\n" in document
    assert (
        "| [thoracic_surgery](../configs/thoracic_surgery.yaml) | failed: there is no such file; put it there |"
        in document
    )
    assert "On a machine.\n" in document
    assert "- `mnist_adam`: A sentence.\n" in document
    good = Experiment("mnist_adam", [last("accuracy", 0.9)])
    assert "Every published figure is met." in render([good], results, [], fast=False)
    assert missed([NET, NEEDY], {}, fast=False) == ["mnist_adam: not run", "thoracic_surgery: not run"]


def test_histories_that_ought_to_be_equal() -> None:
    other = Measured({**HISTORY, "loss": [0.5, 0.4, 0.3000001]}, MEASURED.tests)
    same = {"fashion_onehot": Result(MEASURED), "fashion_functional": Result(MEASURED)}
    assert unequal(same) == []
    assert unequal({**same, "fashion_functional": Result(other)}) == [("fashion_onehot", "fashion_functional")]
    assert unequal({"fashion_onehot": Result(MEASURED)}) == []


def test_what_is_finished_is_kept_until_its_config_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").mkdir()
    config = tmp_path / "configs" / "mnist_adam.yaml"
    config.write_text("epochs: 3\n")
    monkeypatch.setattr(reproduce, "ROOT", tmp_path)
    run = tmp_path / "runs" / "one"
    run.mkdir(parents=True)
    kept = Kept(tmp_path / "runs")
    found = kept.find(NET)
    assert (found["run"], found["tests"]) == ("", {})
    done = {"run": str(run), "tests": {"2": {"accuracy": 0.81}, "3": {"accuracy": 0.85}}, "history": HISTORY}
    kept.keep(NET, {**found, **done, "seconds": {"2": 5.0, "3": 2.0}})
    again = Kept(tmp_path / "runs")
    assert reproduce.run(NET, again, fast=False) == Result(MEASURED, 7.0)
    fast = reproduce.run(NET, again, fast=True)
    assert fast.measured == Measured({name: values[:2] for name, values in HISTORY.items()}, {2: {"accuracy": 0.81}})
    assert reproduce.finished(NEEDY, again, fast=False) == Result(None, trouble="not run")
    config.write_text("epochs: 4\n")
    assert again.find(NET)["run"] == ""


def test_of_folds_the_means_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = {"folds": [{"run": str(tmp_path)}], "summary": {"accuracy": {"mean": 0.81, "deviation": 0.1, "folds": 5}}}
    done = subprocess.CompletedProcess([], 0, json.dumps(printed), "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    folds = Experiment("fashion_sgdclassifier", [on_test("accuracy", 0.8196)])
    [line] = lines_of(folds, reproduce.run(folds, Kept(tmp_path), fast=False), fast=False)
    assert (line.value, line.is_met) == (0.81, True)


def test_an_experiment_that_fails_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert str(command[2]).endswith("thoracic_surgery.yaml")
        return subprocess.CompletedProcess(command, 4, "", "warning: a\nc.yaml:3:1: error: no | file\n  3 | x\n")

    monkeypatch.setattr(subprocess, "run", fails)
    result = reproduce.run(NEEDY, Kept(tmp_path), fast=False)
    assert result == Result(None, trouble="failed: c.yaml:3:1: error: no / file; put it there")
