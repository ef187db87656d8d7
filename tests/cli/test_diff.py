"""What ``dnnrun diff`` prints: the files in `shown`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from dnnrun.analysis.run_difference import diff_runs
from dnnrun.cli import diff
from dnnrun.cli.app import app
from dnnrun.store import Run, RunWriter, layout
from tests.cli.golden import assert_shown
from tests.cli.kept_runs import CONFIG, RECORD, kept_run, make_kept_runs

FIRST, SECOND = Path("runs/20261123-141530-mnist_adam"), Path("runs/20261126-100000-mnist_dropout")


@pytest.fixture(autouse=True)
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of all kinds in ./runs, and one with a layer more and another rate, made with other versions."""
    monkeypatch.chdir(tmp_path)
    make_kept_runs(Path("runs"))
    layers = [*CONFIG["model"]["layers"][:2], {"Dropout": {"rate": 0.2}}, CONFIG["model"]["layers"][2]]
    kept_run(
        Path("runs"),
        SECOND.name,
        val_accuracy=0.98,
        model={"activation": "relu", "layers": layers},
        optimizer={"Adam": {"learning_rate": 0.01}},
    )
    change(SECOND, versions={**RECORD["versions"], "keras": "3.16.0"}, threads=2, parameters=101771)
    for path, accuracy in ((FIRST, 0.9652), (SECOND, 0.9731)):
        writer = RunWriter(path, {})
        writer.write_evaluation({"split": "test", "metrics": {"loss": 1 - accuracy, "accuracy": accuracy}})
        writer.close()


def change(path: Path, **facts: Any) -> None:
    (path / layout.RECORD).write_text(json.dumps({**Run(path).record, **facts}))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["diff", *arguments])


def on_terminal(width: int) -> str:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, color_system=None, width=width, soft_wrap=True)
    diff._print(diff_runs(Run(FIRST), Run(SECOND)), console)
    return screen.getvalue()


def test_two_runs() -> None:
    done = run("20261123", "dropout")
    assert (done.exit_code, done.stderr) == (0, "")
    assert_shown("difference", done.stdout)


def test_on_a_narrow_terminal() -> None:
    assert_shown("difference-60", on_terminal(60))


@pytest.mark.parametrize("width", [60, 65, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = {"source": "x" * 90, "fingerprint": "y" * 64, "classes": ["z" * 30] * 9, "k" * 70: 1}
    change(SECOND, dataset={**RECORD["dataset"], **long})
    assert max(map(cell_len, on_terminal(width).splitlines())) <= width


def test_a_run_and_itself() -> None:
    assert_shown("no-difference", run("20261123", str(FIRST)).stdout)


def test_a_run_that_diverged_and_one_that_runs() -> None:
    assert run("20261124-120000", "20261125-090000").exit_code == 0


def test_json() -> None:
    found = json.loads(run("20261123", "dropout", "--json").stdout)
    assert found["config"] == [
        {"key": "model.layers.2", "first": None, "second": {"Dropout": {"rate": 0.2}}},
        {"key": "optimizer.Adam.learning_rate", "first": 0.001, "second": 0.01},
    ]
    assert found["versions"] == [{"key": "keras", "first": "3.15.1", "second": "3.16.0"}]
    assert found["environment"] == [{"key": "threads", "first": 1, "second": 2}]
    figures = {each["figure"]: each for each in found["results"]}
    assert figures["test accuracy"]["difference"] == pytest.approx(0.0079)
    assert figures["test accuracy"]["better"] == "second"
    assert figures["final loss"]["better"] is None
    assert found["problems"] == []


def test_what_cannot_be_compared_has_no_better() -> None:
    settings = Run(SECOND).config
    change(SECOND, config={**settings, "loss": "mse"})
    better = {each["figure"]: each["better"] for each in diff_runs(Run(FIRST), Run(SECOND))["results"]}
    assert (better["test loss"], better["test accuracy"]) == (None, "second")
    change(SECOND, dataset={**RECORD["dataset"], "fingerprint": "other"})
    assert {each["better"] for each in diff_runs(Run(FIRST), Run(SECOND))["results"]} == {None}


def test_a_broken_run() -> None:
    done = run("20261123", "20261125-100000")
    assert (done.exit_code, done.stdout) == (4, "")
    assert "run.json: damaged" in done.stderr
    assert run("20261123", "nothing").exit_code == 4


@pytest.mark.parametrize("nonsense", [None, "x", [1], {"rows": 3}, 1e400])
def test_records_with_nonsense_in_them(nonsense: Any) -> None:
    change(FIRST, **(dict.fromkeys(Run(FIRST).record, nonsense) | {"status": "completed"}))
    done = run(str(FIRST), str(SECOND))
    assert done.exit_code == 0, done.output
