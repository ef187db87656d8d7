"""What ``dnnrun show`` prints of runs of all kinds: the files in `shown`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from dnnrun.analysis.run_description import show_run
from dnnrun.cli import show
from dnnrun.cli.app import app
from dnnrun.store import Run, RunWriter, layout, note_run, tag_run
from tests.cli.golden import assert_shown
from tests.cli.kept_runs import kept_run, make_kept_runs

COMPLETE = Path("runs/20261123-141530-mnist_adam")
EVALUATION = {
    "split": "test",
    "rows": 10000,
    "metrics": {"loss": 0.1188, "accuracy": 0.9652},
    "trivial": {"guess": "always '1'", "metrics": {"loss": 2.301, "accuracy": 0.1135}},
}


@pytest.fixture(autouse=True)
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of all kinds in ./runs; one of them with everything that a run may have."""
    monkeypatch.chdir(tmp_path)
    make_kept_runs(Path("runs"))
    writer = RunWriter(COMPLETE, {})
    writer.write_evaluation(EVALUATION)
    writer.write_config(b"dataset: mnist\n", "dataset:\n  source: mnist\n")
    writer.close()
    for name in ("loss", "metrics", "confusion_matrix"):
        Run(COMPLETE).write_plot(name, b"png" * 1000)
    tag_run(Run(COMPLETE), ["best"])
    note_run(
        Run(COMPLETE), "worth five seeds;\nthe next: augmentation, and a learning rate that falls while it is trained"
    )
    # The size of a file that another writes may change; what is shown of it here is always the same.
    for file in [path for path in Path("runs").glob("*/*.json") if path.name == layout.RECORD]:
        with file.open("a") as record:
            record.write(" " * (3000 - file.stat().st_size))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["show", *arguments])


def on_terminal(path: Path, width: int) -> str:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, color_system=None, width=width, soft_wrap=True)
    show._print(show_run(Run(path)), console)
    return screen.getvalue()


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("complete", "20261123"),
        ("diverged", "20261124-120000"),
        ("crashed", "20261125-080000"),
    ],
)
def test_a_run(case: str, name: str) -> None:
    done = run(name)
    assert (done.exit_code, done.stderr) == (0, "")
    assert_shown(case, done.stdout)


def test_a_broken_run() -> None:
    done = run("20261125-100000")
    assert done.exit_code == 4
    assert done.stderr.startswith("note: runs/20261125-100000-mnist_adam: run.json: damaged: ")
    assert_shown("broken", done.stdout)
    assert json.loads(run("20261125-100000", "--json").stdout)["status"] == "broken"


def test_on_a_narrow_terminal() -> None:
    assert_shown("complete-60", on_terminal(COMPLETE, 60))


@pytest.mark.parametrize("width", [60, 61, 72, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = on_terminal(COMPLETE, width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_json_has_everything() -> None:
    shown = json.loads(run("20261123", "--json").stdout)
    assert shown["metrics"]["accuracy"] == {
        "untrained": 0.15625,
        "training": 0.965,
        "validation": 0.97,
        "best": {"value": 0.97, "epoch": 1, "of": "val_accuracy"},
        "evaluated": 0.9652,
        "guess": 0.1135,
    }
    assert shown["evaluation"] == EVALUATION
    assert shown["tags"] == ["mnist", "baseline", "best"]
    assert shown["size"] == sum(file["size"] for file in shown["files"])
    assert shown["problems"] == []


def test_what_is_damaged_is_said_and_the_rest_is_shown() -> None:
    (COMPLETE / layout.EVALUATION).write_text("{")
    (COMPLETE / layout.HISTORY).write_text("epoch,loss\n1,0.5\n2,")
    (COMPLETE / layout.NOTES).write_text("[]")
    done = run("20261123")
    assert done.exit_code == 0
    assert "best epoch   2, by val_loss (0.1200)" in done.stdout
    said = [line.partition("mnist_adam: ")[2] for line in done.stderr.splitlines()]
    assert [line.partition(":")[0] for line in said] == [layout.NOTES, layout.HISTORY, layout.EVALUATION]


@pytest.mark.parametrize("nonsense", [None, "x", [1], {"rows": 3}, 1e400])
def test_a_record_with_nonsense_in_it(nonsense: Any) -> None:
    record = dict(Run(COMPLETE).record)
    for key in set(record) - {"status", "process"}:
        (COMPLETE / layout.RECORD).write_text(json.dumps({**record, key: nonsense}))
        done = run(str(COMPLETE))
        assert done.exit_code == 0, (key, done.output)
    everything = dict.fromkeys(record, nonsense) | {"status": "completed"}
    (COMPLETE / layout.RECORD).write_text(json.dumps(everything))
    assert run(str(COMPLETE)).exit_code == 0


def test_an_empty_run_and_a_run_of_one_epoch() -> None:
    writer = RunWriter.create(Path("other"), "mnist", {})
    assert run(str(writer.path)).exit_code == 0
    kept_run(Path("other"), "20261126-100000-one", epochs=1, val_accuracy=0.5, description="\x1b[31mred")
    done = run("one", "--runs-dir", "other")
    assert "epochs       1 of 3" in done.stdout
    assert "\x1b" not in done.stdout


def test_no_such_run() -> None:
    assert run("nothing").exit_code == 4
    assert run("runs").exit_code == 4
