"""What the tests of the engine share: TensorFlow started once and quietly, and a way from config lines to a run."""

from __future__ import annotations

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # read when TensorFlow is first imported, below

import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.engine.preparation import Prepared, prepare
from dnnrun.engine.training import make_ready, train_experiment
from dnnrun.errors import DnnrunError
from dnnrun.running.ending import Outcome
from dnnrun.running.observer import Observer, Plan
from dnnrun.store import Run
from tests.support import with_lines

gc.freeze()  # Keras collects garbage whenever a session begins: TensorFlow's own objects need not be looked at again

# TensorFlow's tensors predate NumPy 2's protocol, and say so at every conversion.
_OF_TENSORFLOW = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"

VALID = """\
dataset: iris
model:
  activation: relu
  layers:
    - {Dense: 8}
    - {Dense: {units: 3, activation: softmax}}
optimizer: Adam
loss: sparse_categorical_crossentropy
"""
OWN = """\
import keras
import numpy as np


class Gate(keras.layers.Layer):
    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        return inputs * self.factor


class Raising(keras.callbacks.Callback):
    def __init__(self, epoch=2, kind="RuntimeError"):
        super().__init__()
        self.epoch, self.kind = epoch, kind

    def on_epoch_begin(self, epoch, logs=None):
        if epoch + 1 == self.epoch:
            raise {"RuntimeError": RuntimeError("no more"), "Ctrl-C": KeyboardInterrupt()}[self.kind]


class Memory(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise MemoryError("no more")


def loss(true, predicted):
    return keras.ops.mean(keras.ops.square(true - predicted), axis=-1)


def make_loss(power=2):
    return lambda true, predicted: keras.ops.mean(keras.ops.abs(true - predicted) ** power)


def metric(true, predicted):
    return keras.ops.mean(predicted)


def layer():
    return keras.layers.Dense(5)


def layer_with(units, **rest):
    return keras.layers.Dense(units, **rest)


def number():
    return 3


def net(input_shape, classes, units=4):
    inputs = keras.Input(input_shape)
    hidden = keras.layers.Dense(units)(inputs)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(hidden), name="mine")


def raw():
    return keras.Sequential([keras.layers.Dense(3, activation="softmax")])


def narrow():
    return keras.Sequential([keras.Input((7,)), keras.layers.Dense(3)])


def two_outputs(input_shape):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, [keras.layers.Dense(3)(inputs), keras.layers.Dense(3)(inputs)])


def failing():
    raise ValueError("no\\n  net")


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3, activation="softmax")

    def call(self, inputs):
        return self.dense(inputs)


class OwnStep(Own):
    def train_step(self, data):
        logs = super().train_step(data)
        return {**logs, "own_step": 7.0}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests of this folder, and no others, pass over what TensorFlow warns of by itself."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(_OF_TENSORFLOW))


PIMA = """\
dataset: {source: pima, test_split: 0.25, stratify: true}
model: {layers: [{Dense: {units: 1%s}}]}
loss: %s
metrics: [accuracy]
"""
BOSTON = """\
dataset: {source: boston_housing, test_split: 0.25}
model: {layers: [{Dense: 1}]}
loss: mse
metrics: [mae]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new current directory, in which ``own.py`` has layers, losses and models of a user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own.py").write_text(OWN)
    importlib.invalidate_caches()
    yield tmp_path
    sys.modules.pop("own", None)


@pytest.fixture
def load() -> Callable[..., Experiment]:
    """Load a config that is valid but for the lines given, which take the place of those with the same keys."""
    return load_lines


def load_lines(lines: str = "", *overrides: str) -> Experiment:
    """See the fixture `load`; the file is ``config.yaml`` in the current directory."""
    Path("config.yaml").write_text(with_lines(VALID, lines))
    return load_config("config.yaml", overrides)


@pytest.fixture
def build() -> Callable[..., Prepared]:
    """Prepare such a config for training: data, model, callbacks; import paths are allowed."""

    def make(lines: str = "", *overrides: str) -> Prepared:
        return prepare(*resolve_data(load_lines(lines, *overrides), allow_code=True), allow_code=True)

    return make


@pytest.fixture
def refuse(build: Callable[..., Prepared]) -> Callable[..., tuple[str, str]]:
    """Prepare a config that cannot be; return the whole message, and what its excerpt marks."""

    def make(lines: str = "", *overrides: str) -> tuple[str, str]:
        with pytest.raises(DnnrunError) as caught:
            build(lines, *overrides)
        where = caught.value.problems[0].where
        assert where is not None
        assert where.file == "config.yaml"
        return str(caught.value), where.text[where.column - 1 : where.column - 1 + where.width]

    return make


def saved_by_callbacks(run: Run) -> list[str]:
    """Return the names of what callbacks have saved among the checkpoints, without what `resume` goes on from."""
    return sorted(path.name for path in (run.path / "checkpoints").iterdir() if path.name != "state")


class Watcher(Observer):
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def preparing(self, what: str) -> None:
        self.heard.append(("preparing", what))

    def started(self, plan: Plan) -> None:
        self.heard.append(("started", plan))

    def stepped(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        self.heard.append(("step", (epoch, step, dict(logs))))

    def epoch_ended(self, row: Mapping[str, float]) -> None:
        self.heard.append(("epoch", dict(row)))

    def stopping(self) -> None:
        self.heard.append(("stopping", None))

    def warned(self, text: str) -> None:
        self.heard.append(("warned", text))


def train_lines(lines: str = "", *overrides: str, observer: Observer | None = None) -> Outcome:
    """See the fixture `train`."""
    experiment, dataset = resolve_data(load_lines(lines, *overrides), allow_code=True)
    return train_experiment(make_ready(experiment, dataset, observer=observer, allow_code=True), Path("runs"))


FINISHED = """\
# A comment that stays.
name: pima
description: a test
tags: [one, two]
seed: 7
dataset: {source: pima, test_split: 0.2, validation_split: 0.25, stratify: true, preprocess: [Normalization]}
model:
  activation: relu
  layers:
    - {Dense: 8}
    - {Dropout: 0.2}
    - {Dense: {units: 1, activation: sigmoid}}
optimizer: {Adam: 1e-2}
loss: binary_crossentropy
metrics: [accuracy, AUC]
epochs: 3
batch_size: 64
"""


@dataclass(frozen=True)
class Finished:
    """A run of three epochs with its config and the observer that watched it."""

    run: Run
    watcher: Watcher
    written: str
    lines: str = FINISHED


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Train one run for all tests that only look at it."""
    folder, watcher = tmp_path_factory.mktemp("finished"), Watcher()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome = train_lines(FINISHED, observer=watcher)
        written = Path("config.yaml").read_text()
    assert outcome.failure is None
    return Finished(Run(folder / outcome.run.path), watcher, written)


@pytest.fixture
def watcher() -> Watcher:
    """An observer that notes everything."""
    return Watcher()


@pytest.fixture
def train() -> Callable[..., Outcome]:
    """Train such a config into ``runs``."""
    return train_lines
