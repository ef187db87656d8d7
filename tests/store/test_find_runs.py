"""Which runs are meant by the names on a command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.errors import Problem
from dnnrun.store import Run, find_runs, layout, reading

Make = Callable[..., None]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make runs, of which nothing is there but the record, in the current directory."""
    monkeypatch.chdir(tmp_path)

    def make_runs(*names: str, part: str = layout.RECORD) -> None:
        for name in names:
            Path(name).mkdir(parents=True)
            (Path(name) / part).write_text("{}")

    return make_runs


def found(*names: str) -> list[str]:
    runs, problems = find_runs(names)
    assert problems == []
    return [str(run.path) for run in runs]


def problem(name: str) -> Problem:
    runs, problems = find_runs([name])
    assert runs == []
    [one] = problems
    return one


def test_a_run(make: Make) -> None:
    make("runs/a")
    assert found("runs/a") == ["runs/a"]
    assert found("runs/a/") == ["runs/a"]


def test_a_directory_of_runs(make: Make) -> None:
    make("runs/b", "runs/a", "runs/c")
    Path("runs/other").mkdir()
    Path("runs/.gitignore").write_text("*")
    assert found("runs") == ["runs/a", "runs/b", "runs/c"]


def test_globs(make: Make) -> None:
    make("runs/1-adam", "runs/2-sgd", "runs/3-adam")
    Path("runs/4-adam.txt").write_text("")
    assert found("runs/*-adam*") == ["runs/1-adam", "runs/3-adam"]
    assert found("runs/[12]*") == ["runs/1-adam", "runs/2-sgd"]
    assert found("r*") == ["runs/1-adam", "runs/2-sgd", "runs/3-adam"]


def test_a_name_that_only_looks_like_a_glob(make: Make) -> None:
    make("runs/a[1]", "runs/a1")
    assert found("runs/a[1]") == ["runs/a[1]"]


def test_each_run_once_in_the_order_of_the_names(make: Make) -> None:
    make("runs/a", "runs/b", "runs/c")
    Path("link").symlink_to("runs/b")
    assert found("runs/c", "runs", "runs/a", "runs/../runs/a", "link") == ["runs/c", "runs/a", "runs/b"]


@pytest.mark.parametrize("part", [layout.RECORD, layout.HISTORY, layout.RESOLVED])
def test_a_broken_run_is_a_run(make: Make, part: str) -> None:
    make("runs/a", part=part)
    assert found("runs") == ["runs/a"]


def test_the_current_directory(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("runs/a")
    monkeypatch.chdir(tmp_path / "runs" / "a")
    assert found(".") == ["."]
    assert Run(".").name == "a"


def test_no_such_run_names_the_newest(make: Make) -> None:
    make(*(f"runs/2026112{day}-000000-mnist" for day in range(5)))
    said = problem("runs/mnist")
    assert said.what == "runs/mnist: no such run"
    assert said.hint == ("newest in 'runs': 20261122-000000-mnist, 20261123-000000-mnist, 20261124-000000-mnist")


def test_no_runs_at_all(make: Make) -> None:
    make()
    assert problem("runs/x").what == "runs/x: no such run"
    assert "dnnrun train" in problem("runs/x").hint
    Path("runs").mkdir()
    assert problem("runs").what == "runs: holds no runs"
    assert "dnnrun train" in problem("runs").hint
    assert problem("runs/*").what == "runs/*: no such run"


def test_a_file(make: Make) -> None:
    make("runs/a")
    Path("notes.txt").write_text("")
    said = problem(f"runs/a/{layout.RECORD}")
    assert "is a file, not a run directory" in said.what
    assert said.hint == "did you mean 'runs/a'?"
    assert "did you mean" not in problem("notes.txt").hint


def test_some_are_found_and_some_are_not(make: Make) -> None:
    make("runs/a")
    runs, problems = find_runs(["runs/x", "runs/a", "runs/y"])
    assert [run.name for run in runs] == ["a"]
    assert [one.what for one in problems] == ["runs/x: no such run", "runs/y: no such run"]


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "[", "**", "runs/[", "~", "/dev/null", "/dev/null/x", "\n"])
def test_names_that_nothing_can_have(make: Make, name: str) -> None:
    make()
    runs, problems = find_runs([name])
    assert runs == []
    assert len(problems) == 1


def test_a_directory_that_may_not_be_looked_into(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make("runs/a")

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading.os, "listdir", refuse)
    assert problem("runs").what == "runs: holds no runs"
    assert found("runs/a") == ["runs/a"]


def test_paths_as_well_as_texts(make: Make) -> None:
    make("runs/a")
    assert [run.path for run in find_runs([Path("runs/a")])[0]] == [Path("runs/a")]
