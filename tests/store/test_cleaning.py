"""What is removed to make room, and what never is."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.errors import ConfigError, RunError
from dnnrun.store import Run, RunWriter, collect_garbage, layout, remove_runs

MakeRun = Callable[..., Run]
NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def make(runs_dir: Path) -> MakeRun:
    """Make a run with every file, which ended so many days ago."""

    def make_run(name: str, status: str = "completed", *, days: float = 30.0, has_model: bool = True) -> Run:
        writer = RunWriter.create(runs_dir, name, {})
        writer.write_config(b"a: 1\n", "a: 1\n")
        writer.append_history({"epoch": 1, "loss": 0.5})
        writer.write_evaluation({"metrics": {}})
        writer.write_predictions({"x": np.zeros(3)})
        writer.write_checkpoint({"weights": np.zeros(100)}, {"epoch": 1})
        writer.inside("best.keras", folder="checkpoints").write_text("saved by a callback")
        writer.read().write_plot("loss", b"png")
        writer.log_file.write_text("log")
        with writer.weights_file() as path:
            path.write_text("weights")
        if has_model:
            with writer.model_file() as path:
                path.write_text("model")
        if status != "running":
            writer.finish(status)  # type: ignore[arg-type]
            writer.update(ended=(NOW - datetime.timedelta(days=days)).isoformat())
            writer.close()
        return writer.read()

    return make_run


def files(run: Run) -> set[str]:
    return {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}


def aged(run: Run, days: float) -> None:
    moment = (NOW - datetime.timedelta(days=days)).timestamp()
    os.utime(run.path, (moment, moment))


def test_of_a_complete_run_the_checkpoints_go_and_nothing_else(make: MakeRun, runs_dir: Path) -> None:
    run = make("mnist")
    before = files(run)
    cleaning = collect_garbage(runs_dir)
    [removed] = cleaning.removed
    assert (removed.kind, removed.path) == ("checkpoints", run.path / layout.STATE)
    assert before - files(run) == {"checkpoints/state/000001.state", "checkpoints/state/latest.json"}
    assert cleaning.size > 800
    assert collect_garbage(runs_dir).removed == ()


@pytest.mark.parametrize("status", ["interrupted", "failed", "diverged", "running"])
def test_what_resume_could_complete_keeps_them(make: MakeRun, runs_dir: Path, status: str) -> None:
    run = make("mnist", status)
    before = files(run)
    assert collect_garbage(runs_dir, older_than=0).removed == ()
    assert files(run) == before


def test_the_only_weights_stay(make: MakeRun, runs_dir: Path) -> None:
    make("mnist", has_model=False)
    assert collect_garbage(runs_dir, older_than=0).removed == ()


@pytest.mark.parametrize(("days", "older_than", "goes"), [(15, 14, True), (13, 14, False), (0.1, 0, True)])
def test_only_what_is_old_goes(make: MakeRun, runs_dir: Path, days: float, older_than: float, goes: bool) -> None:
    make("kept", days=days)
    [gone] = remove_runs([make("removed", days=99).path])
    aged(gone, days)
    removed = collect_garbage(runs_dir, older_than=older_than).removed
    assert [each.kind for each in removed] == (["trash", "checkpoints"] if goes else [])
    assert gone.path.exists() is not goes


def test_a_dry_run_says_the_same_and_removes_nothing(make: MakeRun, runs_dir: Path) -> None:
    run = make("mnist")
    [gone] = remove_runs([make("other").path])
    before = files(run) | files(gone)
    planned = collect_garbage(runs_dir, older_than=0, dry_run=True)
    assert files(run) | files(gone) == before
    done = collect_garbage(runs_dir, older_than=0)
    assert [(each.path, each.size, each.since) for each in planned.removed] == [
        (each.path, each.size, each.since) for each in done.removed
    ]
    assert not gone.path.exists()


@pytest.mark.parametrize(("only", "kinds"), [("trash", ["trash"]), ("checkpoints", ["checkpoints"])])
def test_one_of_the_two(make: MakeRun, runs_dir: Path, only: Any, kinds: list[str]) -> None:
    make("mnist")
    remove_runs([make("other").path])
    assert [each.kind for each in collect_garbage(runs_dir, older_than=0, only=only).removed] == kinds


def test_a_run_that_is_trained_on_in_the_trash_stays(make: MakeRun, runs_dir: Path) -> None:
    [gone] = remove_runs([make("mnist", "interrupted").path])
    writer = RunWriter.open(gone.path)
    cleaning = collect_garbage(runs_dir, older_than=0)
    assert cleaning.removed == ()
    assert "is being trained by" in cleaning.problems[0].what
    writer.close()


def test_a_run_that_is_lengthened_meanwhile_keeps_them(
    make: MakeRun, runs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make("mnist")
    opened: list[RunWriter] = []

    def be_late(path: Path) -> int:
        opened.append(RunWriter.open(run.path))
        return 5

    monkeypatch.setattr("dnnrun.store.cleaning.size_of", be_late)
    cleaning = collect_garbage(runs_dir, older_than=0)
    assert cleaning.removed == ()
    assert (run.path / layout.STATE).is_dir()
    opened[0].close()


def test_links_are_removed_and_not_followed(make: MakeRun, runs_dir: Path, tmp_path: Path) -> None:
    elsewhere = make("mnist", "interrupted").path.rename(tmp_path / "elsewhere")
    (runs_dir / layout.TRASH).mkdir()
    (runs_dir / layout.TRASH / "link").symlink_to(elsewhere)
    collect_garbage(runs_dir, older_than=-0.0)
    assert not (runs_dir / layout.TRASH / "link").is_symlink()
    assert (elsewhere / layout.RECORD).exists()


def test_broken_runs_and_other_files_are_left_alone(make: MakeRun, runs_dir: Path) -> None:
    run = make("mnist")
    (run.path / layout.RECORD).write_text("{")
    (runs_dir / layout.TRASH / "notes").mkdir(parents=True)
    assert collect_garbage(runs_dir, older_than=0).removed == ()
    assert (run.path / layout.STATE).is_dir()


def test_wrong_wishes(runs_dir: Path) -> None:
    with pytest.raises(RunError, match="no such folder"):
        collect_garbage(runs_dir)
    for days in (-1, float("nan")):
        with pytest.raises(ConfigError, match="must not be negative"):
            collect_garbage(runs_dir, older_than=days)
