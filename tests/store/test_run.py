"""A run as it is read: whole, half-written, broken."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.errors import RunError
from dnnrun.store import Run, RunWriter, layout, processes
from dnnrun.store.processes import is_alive, this_process

DAMAGED = [
    "",
    "{",
    '{"status": "comp',
    "null",
    "[]",
    "[1, 2]",
    '"text"',
    "3",
    "not json",
    "\0\0\0",
    "[" * 100_000,
    '{"a": 1}{"b": 2}',
]


def record_process(writer: RunWriter, **process: Any) -> Run:
    writer.update(process={**this_process(), **process})
    return writer.read()


def test_a_run_that_runs(writer: RunWriter) -> None:
    assert writer.read().status == "running"


@pytest.mark.parametrize("status", ["completed", "interrupted", "failed", "diverged"])
def test_how_a_run_ended(writer: RunWriter, status: Any, dead_pid: int) -> None:
    writer.finish(status)
    assert writer.read().status == status
    assert record_process(writer, pid=dead_pid).status == status


def test_a_run_whose_process_died(writer: RunWriter, dead_pid: int) -> None:
    assert record_process(writer, pid=dead_pid).status == "crashed"


def test_a_run_whose_process_died_and_whose_number_another_has(writer: RunWriter) -> None:
    assert record_process(writer, began=1).status == "crashed"


def test_where_it_is_not_known_when_a_process_began_its_number_has_to_do(
    writer: RunWriter, dead_pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record_process(writer, began=None).status == "running"
    monkeypatch.setattr(processes, "_state_and_start", lambda pid: ("", None))  # as on a host without /proc
    assert record_process(writer, began=1).status == "running"
    assert record_process(writer, pid=dead_pid, began=None).status == "crashed"


def test_a_run_on_another_host_is_taken_to_run(
    writer: RunWriter, dead_pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert record_process(writer, host="elsewhere", pid=dead_pid).status == "running"
    run = record_process(writer)
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    assert run.status == "running"


def test_the_process_of_somebody_else_is_alive() -> None:
    assert is_alive({"host": socket.gethostname(), "pid": 1})


@pytest.mark.parametrize("process", [None, [], [1], "x", 3, {}, {"pid": 3}])
def test_a_record_without_a_proper_process(writer: RunWriter, process: Any) -> None:
    writer.update(process=process)
    assert writer.read().status == "running"


@pytest.mark.parametrize("pid", [None, "12", -1, 0, 2**70, 1.5])
def test_a_process_number_that_none_can_have(writer: RunWriter, pid: Any) -> None:
    assert record_process(writer, pid=pid).status == "crashed"


@pytest.mark.parametrize("status", [None, "done", 3, []])
def test_a_status_that_is_none(writer: RunWriter, status: Any) -> None:
    writer.update(status=status)
    with pytest.raises(RunError, match=r"run\.json: .* is not a status"):
        writer.read().status  # noqa: B018


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record(writer: RunWriter, text: str) -> None:
    (writer.path / layout.RECORD).write_text(text)
    run = writer.read()
    for read in (lambda: run.record, lambda: run.status, lambda: run.config):
        with pytest.raises(RunError, match=r"run\.json: damaged") as caught:
            read()
        assert "\n" not in str(caught.value)
    assert run.history.columns == {}
    assert run.name == writer.path.name


def test_a_record_that_is_no_text(writer: RunWriter) -> None:
    (writer.path / layout.RECORD).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="damaged"):
        writer.read().status  # noqa: B018


def test_no_record(writer: RunWriter) -> None:
    (writer.path / layout.RECORD).unlink()
    with pytest.raises(RunError, match=r"run\.json: cannot be read: No such file or directory"):
        writer.read().status  # noqa: B018


def test_a_folder_in_place_of_the_record(writer: RunWriter) -> None:
    (writer.path / layout.RECORD).unlink()
    (writer.path / layout.RECORD).mkdir()
    with pytest.raises(RunError, match="Is a directory"):
        writer.read().status  # noqa: B018


@pytest.mark.parametrize("config", [None, [], "x"])
def test_a_config_that_is_none(writer: RunWriter, config: Any) -> None:
    writer.update(config=config)
    assert writer.read().config == {}


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_evaluation(writer: RunWriter, text: str) -> None:
    (writer.path / layout.EVALUATION).write_text(text)
    with pytest.raises(RunError, match=r"evaluation\.json: damaged"):
        writer.read().evaluation  # noqa: B018


def test_the_evaluation(writer: RunWriter) -> None:
    assert writer.read().evaluation is None
    writer.write_evaluation({"metrics": {"loss": 0.1}, "confusion": [[1, 0], [0, 1]]})
    assert writer.read().evaluation == {"metrics": {"loss": 0.1}, "confusion": [[1, 0], [0, 1]]}


def test_the_predictions(writer: RunWriter) -> None:
    assert writer.read().predictions == {}
    arrays = {"probabilities": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3), "names": np.array(["é", "b"])}
    writer.write_predictions(arrays)
    again = writer.read().predictions
    assert again.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
        assert again[name].dtype == array.dtype


def spoil_middle(content: bytes) -> bytes:
    half = len(content) // 2
    return content[:half] + bytes(byte ^ 0xFF for byte in content[half : half + 40]) + content[half + 40 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: b"",
        lambda c: c[:10],
        lambda c: c[: len(c) // 2],
        lambda c: b"not a zip",
        spoil_middle,
        lambda c: c[40:],
    ],
    ids=["empty", "start", "half", "text", "middle", "end"],
)
def test_damaged_predictions(writer: RunWriter, spoil: Any) -> None:
    writer.write_predictions({"p": np.random.default_rng(0).random(1000)})
    path = writer.path / layout.PREDICTIONS
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(RunError, match=r"predictions\.npz: damaged") as caught:
        writer.read().predictions  # noqa: B018
    assert "\n" not in str(caught.value)


def test_predictions_that_would_run_code(writer: RunWriter) -> None:
    np.savez(writer.path / layout.PREDICTIONS, p=np.array([{"a": 1}], dtype=object))
    with pytest.raises(RunError, match="damaged"):
        writer.read().predictions  # noqa: B018


def test_predictions_that_are_a_zip_of_something_else(writer: RunWriter) -> None:
    with zipfile.ZipFile(writer.path / layout.PREDICTIONS, "w") as archive:
        archive.writestr("p.npy", b"not an array")
    with pytest.raises(RunError, match="damaged"):
        writer.read().predictions  # noqa: B018


def test_only_the_files_that_are_there_are_named(writer: RunWriter) -> None:
    assert writer.read().files == {}
    writer.append_history({"epoch": 1, "loss": 0.5})
    with writer.model_file() as path:
        path.write_bytes(b"model")
    writer.read().write_plot("curves", b"png")
    files = writer.read().files
    assert {what: path.name for what, path in files.items()} == {
        "history": "history.csv", "model": "model.keras", "plots": "plots",
    }  # fmt: skip


def test_plots(writer: RunWriter) -> None:
    run = writer.read()
    assert run.plots == []
    run.write_plot("b", b"1")
    run.write_plot("a", b"2")
    run.write_plot("a", b"3")
    (writer.path / layout.PLOTS / ".part-1-c.png").write_bytes(b"half")
    assert [path.name for path in run.plots] == ["a.png", "b.png"]
    assert run.plots[0].read_bytes() == b"3"


def test_a_plot_where_no_folder_can_be(writer: RunWriter) -> None:
    (writer.path / layout.PLOTS).rmdir()
    (writer.path / layout.PLOTS).write_text("a file")
    with pytest.raises(RunError, match="cannot write"):
        writer.read().write_plot("a", b"1")


def test_the_config_as_written_and_as_understood(writer: RunWriter) -> None:
    written = b"\xef\xbb\xbfdataset: mnist # mine\r\n"
    writer.write_config(written, "dataset: {source: mnist}\n")
    assert (writer.path / layout.CONFIG).read_bytes() == written
    assert (writer.path / layout.RESOLVED).read_text() == "dataset: {source: mnist}\n"
    writer.write_config(None, "epochs: 3\n")
    assert (writer.path / layout.CONFIG).read_text() == "epochs: 3\n"


def test_labels(writer: RunWriter) -> None:
    writer.write_labels({"0": "setosa", "1": "été"})
    assert json.loads((writer.path / layout.LABELS).read_text(encoding="utf-8")) == {"0": "setosa", "1": "été"}


def test_a_failed_save_leaves_the_weights_that_were_there(writer: RunWriter) -> None:
    with writer.weights_file() as path:
        path.write_bytes(b"good")

    def fail() -> None:
        with writer.weights_file() as path:
            path.write_bytes(b"bad")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (writer.path / layout.WEIGHTS).read_bytes() == b"good"
    assert not [name for name in os.listdir(writer.path) if name.startswith(layout.TEMPORARY)]


@pytest.mark.parametrize(
    ("relative", "folder", "expected"),
    [
        ("best.keras", "checkpoints", "checkpoints/best.keras"),
        ("epoch-{epoch:03d}.keras", "checkpoints", "checkpoints/epoch-{epoch:03d}.keras"),
        ("deep/er/best.keras", "checkpoints", "checkpoints/deep/er/best.keras"),
        ("tensorboard", "run", "tensorboard"),
        ("history.csv", "checkpoints", "checkpoints/history.csv"),
    ],
)
def test_inside(writer: RunWriter, relative: str, folder: Any, expected: str) -> None:
    path = writer.inside(relative, folder=folder)
    assert path == writer.path.absolute() / expected
    assert path.parent.is_dir()


@pytest.mark.parametrize("relative", ["../x", "/etc/x", "a/../../../x", "../../x", "link/x", "circle/x", "a\0b"])
@pytest.mark.parametrize("folder", ["run", "checkpoints"])
def test_out_of_the_run(writer: RunWriter, relative: str, folder: Any, tmp_path: Path) -> None:
    root = writer.path if folder == "run" else writer.path / layout.CHECKPOINTS
    (root / "link").symlink_to(tmp_path)
    (root / "circle").symlink_to(root / "circle")
    # From Python 3.13 on, a link to itself resolves, and is then refused by the operating system.
    says = "leads out of the run directory|cannot write" if "circle" in relative else "leads out of the run directory"
    with pytest.raises(RunError, match=says):
        writer.inside(relative, folder=folder)
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}


@pytest.mark.parametrize("relative", ["history.csv", "run.json", "./model.keras", "plots", "checkpoints", ".", ""])
def test_what_dnnrun_writes_itself_is_nobody_elses(writer: RunWriter, relative: str) -> None:
    with pytest.raises(RunError, match="is what dnnrun itself writes"):
        writer.inside(relative, folder="run")


def test_a_file_where_a_callback_wants_a_folder(writer: RunWriter) -> None:
    (writer.path / "logs").write_text("a file")
    with pytest.raises(RunError, match="cannot write"):
        writer.inside("logs/a.csv", folder="run")


def test_a_full_disk_while_training(writer: RunWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.append_history({"epoch": 1, "loss": 0.5})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for write in (
        lambda: writer.append_history({"epoch": 2, "loss": 0.4}),
        lambda: writer.update(best_epoch=1),
        lambda: writer.write_evaluation({"loss": 0.1}),
        lambda: writer.write_predictions({"p": np.zeros(3)}),
        lambda: writer.read().write_plot("a", b"1"),
    ):
        with pytest.raises(RunError, match="No space left on device"):
            write()
    monkeypatch.undo()
    assert writer.read().status == "running"
    assert writer.read().evaluation is None


def test_a_process_that_ended_and_that_nobody_has_asked_after(writer: RunWriter) -> None:
    """Its number is still taken, as in a container whose first process asks after none."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    assert record_process(writer, pid=process.pid, began=None).status == "crashed"
    process.wait()
