"""Two trainings of one config compared by their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.analysis.repetition import Repetition, compare_repetition
from dnnrun.store import Run, RunWriter

RECORD = {"config": {"batch_size": 32}, "versions": {"keras": "3.15"}, "machine": {"host": "a", "cores": 2}, "seed": 1}


def run(folder: Path, losses: list[float], weight: float = 1.0, **record: Any) -> Run:
    writer = RunWriter.create(folder, "x", {**RECORD, **record})
    for epoch, loss in enumerate(losses, start=1):
        writer.append_history({"epoch": epoch, "loss": loss, "learning_rate": 0.1, "seconds": float(id(writer) % 97)})
    writer.write_checkpoint({"model/0/kernel": np.array([weight, 2.0], dtype=np.float32)}, {})
    writer.finish("completed")
    writer.close()
    return Run(writer.path)


def compared(folder: Path, one: list[float], other: list[float], **options: Any) -> Repetition:
    return compare_repetition(run(folder, one), run(folder, other, **options), tolerance=1e-3)


def test_the_same(tmp_path: Path) -> None:
    found = compared(tmp_path, [0.5, float("nan")], [0.5, float("nan")], machine={"host": "b", "cores": 2})
    assert found == Repetition("bit-identical", 2, True, 0.0, "", ())


def test_the_first_epochs_only(tmp_path: Path) -> None:
    found = compared(tmp_path, [0.5, 0.4, 0.3], [0.5, 0.4], weight=9.0)
    assert (found.verdict, found.epochs, found.weights_compared) == ("bit-identical", 2, False)


@pytest.mark.parametrize(
    ("losses", "weight", "verdict", "where"),
    [
        ([0.5, 0.4004], 1.0, "within tolerance", "loss of epoch 2"),
        ([0.5, 0.5], 1.0, "different", "loss of epoch 2"),
        ([0.5, float("nan")], 1.0, "different", "loss of epoch 2"),
        ([0.5, 0.4], 1.1, "different", "model/0/kernel"),
        ([0.5, 0.4], 1.0001, "within tolerance", "model/0/kernel"),
    ],
)
def test_how_far_apart(losses: list[float], weight: float, verdict: str, where: str, tmp_path: Path) -> None:
    found = compared(tmp_path, [0.5, 0.4], losses, weight=weight)
    assert (found.verdict, found.where) == (verdict, where)
    assert found.furthest > 0


def test_what_has_changed(tmp_path: Path) -> None:
    found = compared(
        tmp_path, [0.5], [0.5], config={"batch_size": 16}, versions={"keras": "3.14"}, seed=2,
        dataset={"fingerprint": "f"}, machine={"host": "a", "cores": 4},
    )  # fmt: skip
    assert found.changed == (
        "the data is not the same: its fingerprint has changed",
        "config: batch_size was 32 and is 16",
        "versions: keras was 3.15 and is 3.14",
        "machine: cores was 2 and is 4",
        "seed was 1 and is 2",
    )
