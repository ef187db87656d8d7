"""The public `Run`: found by name, and why there is no model where there is none."""

from __future__ import annotations

from pathlib import Path

import joblib
import pytest

import dnnrun
from dnnrun.api.runs import Run, import_paths_in
from dnnrun.errors import RunError
from dnnrun.store import RunWriter


@pytest.fixture
def writer(tmp_path: Path) -> RunWriter:
    return RunWriter.create(tmp_path / "runs", "iris", {"config": {"epochs": 3}})


def test_what_the_library_finds_has_its_model(writer: RunWriter) -> None:
    assert dnnrun.Run is Run
    found = dnnrun.find_run("iris", writer.path.parent)
    assert isinstance(found, Run)
    runs, problems = dnnrun.find_runs(["latest", "nothing"], writer.path.parent)
    assert [run.path for run in runs] == [writer.path]
    assert isinstance(runs[0], Run)
    assert [problem.what for problem in problems] == [
        f"nothing: no such run, neither as a path nor in '{writer.path.parent}'"
    ]


@pytest.mark.parametrize(
    ("status", "said", "hint"),
    [
        ("diverged", "holds no model: the run is diverged", "dnnrun resume"),
        ("completed", "holds no model", "dnnrun train"),
    ],
)
def test_a_run_without_a_model_says_why(writer: RunWriter, status: str, said: str, hint: str) -> None:
    writer.finish(status)  # type: ignore[arg-type]
    with pytest.raises(RunError) as caught:
        Run(writer.path).load_model()
    (problem,) = caught.value.problems
    assert problem.what == f"{writer.path}: {said}"
    assert hint in problem.hint


def test_an_estimator_is_loaded_and_a_damaged_one_explained(writer: RunWriter) -> None:
    with writer.estimator_file() as path:
        joblib.dump({"a": "pipeline"}, path)
    assert Run(writer.path).load_model() == {"a": "pipeline"}
    with writer.estimator_file() as path:
        path.write_bytes(b"x")
    with pytest.raises(RunError, match=r"estimator\.joblib: cannot be loaded: EOFError\n"):
        Run(writer.path).load_model()


def test_import_paths_are_found_wherever_a_model_may_hold_them() -> None:
    config = {
        "description": "mine:not_this",
        "dataset": {"source": {"my.data:rows": {}}, "preprocess": [{"mine:Scale": {"by": 2}}]},
        "model": {"layers": ["Flatten", {"Dense": {"activation": "mine:swoosh"}}, "mine:Scale"]},
        "loss": "binary_crossentropy",
    }
    assert import_paths_in(config) == ["mine:swoosh", "mine:Scale"]
