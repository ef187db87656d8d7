"""Runs that do not reach their end: what is said, what is on disk, and what can still be read."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from dnnrun.errors import TrainingError, in_words
from dnnrun.running.ending import Outcome
from dnnrun.store import RunWriter

Train = Callable[..., Outcome]


def test_a_diverging_run(train: Train) -> None:
    outcome = train(
        "dataset: {source: boston_housing, test_split: 0.2}\nmodel: {layers: [{Dense: 8}, {Dense: 1}]}\n"
        "optimizer: {SGD: 1e20}\nloss: mse\nepochs: 5\n"
    )
    assert isinstance(outcome.failure, TrainingError)
    assert outcome.failure.exit_code == 5
    assert re.search(r"the loss became (nan|inf) in epoch 1, step \d+", str(outcome.failure))
    assert "try a learning rate below 1e+20" in str(outcome.failure)
    assert outcome.run.status == "diverged"
    assert outcome.run.history.epochs == []
    assert outcome.run.record["epochs_finished"] == 0
    assert outcome.run.record["failure"] == in_words(outcome.failure)
    assert outcome.run.record["best"] is None
    assert outcome.run.evaluation is None
    assert "weights" not in outcome.run.files


def test_divergence_is_seen_before_terminate_on_nan(train: Train) -> None:
    outcome = train(
        "dataset: boston_housing\nmodel: {layers: [{Dense: 1}]}\noptimizer: {SGD: 1e20}\nloss: mse\nepochs: 3\n"
        "callbacks: [TerminateOnNaN]"
    )
    assert outcome.run.status == "diverged"


def test_an_exception_in_the_middle(train: Train) -> None:
    outcome = train("epochs: 4\ncallbacks: ['own:Raising']")
    assert isinstance(outcome.failure, TrainingError)
    assert "training failed: RuntimeError: no more" in str(outcome.failure)
    assert "train.log" in str(outcome.failure)
    assert isinstance(outcome.failure.__cause__, RuntimeError)
    run = outcome.run
    assert run.status == "failed"
    assert run.history.epochs == [1]
    assert run.record["epochs_finished"] == 1
    assert run.record["failure"] == "training failed: RuntimeError: no more"
    assert run.record["final"]["epoch"] == 1
    assert run.record["ended"] is not None
    log = (run.path / "train.log").read_text()
    assert "Traceback" in log
    assert "own.py" in log


def test_memory_that_runs_out(train: Train) -> None:
    outcome = train("batch_size: 50\ncallbacks: ['own:Memory']")
    assert "memory ran out: try --batch-size 25" in str(outcome.failure)
    assert outcome.run.status == "failed"


def test_ctrl_c(train: Train) -> None:
    outcome = train("epochs: 4\ncallbacks: [{own:Raising: {epoch: 3, kind: Ctrl-C}}]")
    assert isinstance(outcome.failure, KeyboardInterrupt)
    run = outcome.run
    assert run.status == "interrupted"
    assert run.history.epochs == [1, 2]
    assert run.record["failure"] == "interrupted by the user"
    assert run.record["epochs_finished"] == 2
    assert run.record["best"]["epoch"] in {1, 2}
    assert run.evaluation is None
    model = keras.models.load_model(run.path / "model.keras")
    model.load_weights(run.path / "weights.weights.h5")


def test_ctrl_c_before_the_first_epoch(train: Train) -> None:
    outcome = train("callbacks: [{own:Raising: {epoch: 1, kind: Ctrl-C}}]")
    run = outcome.run
    assert run.status == "interrupted"
    assert run.history.epochs == []
    assert run.record["final"] is None
    assert (run.path / "model.keras").is_file()


def test_warnings_reach_the_observer_and_the_log(train: Train, watcher: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        outcome = train("epochs: 3\ncallbacks: [{EarlyStopping: {monitor: val_loss}}]", observer=watcher)
    assert outcome.run.status == "completed"
    [text] = [value for what, value in watcher.heard if what == "warned"]
    assert text.startswith("Early stopping conditioned on metric `val_loss` which is not available")
    assert text in (outcome.run.path / "train.log").read_text()


LOGGERS = ("dnnrun", "py.warnings", "tensorflow", "absl")


def test_nothing_of_a_run_is_left_open(train: Train, folder: Path) -> None:
    before = [list(logging.getLogger(name).handlers) for name in LOGGERS]
    train("callbacks: ['own:Raising']\nepochs: 2")
    after = [list(logging.getLogger(name).handlers) for name in LOGGERS]
    assert before == after
    assert not list(folder.rglob(".part-*"))


@pytest.mark.parametrize("moment", ["before the row is on disk", "after the row is on disk"])
def test_ctrl_c_while_a_row_is_written(moment: str, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history, the record and the screen agree, wherever between two lines of the writing it strikes."""
    append = RunWriter.append_history
    struck: list[int] = []

    def strike_once(self: RunWriter, row: dict[str, float]) -> None:
        strikes = row["epoch"] == 2 and not struck
        if strikes and moment.startswith("before"):
            struck.append(2)
            raise KeyboardInterrupt
        append(self, row)
        if strikes:
            struck.append(2)
            raise KeyboardInterrupt

    monkeypatch.setattr(RunWriter, "append_history", strike_once)
    run = train("epochs: 4").run
    assert run.status == "interrupted"
    assert run.history.epochs == [1, 2]
    assert run.record["epochs_finished"] == 2
