"""Which runs are listed, in which order, and what is known of each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dnnrun.analysis.listing import list_runs
from dnnrun.analysis.run_summary import RunSummary, read_summary
from dnnrun.errors import ConfigError, RunError
from dnnrun.store import Run, layout, runs_in, tag_run

FINISHED: dict[str, Any] = {
    "tags": ["mnist"],
    "dataset": {"source": "mnist", "rows": {"train": 100}},
    "parameters": 500,
    "epochs_finished": 3,
    "best": {"epoch": 2, "metric": "val_loss", "value": 0.4},
    "final": {"epoch": 3, "loss": 0.3, "val_loss": 0.5, "val_accuracy": 0.9, "learning_rate": 0.001},
}
HISTORY = {"loss": [0.9, 0.3], "val_loss": [0.4, 0.5]}


def changed(run: Run, **facts: Any) -> None:
    """Set facts of run.json, also those that a writer sets by itself."""
    (run.path / layout.RECORD).write_text(json.dumps({**run.record, **facts}))


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def names(summaries: list[RunSummary]) -> list[str]:
    return [summary.name[16:] for summary in summaries]


def test_an_ended_run_is_known_from_its_record(make_run):
    run = make_run("mnist", **FINISHED)
    changed(run, name="mnist", created="2026-11-23T14:15:30Z", ended="2026-11-23T14:16:40Z")
    (run.path / layout.HISTORY).write_text("not read")
    tag_run(Run(run.path), ["best"])
    summary = read_summary(Run(run.path))
    assert (summary.status, summary.config, summary.dataset) == ("completed", "mnist", "mnist")
    assert (summary.epochs, summary.planned, summary.seconds) == (3, 3, 70.0)
    assert summary.best == {"epoch": 2, "metric": "val_loss", "value": 0.4}
    assert summary.final == {"loss": 0.3, "val_loss": 0.5, "val_accuracy": 0.9, "learning_rate": 0.001}
    assert summary.tags == ("mnist", "best")
    assert summary.problem == ""


def test_of_a_running_run_the_history_is_read(make_run):
    run = make_run("mnist", history=HISTORY, status=None, epochs_finished=0, best=None, final=None)
    summary = read_summary(run)
    assert (summary.status, summary.epochs, summary.planned) == ("running", 2, 3)
    assert summary.best == {"epoch": 1, "metric": "val_loss", "value": 0.4}
    assert summary.final == {"loss": 0.3, "val_loss": 0.5}
    assert summary.seconds is not None


def test_a_resumed_run_is_judged_by_what_it_watched_before(make_run):
    best = {"epoch": 1, "metric": "loss", "value": 0.9}
    run = make_run("mnist", history=HISTORY, status=None, epochs_finished=1, best=best, resumed=[{"at": "x"}])
    summary = read_summary(run)
    assert summary.best == {"epoch": 2, "metric": "loss", "value": 0.3}
    assert summary.seconds == 3.0  # of its epochs: the pause does not count


def test_a_crashed_run(make_run):
    run = make_run("mnist", history=HISTORY, status=None)
    changed(run, process={"host": run.record["process"]["host"], "pid": 2**22 + 1, "began": 1})
    summary = read_summary(Run(run.path))
    assert (summary.status, summary.epochs, summary.seconds) == ("crashed", 2, 3.0)


@pytest.mark.parametrize(
    "facts",
    [
        {"best": "x", "final": [1], "tags": "x", "dataset": 3, "name": 5, "epochs_finished": "many", "config": []},
        {"best": {}, "final": None, "tags": [1], "dataset": {"source": {}}, "resumed": 3},
        {"created": 5, "ended": "never"},
        {"best": {"epoch": 1, "metric": "loss", "value": None}},
    ],
)
def test_a_record_with_nonsense_in_it(make_run, runs_dir, facts):
    run = make_run("mnist")
    changed(run, **facts)
    make_run("whole", **FINISHED)
    assert [summary.status for summary in list_runs(runs_dir, sort="best.value")] == ["completed", "completed"]
    with pytest.raises(ConfigError, match=r"no run has 'best\.valeu'"):
        list_runs(runs_dir, sort="best.valeu")


def test_broken_runs_are_listed_with_what_is_wrong(make_run, runs_dir):
    make_run("whole")
    (make_run("damaged").path / layout.RECORD).write_text("{")
    (make_run("without").path / layout.RECORD).unlink()
    (make_run("notes").path / layout.NOTES).write_text("{")
    listed = {summary.name[16:]: summary for summary in list_runs(runs_dir)}
    assert {name: summary.status for name, summary in listed.items()} == {
        "whole": "completed",
        "damaged": "broken",
        "without": "broken",
        "notes": "completed",
    }
    assert listed["damaged"].problem.startswith("run.json: damaged: ")
    assert listed["without"].problem == "run.json: cannot be read: No such file or directory"
    assert listed["notes"].problem.startswith("notes.json: damaged: ")
    assert names(list_runs(runs_dir, status="broken")) in (["damaged", "without"], ["without", "damaged"])
    assert "damaged" not in names(list_runs(runs_dir, where="seed != 5"))


def test_the_newest_come_first(make_run, runs_dir):
    for name, day in (("a", 2), ("b", 3), ("c", 1)):
        changed(make_run(name), created=f"2026-11-0{day}T00:00:00Z")
    assert names(list_runs(runs_dir)) == ["b", "a", "c"]
    assert names(list_runs(runs_dir, reverse=True)) == ["c", "a", "b"]


def test_the_best_come_first(make_run, runs_dir):
    for name, accuracy in (("low", 0.5), ("none", None), ("high", 0.9)):
        make_run(name, **{**FINISHED, "final": {"val_accuracy": accuracy, "val_loss": accuracy}})
    make_run("without", **{**FINISHED, "final": None})
    assert names(list_runs(runs_dir, sort="val_accuracy"))[:2] == ["high", "low"]
    assert names(list_runs(runs_dir, sort="val_accuracy", reverse=True))[:2] == ["low", "high"]
    assert names(list_runs(runs_dir, sort="val_loss"))[:2] == ["low", "high"]
    assert len(list_runs(runs_dir, sort="val_loss")) == 4
    assert names(list_runs(runs_dir, sort="run")) == sorted(names(list_runs(runs_dir)))


def test_what_conditions_can_name(make_run, runs_dir, config):
    config["optimizer"] = {"SGD": {"learning_rate": 0.1}}
    history = {"loss": [0.9, 0.3], "val_loss": [0.4, 0.5]}
    make_run("sgd", **FINISHED, config=config, history=history, test={"accuracy": 0.8}, versions={"keras": "3.15.1"})
    make_run("adam", **FINISHED)

    def found(where: str, **choice: Any) -> list[str]:
        return sorted(names(list_runs(runs_dir, where=where, **choice)))

    assert found("optimizer = SGD") == ["sgd"]
    assert found("optimizer.SGD.learning_rate > 0.05") == ["sgd"]
    assert found("optimizer.*.learning_rate > 0") == ["adam", "sgd"]
    assert found("model.layers.1.Dense.units = 128 and batch_size = 32") == ["adam", "sgd"]
    assert found("test_accuracy > 0.7") == ["sgd"]
    assert found("best_val_loss = 0.4 and final_val_loss = 0.5") == ["sgd"]
    assert found("versions.keras = 3.15.1") == ["sgd"]
    assert found("best.epoch = 2 and dataset.rows.train = 100") == ["adam", "sgd"]
    assert found("loss = sparse_categorical_crossentropy and loss < 0.5") == ["adam", "sgd"]
    assert found("seed = 42 and epochs_finished = 3 and tags = mnist and seconds < 100") == ["adam", "sgd"]
    assert found("val_loss > loss", tag="mnist", status=["failed", "completed"]) == ["adam", "sgd"]
    assert found("val_loss > loss", tag=["mnist", "other"]) == []
    [summary] = list_runs(runs_dir, where=["optimizer = SGD", "test_accuracy > 0"])
    assert dict(summary.values) == {"optimizer": ["SGD"], "test_accuracy": [0.8]}


def test_a_crashed_run_is_not_running_whatever_its_record_says(make_run, runs_dir):
    run = make_run("mnist", status=None)
    changed(run, process={"host": run.record["process"]["host"], "pid": 2**22 + 1, "began": 1})
    assert list_runs(runs_dir, where="status = running") == []
    assert len(list_runs(runs_dir, where="status = crashed")) == 1


def test_a_damaged_evaluation_is_said_when_it_is_asked_for(make_run, runs_dir):
    run = make_run("mnist", test={"accuracy": 0.8})
    make_run("other", test={"accuracy": 0.8})
    (run.path / layout.EVALUATION).write_text("{")
    assert [summary.problem for summary in list_runs(runs_dir)] == ["", ""]
    problems = [summary.problem for summary in list_runs(runs_dir, sort="test_accuracy")]
    assert sum("evaluation.json: damaged" in problem for problem in problems) == 1


def test_a_run_that_goes_while_others_are_read(make_run, runs_dir, monkeypatch):
    gone = make_run("gone")
    make_run("stays")
    monkeypatch.setattr("dnnrun.analysis.listing.runs_in", lambda folder: [gone, *runs_in(folder)][:3])
    gone.path.rename(runs_dir.parent / "elsewhere")
    assert names(list_runs(runs_dir)) == ["stays"]


def test_names_that_no_run_has(make_run, runs_dir):
    make_run("mnist", **FINISHED)
    with pytest.raises(ConfigError) as caught:
        list_runs(runs_dir, where="val_acuracy > 0.9 and optimzer.Adam.learning_rate < 1", sort="paramters")
    assert [(str(problem.where), problem.what, problem.hint) for problem in caught.value.problems] == [
        ("--where:1:1", "no run has 'val_acuracy'", "did you mean 'val_accuracy'?"),
        (
            "--where:1:23",
            "no run has 'optimzer.Adam.learning_rate'",
            "did you mean 'optimizer.Adam.learning_rate'?",
        ),
        ("--sort paramters", "no run has 'paramters'", "did you mean 'parameters'?"),
    ]


def test_of_no_runs_nothing_can_be_said(tmp_path):
    assert list_runs(tmp_path, where="anything > 1", sort="whatever") == []
    with pytest.raises(RunError, match="no such folder"):
        list_runs(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="'done' is not a status"):
        list_runs(tmp_path, status="done")


def test_nothing_heavy_is_imported():
    code = """
import sys
import dnnrun.analysis.listing
heavy = {"tensorflow", "keras", "matplotlib", "pandas", "sklearn", "pydantic", "numpy"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
