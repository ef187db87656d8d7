"""One run, by whatever a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dnnrun.errors import RunError
from dnnrun.store import find_run, find_runs, layout, runs_in

OLD, NEW, OTHER = "20260101-000000-mnist_adam", "20260102-000000-mnist_adam", "20260103-000000-iris"


@pytest.fixture(autouse=True)
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three runs in ./runs, and what else may lie there."""
    monkeypatch.chdir(tmp_path)
    for name in (OLD, NEW, OTHER):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / layout.RECORD).write_text(json.dumps({"status": "completed"}))
    (tmp_path / "runs" / "notes").mkdir()
    (tmp_path / "runs" / ".trash" / "20260104-000000-gone").mkdir(parents=True)
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("latest", OTHER),
        ("iris", OTHER),
        ("20260102", NEW),
        (NEW, NEW),
        (f"runs/{OLD}", OLD),
        (f"runs/{OLD}/", OLD),
        (Path("runs") / OLD, OLD),
    ],
)
def test_what_names_one_run(word: str | Path, name: str) -> None:
    assert find_run(word).name == name


def test_a_whole_name_that_is_part_of_another(runs_dir: Path) -> None:
    again = runs_dir / f"{OTHER}-2"
    again.mkdir()
    (again / layout.RECORD).write_text("{}")
    assert find_run(OTHER).path.name == OTHER
    with pytest.raises(RunError, match="2 runs"):
        find_run("iris")


def test_a_part_that_several_have_lists_them_newest_first() -> None:
    with pytest.raises(RunError) as caught:
        find_run("mnist")
    assert caught.value.problems[0].what == "mnist: 2 runs have this in their names"
    assert caught.value.problems[0].hint.splitlines() == [NEW, OLD]


def test_a_long_list_is_cut(runs_dir: Path) -> None:
    for number in range(12):
        (runs_dir / f"many{number:02}").mkdir()
        (runs_dir / f"many{number:02}" / layout.RECORD).write_text("{}")
    with pytest.raises(RunError) as caught:
        find_run("many")
    assert caught.value.problems[0].hint.splitlines()[-1] == "and 2 more"


@pytest.mark.parametrize(
    ("word", "what", "hint"),
    [
        ("mnits_adam", "mnits_adam: no such run, neither as a path nor in 'runs'", f"the newest: {OTHER}"),
        ("", "", ""),
        ("runs", "runs: holds 3 runs, and one is wanted", "name one; the newest is 'latest'"),
        ("runs/x", "runs/x: no such run", "newest in 'runs'"),
    ],
)
def test_what_names_none(word: str, what: str, hint: str) -> None:
    with pytest.raises(RunError) as caught:
        find_run(word)
    assert what in caught.value.problems[0].what
    assert hint in caught.value.problems[0].hint


@pytest.mark.parametrize("word", ["gone", "20260104", "runs/20260104-000000-gone"])
def test_a_run_that_was_removed(runs_dir: Path, word: str) -> None:
    (runs_dir / ".trash" / "20260104-000000-gone" / layout.RECORD).write_text("{}")
    with pytest.raises(RunError, match="no such run") as caught:
        find_run(word)
    assert caught.value.problems[0].hint == "in the trash: 20260104-000000-gone; 'dnnrun restore' brings back"


def test_latest_of_no_runs(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such run") as caught:
        find_run("latest", tmp_path / "nowhere")
    assert "dnnrun train CONFIG" in caught.value.problems[0].hint


def test_other_folders_of_runs(runs_dir: Path) -> None:
    runs_dir.rename("elsewhere")
    assert find_run("latest", "elsewhere").path == Path("elsewhere") / OTHER


def test_the_trash_and_other_folders_are_no_runs(runs_dir: Path) -> None:
    assert [run.name for run in runs_in(runs_dir)] == [OTHER, NEW, OLD]


def test_several_by_parts_of_their_names() -> None:
    runs, problems = find_runs(["latest", "20260101", "mnist"])
    assert [run.name for run in runs] == [OTHER, OLD]
    assert [problem.what for problem in problems] == ["mnist: 2 runs have this in their names"]
