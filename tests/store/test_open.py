"""Going on with a run: by one process at a time, and never with one that is still trained."""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.errors import RunError
from dnnrun.store import Run, RunWriter, writing
from dnnrun.store.layout import worker_log


def ended(writer: RunWriter, status: str = "interrupted") -> Path:
    writer.finish(status)  # type: ignore[arg-type]
    writer.close()
    return writer.path


@pytest.mark.parametrize("status", ["interrupted", "failed", "completed", "diverged"])
def test_a_run_that_has_ended(status: str, writer: RunWriter) -> None:
    path = ended(writer, status)
    again = RunWriter.open(path)
    record = Run(path).record
    assert (record["status"], record["ended"], record["failure"]) == ("running", None, None)
    assert record["process"]["pid"] == os.getpid()
    assert [session["from_status"] for session in record["resumed"]] == [status]
    assert again.record["config"] == {"epochs": 3}
    again.close()


def test_a_run_whose_process_died(writer: RunWriter, dead_pid: int) -> None:
    writer.update(process={**writer.record["process"], "pid": dead_pid})
    writer.close()
    RunWriter.open(writer.path).close()
    [session] = Run(writer.path).record["resumed"]
    assert session["from_status"] == "crashed"


def test_one_process_at_a_time(writer: RunWriter) -> None:
    with pytest.raises(RunError, match=f"is being trained by process {os.getpid()} on "):
        RunWriter.open(writer.path)
    path = ended(writer)
    first = RunWriter.open(path)
    first.update(status="interrupted")
    with pytest.raises(RunError, match="is being trained by another process"):
        RunWriter.open(path)
    first.close()
    first.close()
    RunWriter.open(path).close()


def test_the_lock_goes_with_the_process(writer: RunWriter) -> None:
    path = ended(writer)
    program = f"from pathlib import Path\nfrom dnnrun.store import RunWriter\nRunWriter.open(Path({str(path)!r}))"
    subprocess.run([sys.executable, "-c", program], check=True)
    again = RunWriter.open(path)
    assert [session["from_status"] for session in again.record["resumed"]] == ["interrupted", "crashed"]
    again.close()


def test_no_run_and_a_broken_one(tmp_path: Path, writer: RunWriter) -> None:
    with pytest.raises(RunError, match=r"run\.json: cannot be read"):
        RunWriter.open(tmp_path / "nothing")
    path = ended(writer)
    (path / "run.json").write_text('{"status": ')
    with pytest.raises(RunError, match="damaged"):
        RunWriter.open(path)


def test_nothing_else_is_left_in_the_run(writer: RunWriter, names_in: Callable[[Path], set[str]]) -> None:
    before = names_in(writer.path)
    RunWriter.open(ended(writer)).close()
    assert names_in(writer.path) == before
    assert json.loads((writer.path / "run.json").read_text())["layout"] == 1


def test_what_resume_goes_on_from_is_no_file_to_be_told_of(writer: RunWriter) -> None:
    writer.write_checkpoint({}, {"epoch": 1})
    assert "checkpoints" not in writer.read().files
    writer.inside("best.keras", folder="checkpoints").write_text("saved")
    assert "checkpoints" in writer.read().files
    with pytest.raises(RunError, match="what dnnrun itself writes"):
        writer.inside("state/mine", folder="checkpoints")
    found = writer.read().checkpoints.read()
    assert found is not None
    assert found.state == {"epoch": 1}


@pytest.mark.parametrize("process", [None, [1], "x", 3])
def test_a_running_run_of_which_the_process_is_not_known(process: object, writer: RunWriter) -> None:
    writer.update(process=process)
    writer.close()
    with pytest.raises(RunError, match="is being trained by a process that is not known"):
        RunWriter.open(writer.path)


def test_a_list_of_resumptions_that_is_none(writer: RunWriter) -> None:
    writer.update(resumed=3)
    again = RunWriter.open(ended(writer))
    assert [session["from_status"] for session in again.record["resumed"]] == ["interrupted"]
    again.close()


def test_many_at_once_take_turns_and_lose_nothing_of_one_another(writer: RunWriter) -> None:
    path = ended(writer)

    def go_on(_: int) -> int:
        try:
            again = RunWriter.open(path)
        except RunError:
            return 0
        ended(again)
        return 1

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        opened = sum(pool.map(go_on, range(200)))
    assert opened
    assert len(Run(path).record["resumed"]) == opened


def test_what_another_wrote_just_before_the_lock_was_had_is_kept(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = ended(writer), writing.lock_run

    def be_late(folder: Path) -> int:
        monkeypatch.undo()
        ended(RunWriter.open(folder), "completed")
        return lock(folder)

    monkeypatch.setattr(writing, "lock_run", be_late)
    again = RunWriter.open(path)
    assert [session["from_status"] for session in again.record["resumed"]] == ["interrupted", "completed"]
    again.close()


def test_the_history_goes_on(writer: RunWriter) -> None:
    for epoch in (1, 2, 3):
        writer.append_history({"epoch": epoch, "loss": 1 / epoch})
    path = ended(writer)
    again = RunWriter.open(path)
    again.history_to(2)
    again.append_history({"epoch": 3, "loss": 0.25})
    again.flush_history()
    again.close()
    assert again.read().history.columns["loss"] == [1.0, 0.5, 0.25]


def test_the_logs_of_workers_lie_in_the_run_and_are_nobody_elses(writer: RunWriter) -> None:
    assert worker_log(writer.path, 1) == writer.path / "worker-1.log"
    with pytest.raises(RunError, match="what dnnrun itself writes"):
        writer.inside("worker-1.log", folder="run")
    assert writer.inside("logs/worker-1.log", folder="run").parent.is_dir()
