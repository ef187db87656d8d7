"""``dnnrun report``: what it prints, how it ends, and that TensorFlow is not started."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from dnnrun.store import Run


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dnnrun")), "report", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_a_folder_of_runs(several: list[Run], tmp_path: Path) -> None:
    done = run(tmp_path, "runs", "-o", "out.html")
    assert (done.returncode, done.stdout) == (0, "out.html\n")
    size = (tmp_path / "out.html").stat().st_size
    assert done.stderr == f"5 runs, {size / 1e6:.1f} MB; open it in a browser\n"


def test_runs_by_name_as_json(several: list[Run], tmp_path: Path) -> None:
    done = run(tmp_path, "good", "slow", "--json", "--title", "Two", "--sort", "val_loss")
    assert done.returncode == 0
    path = tmp_path / "report.html"
    assert json.loads(done.stdout) == {
        "report": "report.html",
        "bytes": path.stat().st_size,
        "runs": [f"runs/{several[0].name}", f"runs/{several[2].name}"],
    }
    text = path.read_text(encoding="utf-8")
    assert "<h1>Two</h1>" in text
    assert "sorted by final val_loss, least first" in text


def test_a_name_of_nothing_is_told_after_the_others_were_written(several: list[Run], tmp_path: Path) -> None:
    done = run(tmp_path, "good", "nowhere", "-o", "out.html")
    assert done.returncode == 4
    assert "error: nowhere: no such run" in done.stderr
    assert (tmp_path / "out.html").exists()


def test_a_stray_file_beside_the_runs_is_no_mistake(several: list[Run], tmp_path: Path) -> None:
    (tmp_path / "runs" / "notes.txt").write_text("mine")
    done = run(tmp_path, *(str(path.relative_to(tmp_path)) for path in sorted((tmp_path / "runs").iterdir())))
    assert done.returncode == 0
    assert "is a file, not a run directory" in done.stderr


def test_nothing_is_written_where_no_run_can_be_read(several: list[Run], tmp_path: Path) -> None:
    done = run(tmp_path, "broken", "-o", "out.html")
    assert done.returncode == 4
    assert "run.json: damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.html").exists()


def test_a_file_of_another_kind_is_refused(several: list[Run], tmp_path: Path) -> None:
    done = run(tmp_path, "good", "-o", "out.pdf")
    assert done.returncode == 2
    assert "out.pdf: a report is an HTML file" in done.stderr


def test_tensorflow_is_not_started(several: list[Run], tmp_path: Path) -> None:
    program = """
import json, sys
from dnnrun import report
report(sys.argv[2:], sys.argv[1])
print(json.dumps(sorted({"tensorflow", "keras", "sklearn"} & set(sys.modules))))
"""
    paths = [str(each.path) for each in several]
    command = [sys.executable, "-c", program, str(tmp_path / "out.html"), *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
