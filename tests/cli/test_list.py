"""What ``dnnrun list`` prints, on terminals of all widths, into pipes, and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from dnnrun.analysis.listing import ALL_STATUSES, list_runs
from dnnrun.cli.app import app
from dnnrun.cli.run_table import table_lines
from dnnrun.store import Run, layout, tag_run
from tests.cli.kept_runs import kept_run, make_kept_runs

ALL = """\
run                         status       dataset  best             epochs  time  tags
20261125-100000-mnist_adam  broken       -        -                     -     -  -
20261125-080000-mnist_adam  crashed      mnist    0.1200 val_loss     2/3   3 s  mnist, baseline
20261124-120000-mnist_adam  diverged     mnist    0.1800 val_loss     1/3  59 s  mnist, baseline
20261124-110000-mnist_adam  interrupted  mnist    0.1200 val_loss     2/3  59 s  mnist, baseline
20261124-100000-mnist_sgd   completed    mnist    0.1200 val_loss     3/3  59 s  mnist, baseline
20261123-141530-mnist_adam  completed    mnist    0.1200 val_loss     3/3  29 s  mnist, baseline
"""
CHOSEN = """\
run                         status     dataset  val_accuracy  optimizer  best             epochs  time  tags
20261123-141530-mnist_adam  completed  mnist            0.97  Adam       0.1200 val_loss     3/3  29 s  mnist, baseline
20261124-100000-mnist_sgd   completed  mnist            0.94  SGD        0.1200 val_loss     3/3  59 s  mnist, baseline
"""
NARROW = """\
run                         status       best
20261125-100000-mnist_adam  broken       -
20261124-120000-mnist_adam  diverged     0.1800 val_loss
20261124-110000-mnist_adam  interrupted  0.1200 val_loss
20261124-100000-mnist_sgd   completed    0.1200 val_loss
20261123-141530-mnist_adam  completed    0.1200 val_loss
"""


@pytest.fixture(autouse=True)
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_kept_runs(Path("runs"))
    return tmp_path / "runs"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["list", *arguments])


def test_everything_into_a_pipe() -> None:
    done = run(*(f"--status={status}" for status in ALL_STATUSES if status != "running"))
    assert done.stdout == ALL
    assert done.stderr.splitlines()[0].startswith("note: runs/20261125-100000-mnist_adam: run.json: damaged: ")
    assert done.stderr.splitlines()[1:] == ["6 runs in runs"]
    assert run("--status", "running").stdout.splitlines()[1].split()[1:6] == [
        "running",
        "mnist",
        "0.1200",
        "val_loss",
        "2/3",
    ]


def test_what_is_asked_for_is_shown() -> None:
    done = run("--where", "val_accuracy > 0.9 and optimizer != null", "--status", "completed", "--sort", "val_accuracy")
    assert done.stdout == CHOSEN
    assert done.stderr == "2 runs in runs\n"
    assert run("--sort", "val_accuracy", "--limit", "1").stderr == "1 of 7 runs in runs\n"


@pytest.mark.parametrize("width", range(60, 140, 7))
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    names = ["val_accuracy", "optimizer.Adam.learning_rate"]
    kept_run(Path("runs"), "20261126-100000-数据集实验", epochs=1, val_accuracy=0.1)
    kept_run(Path("runs"), f"20261126-110000-{'a' * 100}", epochs=1, val_accuracy=0.1)
    summaries = list_runs("runs", where=[f"{name} != 1" for name in names])
    lines = table_lines(summaries, names, width)
    assert max(map(cell_len, lines)) <= width
    assert all(
        line.split()[1] in {"status", summary.status} for line, summary in zip(lines[1:], summaries, strict=True)
    )


def test_the_telling_columns_stay() -> None:
    settled = ["broken", "diverged", "interrupted", "completed"]
    assert "\n".join(table_lines(list_runs("runs", status=settled), [], 60)) + "\n" == NARROW


def test_the_name_of_the_config_where_the_directory_does_not_tell() -> None:
    Path("runs/20261123-141530-mnist_adam").rename("runs/my-best")
    [heading, *lines] = run("--status", "completed").stdout.splitlines()
    assert heading.split()[:3] == ["run", "status", "config"]
    assert lines[-1].split()[:3] == ["my-best", "completed", "mnist_adam"]
    assert lines[0].split()[:3] == ["20261124-100000-mnist_sgd", "completed", "mnist_sgd"]


def test_paths_for_other_commands() -> None:
    done = run("--status", "completed", "--paths")
    assert done.stdout == "runs/20261124-100000-mnist_sgd\nruns/20261123-141530-mnist_adam\n"
    assert done.stderr == ""


def test_json() -> None:
    listed = json.loads(run("--json").stdout)
    assert [each["status"] for each in listed] == [
        "broken", "running", "crashed", "diverged", "interrupted", "completed", "completed",
    ]  # fmt: skip
    [chosen] = json.loads(run("--json", "--where", "val_accuracy > 0.95", "--status", "completed").stdout)
    assert chosen == {
        "run": "20261123-141530-mnist_adam",
        "path": "runs/20261123-141530-mnist_adam",
        "status": "completed",
        "config": "mnist_adam",
        "dataset": "mnist",
        "epochs": 3,
        "planned": 3,
        "best": {"epoch": 2, "metric": "val_loss", "value": 0.12},
        "final": {"loss": 0.11, "accuracy": 0.965, "val_loss": 0.13, "val_accuracy": 0.97, "learning_rate": 0.001},
        "seconds": 29.0,
        "created": "2026-11-23T14:15:30Z",
        "tags": ["mnist", "baseline"],
        "note": "",
        "values": {"val_accuracy": [0.97]},
        "problem": "",
    }


def test_tags_that_were_added() -> None:
    tag_run(Run("runs/20261123-141530-mnist_adam"), ["best"], remove=["baseline"])
    assert run("--tag", "best", "--tag", "mnist", "--paths").stdout == "runs/20261123-141530-mnist_adam\n"
    assert run("--tag", "best", "--tag", "baseline").stdout == ""


def test_mistakes() -> None:
    done = run("--where", "val_acuracy > 0.9")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean 'val_accuracy'?" in done.stderr
    assert run("--status", "done").exit_code == 2
    assert run("nowhere").exit_code == 4
    assert "is a run, not a folder of runs" in run("runs/20261123-141530-mnist_adam").stderr


def test_a_run_of_scikit_learn_has_one_epoch_and_that_is_its_best() -> None:
    other = kept_run(Path("runs"), "20261126-100000-knn", epochs=1, model={"sklearn": "KNeighborsClassifier"})
    (other.path / layout.RECORD).write_text(json.dumps({**other.record, "best": None}))
    [summary] = list_runs("runs", where="model.sklearn = KNeighborsClassifier")
    assert summary.best == {"metric": "val_loss", "epoch": 1, "value": 0.18}


def test_no_command_about_runs_starts_tensorflow() -> None:
    code = """
import sys
from typer.testing import CliRunner
from dnnrun.cli.app import app

for line in sys.argv[1:]:
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, (line, done.output)
    heavy = {"tensorflow", "keras", "matplotlib", "pandas", "sklearn", "scipy", "numpy"} & set(sys.modules)
    assert not heavy, (line, heavy)
"""
    lines = [
        "list --where val_accuracy!=1 --sort best_val_loss",
        "show 20261123",
        "diff 20261123 20261124-10",
        "tag 20261123 best",
        "note 20261123 good",
        "rm 20261123",
        "restore 20261123",
        "gc --older-than 0",
    ]
    subprocess.run([sys.executable, "-c", code, *lines], check=True)


def test_nothing_in_a_file_moves_the_cursor() -> None:
    kept_run(Path("runs"), "20261126-100000-odd", tags=["\x1b[2J"], description="\x1b[31m")
    assert "\x1b" not in run().stdout
