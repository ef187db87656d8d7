"""A run that is killed at any moment and resumed ends as one that never was: the same history, the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dnnrun import Run
from tests.end_to_end.conftest import Dnnrun, without_seconds

SCRIPT = Path(__file__).with_name("killed_runs.py")
CONFIG = """\
dataset: {source: mnist, limit: 1500, validation_split: 0.2}
model:
  layers:
    - Flatten
    - {Dense: {units: 16, activation: relu}}
    - BatchNormalization
    - {Dropout: 0.3}
    - {Dense: {units: 10, activation: softmax}}
optimizer: {Adam: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 500, decay_rate: 0.9}}}}
loss: sparse_categorical_crossentropy
metrics: [accuracy]
callbacks:
  - {EarlyStopping: {patience: 120, restore_best_weights: true}}
  - {ModelCheckpoint: {save_best_only: true, save_weights_only: true}}
  - CSVLogger
  - own:Counting
"""
OWN = """\
import keras
import numpy as np


class Counting(keras.callbacks.Callback):
    \"\"\"Puts what only it knows into the history: how many epochs it has seen, and numbers drawn from NumPy.\"\"\"

    def __init__(self):
        super().__init__()
        self.seen = ["nothing that could be kept by itself"]

    def on_epoch_end(self, epoch, logs):
        self.seen.append(object())
        logs["seen"] = len(self.seen)
        logs["drawn"] = np.random.uniform()

    def get_state(self):
        return {"seen": len(self.seen)}

    def set_state(self, state):
        self.seen = [None] * state["seen"]
"""


# Checkpoints fall between short epochs, and into the middle of long ones.
SHORT = "epochs: 150\nbatch_size: 16\n"
LONG = "epochs: 3\nbatch_size: 2\nsteps_per_epoch: 8000\n"
KILLS = 12  # of each


@pytest.mark.slow
@pytest.mark.parametrize("lines", [SHORT, LONG], ids=["short epochs", "long epochs"])
def test_killed_again_and_again(lines: str, dnnrun: Dnnrun) -> None:
    dnnrun.write("config.yaml", CONFIG + lines)
    dnnrun.write("own.py", OWN)
    done = subprocess.run(
        [sys.executable, SCRIPT, str(KILLS)],
        cwd=dnnrun.folder,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(dnnrun.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    kills = json.loads(done.stdout.splitlines()[-1])
    assert kills["by time"] >= KILLS // 2
    assert kills["in a write"] >= KILLS // 2 - 1
    whole, *cut = (Run(path) for name in ("whole", "cut*") for path in (dnnrun.folder / "runs").glob(f"*-{name}"))
    cut = [run for run in cut if (run.path / "resolved.yaml").exists()]
    assert sum(len(run.record.get("resumed", ())) for run in cut) >= 3  # a kill may come before there is a run
    positions = {each.get("from_step", 1) > 1 for run in cut for each in run.record.get("resumed", ())}
    assert lines == SHORT or True in positions
    for run in cut:
        _assert_same(run, whole)


def _assert_same(cut: Run, whole: Run) -> None:
    assert cut.status == whole.status == "completed"
    assert without_seconds(cut.path) == without_seconds(whole.path)
    assert (cut.path / "csv_logger.csv").read_text() == (whole.path / "csv_logger.csv").read_text()
    end, expected = cut.checkpoints.read(), whole.checkpoints.read()
    assert end is not None
    assert expected is not None
    assert end.arrays.keys() == expected.arrays.keys()
    assert all(np.array_equal(array, end.arrays[name]) for name, array in expected.arrays.items())
    assert np.array_equal(cut.predictions["predicted"], whole.predictions["predicted"])
    for name in ("best", "final", "weights_from_epoch", "epochs_finished"):
        assert cut.record[name] == whole.record[name]
    assert len(list((cut.path / "checkpoints" / "state").glob("*.state"))) <= 2
