"""Every run gets a directory of its own, also when many begin in the same second."""

from __future__ import annotations

import concurrent.futures
import datetime
import json
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dnnrun.errors import RunError
from dnnrun.store import Run, RunWriter, layout, writing

NOON = datetime.datetime(2026, 11, 23, 14, 15, 30, 987_654, tzinfo=datetime.UTC)


@pytest.fixture
def _clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_now", lambda: NOON)


def create(runs_dir: Path) -> str:
    return RunWriter.create(runs_dir, "mnist", {}).path.name


def create_at_noon(runs_dir: Path) -> str:
    writing._now = lambda: NOON
    return create(runs_dir)


@pytest.mark.usefixtures("_clock_stands")
def test_the_name_is_the_time_and_the_runs_name(runs_dir: Path) -> None:
    assert [create(runs_dir) for _ in range(3)] == [
        "20261123-141530-mnist",
        "20261123-141530-mnist-2",
        "20261123-141530-mnist-3",
    ]


def test_the_real_clock(runs_dir: Path) -> None:
    assert re.fullmatch(r"\d{8}-\d{6}-mnist", create(runs_dir))


@pytest.mark.usefixtures("_clock_stands")
def test_what_lies_there_is_left_alone(runs_dir: Path) -> None:
    (runs_dir / "20261123-141530-mnist").mkdir(parents=True)
    (runs_dir / "20261123-141530-mnist-2").write_text("a file")
    assert create(runs_dir) == "20261123-141530-mnist-3"
    assert list((runs_dir / "20261123-141530-mnist").iterdir()) == []


@pytest.mark.usefixtures("_clock_stands")
def test_threads_at_once(runs_dir: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        names = list(pool.map(create, [runs_dir] * 48))
    assert len(set(names)) == 48
    assert {path.name for path in runs_dir.iterdir()} == set(names)


def test_processes_at_once(runs_dir: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(4, mp_context=context) as pool:
        names = list(pool.map(create_at_noon, [runs_dir] * 24))
    assert len(set(names)) == 24
    assert all(Run(runs_dir / name).record["status"] == "running" for name in names)


@pytest.mark.usefixtures("_clock_stands")
def test_the_first_record(runs_dir: Path) -> None:
    writer = RunWriter.create(runs_dir, "mnist", {"seed": 42, "status": "made up"})
    record = json.loads((writer.path / layout.RECORD).read_text())
    assert record["seed"] == 42
    assert (record["status"], record["layout"]) == ("running", layout.LAYOUT_VERSION)
    assert (record["created"], record["ended"]) == ("2026-11-23T14:15:30Z", None)
    assert writer.read().status == "running"
    writer.finish("completed", best_epoch=3)
    record = json.loads((writer.path / layout.RECORD).read_text())
    assert (record["status"], record["ended"], record["best_epoch"]) == ("completed", "2026-11-23T14:15:30Z", 3)
    assert record["seed"] == 42


def test_the_folder_of_runs_is_made_with_its_parents(tmp_path: Path) -> None:
    assert (tmp_path / "a" / "b" / create(tmp_path / "a" / "b")).is_dir()


def test_a_file_in_place_of_the_folder_of_runs(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    for runs_dir in (tmp_path / "runs", tmp_path / "runs" / "deeper"):
        with pytest.raises(RunError, match="cannot make a run directory in") as caught:
            create(runs_dir)
        assert "--runs-dir" in str(caught.value)


def test_a_name_that_is_too_long(runs_dir: Path) -> None:
    with pytest.raises(RunError, match="File name too long"):
        RunWriter.create(runs_dir, "x" * 300, {})


def test_a_folder_that_may_not_be_written_to(runs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    runs_dir.mkdir()
    monkeypatch.setattr("os.mkdir", refuse)
    with pytest.raises(RunError, match="Permission denied"):
        create(runs_dir)


def test_the_store_needs_no_tensorflow() -> None:
    code = "import sys, dnnrun.store; print({'tensorflow', 'keras', 'typer', 'rich'} & set(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "set()\n"
