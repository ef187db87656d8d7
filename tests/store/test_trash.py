"""Runs that are removed, come back, or are refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.errors import RunError
from dnnrun.store import Run, RunWriter, layout, remove_runs, restore_runs, runs_in

MakeRun = Callable[..., Run]


@pytest.fixture
def make(runs_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeRun:
    """Make a run in ./runs, which is complete."""
    monkeypatch.chdir(tmp_path)

    def make_run(name: str, status: str = "completed", folder: Path = Path("runs")) -> Run:
        writer = RunWriter.create(folder, name, {"name": name})
        if status != "running":
            writer.finish(status)  # type: ignore[arg-type]
            writer.close()
        return writer.read()

    return make_run


def names(folder: str) -> list[str]:
    return [run.name[16:] for run in runs_in(folder)]


def test_there_and_back(make: MakeRun) -> None:
    run = make("mnist")
    make("iris")
    [gone] = remove_runs(["mnist"])
    assert gone.path == Path("runs") / layout.TRASH / run.name
    assert gone.status == "completed"
    assert (names("runs"), names("runs/.trash")) == (["iris"], ["mnist"])
    [back] = restore_runs(["mnist"])
    assert back.path == run.path
    assert (names("runs/.trash"), back.status) == ([], "completed")


@pytest.mark.parametrize("name", ["runs/{}", "runs/.trash/{}", "{}"])
def test_a_removed_run_by_the_path_it_had_and_the_one_it_has(make: MakeRun, name: str) -> None:
    run = make("mnist")
    remove_runs([run.path])
    assert restore_runs([name.format(run.name)])[0].path == run.path


def test_the_folder_that_a_run_is_called_from(make: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make("mnist")
    path = run.path.absolute()
    monkeypatch.chdir(path)
    [gone] = remove_runs(["."])
    assert gone.path == path.parent / layout.TRASH / path.name
    assert not path.exists()


def test_all_of_them_or_none(make: MakeRun) -> None:
    make("mnist")
    make("iris")
    with pytest.raises(RunError) as caught:
        remove_runs(["mnist", "nothing", "runs/neither"])
    assert [problem.what.partition(":")[0] for problem in caught.value.problems] == ["nothing", "runs/neither"]
    assert names("runs") == ["mnist", "iris"] or names("runs") == ["iris", "mnist"]
    with pytest.raises(RunError, match="holds 2 runs, and one is wanted"):
        remove_runs(["runs"])


def test_a_run_that_is_named_twice(make: MakeRun) -> None:
    run = make("mnist")
    assert len(remove_runs(["mnist", run.path])) == 1


def test_a_running_run_stays(make: MakeRun) -> None:
    run = make("mnist", "running")
    with pytest.raises(RunError, match="is being trained by"):
        remove_runs([run.path])
    assert names("runs") == ["mnist"]


def test_a_run_that_a_process_has_although_it_does_not_say_so(make: MakeRun) -> None:
    writer = RunWriter.open(make("mnist", "interrupted").path)
    (writer.path / layout.RECORD).write_text("{")
    with pytest.raises(RunError, match="is being trained by another process"):
        remove_runs([writer.path])
    writer.close()
    assert remove_runs([writer.path])


def test_a_crashed_and_a_broken_run_go(make: MakeRun, dead_pid: int) -> None:
    crashed = make("crashed", "running")
    process = {**crashed.record["process"], "pid": dead_pid}
    writer = RunWriter(make("other").path, {})
    writer.update(status="running", process=process)
    writer.close()
    assert crashed.status == "running"  # this process is alive
    (make("broken").path / layout.RECORD).unlink()
    assert [run.name[16:] for run in remove_runs(["other", "broken"])] == ["other", "broken"]


def test_two_of_one_name_lie_beside_each_other(make: MakeRun) -> None:
    run = make("mnist")
    remove_runs(["mnist"])
    run.path.mkdir()
    (run.path / layout.RECORD).write_text('{"status": "failed"}')
    assert remove_runs(["mnist"])[0].name == f"{run.name}-2"
    assert restore_runs([f"{run.name}-2"])[0].status == "failed"


def test_a_run_that_is_there_again_is_not_replaced(make: MakeRun) -> None:
    run = make("mnist")
    remove_runs(["mnist"])
    run.path.mkdir()
    with pytest.raises(RunError, match=r"there is a 'runs/.*' again"):
        restore_runs(["mnist"])
    assert list(run.path.iterdir()) == []


def test_what_is_in_the_trash_cannot_be_removed_to_it(make: MakeRun) -> None:
    make("mnist")
    [gone] = remove_runs(["mnist"])
    with pytest.raises(RunError, match="is in the trash already"):
        remove_runs([gone.path])


def test_nothing_to_restore(make: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make("mnist")
    for name in ("latest", "mnist", run.path):
        with pytest.raises(RunError, match=r"'runs/\.trash' holds no runs"):
            restore_runs([name])
    make("iris")
    remove_runs(["iris"])
    with pytest.raises(RunError, match="mnist: no such run"):
        restore_runs(["mnist"])
    monkeypatch.chdir("runs")
    with pytest.raises(RunError, match="is not in the trash"):
        restore_runs([run.name], runs_dir=".")


def test_the_time_in_the_trash_begins_when_it_is_removed(make: MakeRun) -> None:
    run = make("mnist")
    os.utime(run.path, (0, 0))
    assert remove_runs(["mnist"])[0].path.stat().st_mtime > 1_000_000_000


def test_a_trash_that_cannot_be_made(make: MakeRun) -> None:
    make("mnist")
    Path("runs", layout.TRASH).write_text("")
    with pytest.raises(RunError, match=r"cannot be moved to runs/\.trash"):
        remove_runs(["mnist"])
    assert names("runs") == ["mnist"]
