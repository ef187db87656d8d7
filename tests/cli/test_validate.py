"""``dnnrun validate`` as a command: what it prints, how it ends, and that the README shows what it prints."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).parent / "readme"
WARNED = """\
dataset: {source: iris, validation_split: 0.2}
model: {layers: [{Dense: {units: 3, activation: softmax}}]}
optimizer: {Adam: 0.5}
loss: sparse_categorical_crossentropy
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("dnnrun")), "validate", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", ["broken.yaml", "quiet.yaml"])
def test_the_readme_shows_what_is_printed(name: str) -> None:
    done = run(BROKEN, name)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"$ dnnrun validate {name}\n{done.stderr}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_warning_is_printed_and_does_not_fail(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(WARNED)
    done = run(tmp_path, "config.yaml")
    assert done.returncode == 0
    assert done.stdout == "config.yaml: ok, 1 warning\n"
    assert done.stderr.startswith("config.yaml:3:19: warning: a learning rate of 0.5 for Adam [high-learning-rate]\n")
    quiet = run(tmp_path, "config.yaml", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_several_configs_as_json(tmp_path: Path) -> None:
    (tmp_path / "warned.yaml").write_text(WARNED)
    shutil.copy(BROKEN / "broken.yaml", tmp_path)
    done = run(tmp_path, "warned.yaml", "broken.yaml", "--json", "--set", "optimizer.Adam.learning_rate=0.7")
    assert done.returncode == 2
    assert done.stderr == ""
    warned, broken = json.loads(done.stdout)
    assert (warned["config"], warned["ok"]) == ("warned.yaml", True)
    [problem] = warned["problems"]
    assert (problem["severity"], problem["rule"]) == ("warning", "high-learning-rate")
    assert problem["file"] == "--set optimizer.Adam.learning_rate=0.7"
    assert problem["line"] is None
    assert not broken["ok"]
    places = [(problem["line"], problem["column"]) for problem in broken["problems"]]
    assert places == sorted(places)
    assert broken["problems"][1] == {
        "severity": "error",
        "rule": None,
        "what": "Dense.units must be a whole number, not the text '128'",
        "hint": "take the quotes away: a number in quotes is a text",
        "file": "broken.yaml",
        "line": 5,
        "column": 23,
        "width": 5,
    }


def test_neither_tensorflow_nor_numpy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,y\n1,2,0\n3,4,1\n")
    config = tmp_path / "config.yaml"
    config.write_text(WARNED.replace("source: iris", "source: {csv: {path: table.csv, target: y}}"))
    code = (
        "import sys; from dnnrun.api.validation import validate\n"
        f"problems = validate({str(config)!r}); assert problems\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'pandas', 'sklearn'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_is_wrong_with_small_files_is_said_without_training(tmp_path: Path) -> None:
    config = WARNED.replace("source: iris", "source: {csv: {path: table.csv, target: y}}").replace(
        "Adam: 0.5", "Adam: 0.1"
    )
    (tmp_path / "config.yaml").write_text(config)
    missing = run(tmp_path, "config.yaml")
    assert missing.returncode == 2
    assert "config.yaml:1:" in missing.stderr
    assert "table.csv: there is no such file" in missing.stderr
    (tmp_path / "table.csv").write_text("a,b,y\n1,2,0\n2,,1\n3,x,1\n4,5,0\n")
    faulty = run(tmp_path, "config.yaml")
    assert faulty.returncode == 2
    assert "column 'b' has no value in 1 row (line 3)" in faulty.stderr
    assert "column 'b' holds text, such as 'x', in 1 row (line 4)" in faulty.stderr
