"""A whole run on rows that stay on disk: what it trains, records and resumes is what a run in memory does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.engine.resuming import resume_run
from dnnrun.engine.training import Outcome, make_ready
from dnnrun.errors import ConfigError
from dnnrun.store import Run

STREAM = """\
import numpy as np
from dnnrun.data.dataset import SourceData

random = np.random.default_rng(3)
X = random.normal(size=(300, 5)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(np.int64)


class Pieces:
    rows = (70, 100, 30, 100)

    def __init__(self, x=X):
        self.x = x

    def read(self, piece):
        first = sum(self.rows[:piece])
        return self.x[first : first + self.rows[piece]].copy()


def make():
    return SourceData(Pieces(), Y, class_names=("no", "yes"))
"""
LINES = """\
name: stream
dataset: {source: "stream:make", in_memory: %s, shuffle_buffer: 64, test_split: 0.1, validation_split: 0.2, shuffle: %s}
model: {layers: [{Dense: {units: 8, activation: relu}}, {Dense: {units: 1, activation: sigmoid}}]}
loss: binary_crossentropy
metrics: [accuracy]
class_weight: {no: 2, yes: 1}
batch_size: 16
epochs: 3
shuffle: %s
"""


@pytest.fixture(autouse=True)
def source(folder: Path) -> None:
    (folder / "stream.py").write_text(textwrap.dedent(STREAM))


def lines(in_memory: str, *, shuffle: bool) -> str:
    return LINES % (in_memory, str(shuffle).lower(), str(shuffle).lower())


def numbers_of(outcome: Outcome) -> tuple[Any, Any]:
    """Return what a run has measured."""
    assert outcome.failure is None
    return numbers_of_run(outcome.run)


def numbers_of_run(run: Run) -> tuple[Any, Any]:
    evaluation = dict(run.evaluation or {})
    rows = [{name: value for name, value in row.items() if name != "seconds"} for row in run.history.rows()]
    return [{name: row[name] for name in row if "second" not in name} for row in rows], evaluation


def test_in_their_own_order_a_run_from_disk_is_one_in_memory(train: Callable[..., Outcome]) -> None:
    streamed, in_memory = train(lines("auto", shuffle=False)), train(lines("true", shuffle=False))
    assert numbers_of(streamed) == numbers_of(in_memory)
    assert streamed.run.record["dataset"]["streamed"]
    assert "streamed" not in in_memory.run.record["dataset"]
    assert streamed.run.record["config"]["dataset"]["in_memory"] is False


def test_shuffled_it_trains_on_the_same_rows_and_learns_as_well(
    train: Callable[..., Outcome], load: Callable[..., Experiment]
) -> None:
    (streamed, judged), (in_memory, other) = (
        numbers_of(train(lines(which, shuffle=True))) for which in ("false", "true")
    )
    assert streamed != in_memory
    assert streamed[-1]["loss"] == pytest.approx(in_memory[-1]["loss"], rel=0.15)
    assert judged["classification"]["support"] == other["classification"]["support"]
    _, from_disk = resolve_data(load(lines("false", shuffle=True)), allow_code=True)
    _, whole = resolve_data(load(lines("true", shuffle=True)), allow_code=True)
    for split, rows in from_disk.splits.items():
        x, y = rows.take(slice(None)).x, rows.y
        assert isinstance(x, np.ndarray)
        order = np.lexsort(x.T)
        expected = whole.splits[split]
        assert isinstance(expected.x, np.ndarray)
        other_order = np.lexsort(expected.x.T)
        assert np.array_equal(x[order], expected.x[other_order])
        assert np.array_equal(y[order], np.asarray(expected.y)[other_order])


def test_bundled_rows_are_in_memory(load: Callable[..., Experiment]) -> None:
    experiment, _ = resolve_data(load("dataset: {source: iris}"))
    assert experiment.dataset.in_memory == "auto"
    with pytest.raises(ConfigError, match="in_memory: false leaves rows on disk"):
        resolve_data(load("dataset: {source: iris, in_memory: false}"))


def test_tables_of_numbers_and_texts_are_prepared_while_they_are_read(
    train: Callable[..., Outcome], folder: Path
) -> None:
    random = np.random.default_rng(5)
    for file in range(3):  # each is a piece, and one has longer texts than the others
        rows = [f"{random.normal():.3f},{'north' * (1 + file)},{random.integers(2)}" for _ in range(60)]
        (folder / f"part{file}.csv").write_text("\n".join(["size,place,label", *rows, ""]))
    config = """\
        dataset:
          {source: {csv: {path: "part*.csv", target: label}}, in_memory: %s, shuffle_buffer: 32, validation_split: 0.2,
          shuffle: false}
        model: {layers: [{Dense: {units: 8, activation: relu}}, {Dense: {units: 1, activation: sigmoid}}]}
        loss: binary_crossentropy
        shuffle: false
        batch_size: 16
        epochs: 2
    """
    config = textwrap.dedent(config)
    streamed, in_memory = train(config % "false"), train(config % "true")
    assert streamed.run.record["dataset"]["streamed"]
    assert streamed.run.record["dataset"]["fingerprint"] == in_memory.run.record["dataset"]["fingerprint"]
    (rows, judged), (other_rows, other_judged) = numbers_of(streamed), numbers_of(in_memory)
    for row, other in zip(rows, other_rows, strict=True):  # the mean is summed piece by piece
        assert row == pytest.approx(other, rel=1e-4)
    assert judged["metrics"] == pytest.approx(other_judged["metrics"], rel=1e-4)


INTERRUPTING = """\
import signal

import keras


class Interrupting(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 2):
            signal.raise_signal(signal.SIGINT)
"""
MIXED = """\
dataset:
  source: {csv: {path: "part*.csv", target: label}}
  in_memory: %s
  shuffle_buffer: 32
  validation_split: 0.2
  preprocess: {words: [{TextVectorization: {max_tokens: 6, output_sequence_length: 3}}]}
model: {layers: [{Dense: {units: 8, activation: relu}}, {Dropout: 0.2}, {Dense: {units: 1, activation: sigmoid}}]}
loss: binary_crossentropy
batch_size: 16
epochs: 3
"""


@pytest.mark.parametrize("in_memory", ["true", "false"])
def test_a_table_of_numbers_and_texts_goes_on_in_the_middle_of_an_epoch(
    in_memory: str, train: Callable[..., Outcome], load: Callable[..., Experiment], folder: Path
) -> None:
    random = np.random.default_rng(5)
    for file in range(2):
        words = [" ".join(random.choice(["good", "bad", "fine", "x" * (1 + file)], 3)) for _ in range(50)]
        rows = [f"{random.normal():.3f},{'north' * (1 + file)},{text},{random.integers(2)}" for text in words]
        (folder / f"part{file}.csv").write_text("\n".join(["size,place,words,label", *rows, ""]))
    (folder / "interrupting.py").write_text(INTERRUPTING)
    lines = MIXED % in_memory
    whole = train(lines).run
    cut = train(lines + "callbacks: ['interrupting:Interrupting']\n").run
    assert cut.status == "interrupted"
    experiment, dataset = resolve_data(load(lines))
    assert dataset.is_streamed == (in_memory == "false")
    resumed = resume_run(cut, make_ready(experiment, dataset), []).run
    [session] = resumed.record["resumed"]
    assert (session["from_epoch"], session["from_step"]) == (2, 4)
    assert numbers_of_run(resumed) == numbers_of_run(whole)
    end, expected = resumed.checkpoints.read(), whole.checkpoints.read()
    assert end is not None
    assert expected is not None
    assert end.arrays.keys() == expected.arrays.keys()
    assert all(np.array_equal(array, end.arrays[name]) for name, array in expected.arrays.items())
