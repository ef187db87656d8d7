"""What lies in a run, and what each file is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dnnrun.store import Run, RunWriter, contents, contents_of, layout


def test_every_file_with_its_size(writer: RunWriter, tmp_path: Path) -> None:
    writer.append_history({"epoch": 1, "loss": 0.5})
    writer.write_checkpoint({"weights": np.zeros(10)}, {"epoch": 1})
    writer.inside("best.keras", folder="checkpoints").write_text("12345")
    writer.inside("logs/events", folder="run").write_text("123")
    (writer.path / f"{layout.TEMPORARY}1-model.keras").write_text("half")
    layout.worker_log(writer.path, 1).write_text("log")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "large").write_text("x" * 1000)
    (writer.path / "link").symlink_to(tmp_path / "elsewhere")
    found = {str(file.path): file for file in contents_of(writer.read())}
    assert {name: file.what for name, file in found.items()} == {
        ".part-1-model.keras": "half-written",
        "checkpoints/best.keras": "saved by callbacks",
        "checkpoints/state/000001.state": "what resume goes on from",
        "checkpoints/state/latest.json": "what resume goes on from",
        "history.csv": "what each epoch gave",
        "logs/events": "",
        "run.json": "the facts",
        "worker-1.log": "the log of a worker",
    }
    assert found["checkpoints/best.keras"].size == 5
    assert list(found) == sorted(found)


def test_what_is_no_run(tmp_path: Path) -> None:
    assert contents_of(Run(tmp_path / "nothing")) == []


@pytest.mark.parametrize("name", sorted(layout.OWN - {"."}))
def test_whatever_dnnrun_writes_is_described(name: str) -> None:
    assert contents._WHAT[name]
