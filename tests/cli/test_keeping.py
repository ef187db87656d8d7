"""What ``dnnrun tag``, ``note``, ``rm``, ``restore`` and ``gc`` print, and how they end."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from dnnrun.cli.app import app
from dnnrun.cli.gc import gc
from dnnrun.store import RunWriter
from dnnrun.store.cleaning import DAYS


@pytest.fixture(autouse=True)
def name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of one complete run in ./runs."""
    monkeypatch.chdir(tmp_path)
    writer = RunWriter.create(Path("runs"), "mnist", {"tags": ["baseline"]})
    writer.write_checkpoint({"weights": np.zeros(250)}, {"epoch": 1})
    with writer.model_file() as path:
        path.write_text("model")
    writer.finish("completed")
    writer.close()
    return writer.path.name


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_tags(name: str) -> None:
    assert run("tag", "mnist", "best", "paper").stdout == "baseline\nbest\npaper\n"
    assert run("tag", "latest", "--remove", "baseline", "--remove", "paper").stdout == "best\n"
    assert json.loads(run("tag", "latest", "--json").stdout) == {"run": f"runs/{name}", "tags": ["best"]}
    failed = run("tag", "latest", "--remove", "bets")
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert "did you mean 'best'?" in failed.stderr


def test_notes(name: str) -> None:
    assert run("note", "latest").stdout == ""
    assert run("note", "latest", "worth", "five seeds").stdout == ""
    assert run("note", "latest").stdout == "worth five seeds\n"
    assert json.loads(run("note", "latest", "--json").stdout) == {"run": f"runs/{name}", "note": "worth five seeds"}
    assert run("note", "latest", "--clear", "x").exit_code == 2
    assert run("note", "latest", "--clear").stdout == ""
    assert run("note", "latest").stdout == ""


def test_removed_and_restored(name: str) -> None:
    removed = run("rm", "latest")
    assert (removed.exit_code, removed.stdout) == (0, f"runs/.trash/{name}\n")
    assert "'dnnrun restore' brings them back" in removed.stderr
    again = run("rm", "latest")
    assert (again.exit_code, again.stdout) == (4, "")
    assert run("restore", name[:10]).stdout == f"runs/{name}\n"
    assert run("rm", "-q", "latest").stderr == ""


def test_a_running_run_is_refused() -> None:
    writer = RunWriter.create(Path("runs"), "iris", {})
    refused = run("rm", "iris")
    assert refused.exit_code == 4
    assert "is being trained by process" in refused.stderr
    assert writer.path.exists()


def test_nothing_is_old_enough() -> None:
    done = run("gc")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "nothing to remove that is older than 14 days; --older-than 0 is for everything\n"
    assert inspect.signature(gc).parameters["older_than"].default == DAYS


def test_room_is_made(name: str) -> None:
    dry = run("gc", "--older-than", "0", "--dry-run")
    assert dry.stdout == f"2.2 kB  runs/{name}/checkpoints/state\n"
    assert dry.stderr == "would remove 1 directory, 2.2 kB; without --dry-run it is done\n"
    done = run("gc", "--older-than", "0")
    assert (done.stdout, done.stderr) == (dry.stdout, "removed 1 directory, 2.2 kB\n")
    run("rm", "latest")
    printed = json.loads(run("gc", "--older-than", "0", "--json").stdout)
    assert [(each["kind"], each["path"]) for each in printed["removed"]] == [("trash", f"runs/.trash/{name}")]
    assert run("gc", "--older-than", "0").stderr == "nothing to remove\n"


def test_what_cannot_be_removed_is_told() -> None:
    run("rm", "latest")
    [gone] = Path("runs/.trash").iterdir()
    writer = RunWriter(gone, {})
    writer.update(status="running", process=None)
    failed = run("gc", "--older-than", "0")
    assert failed.exit_code == 4
    assert "is being trained" in failed.stderr
    assert run("gc", "nowhere").exit_code == 4
    assert run("gc", "--older-than", "-1").exit_code == 2
