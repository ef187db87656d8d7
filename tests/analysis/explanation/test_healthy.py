"""Runs in which nothing is wrong: of them the rules say nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from dnnrun.analysis.explanation import explain
from tests.analysis.explanation.histories import MakeRun, evaluation, falling, healthy, noisy, regression, trained


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("epochs", [10, 30, 100, 300])
def test_a_training_that_has_levelled_off(make_run: MakeRun, epochs: int, seed: int) -> None:
    assert explain(trained(make_run, healthy(epochs, seed))).findings == ()


@pytest.mark.parametrize("seed", range(25))
def test_noise_of_a_few_percent(make_run: MakeRun, seed: int) -> None:
    assert explain(trained(make_run, healthy(40, seed, noise=0.04))).findings == ()


@pytest.mark.parametrize("seed", range(25))
def test_numbers_on_few_rows(make_run: MakeRun, seed: int) -> None:
    history = {
        "loss": noisy(falling(60, start=500.0, end=10.0, pace=6), 0.02, seed),
        "mae": noisy(falling(60, start=20.0, end=2.4, pace=6), 0.02, seed + 1),
        "val_loss": noisy(falling(60, start=500.0, end=11.0, pace=6), 0.04, seed + 2),
        "val_mae": noisy(falling(60, start=20.0, end=2.6, pace=6), 0.04, seed + 3),
    }
    facts: dict[str, Any] = {
        "dataset": {"dtype": "float32", "rows": {"train": 320, "validation": 80, "test": 100}, "label_counts": {}},
        "chance_loss": None,
        "untrained": {"loss": 520.0, "mae": 21.0},
        "evaluation": regression(0.87),
    }
    assert explain(trained(make_run, history, **facts)).findings == ()


@pytest.mark.parametrize("seed", range(25))
def test_two_classes_of_unequal_size(make_run: MakeRun, seed: int) -> None:
    start = 0.65
    history = {
        "loss": noisy(falling(40, start=start, end=0.42, pace=6), 0.01, seed),
        "accuracy": noisy([0.79] * 40, 0.01, seed + 1),
        "val_loss": noisy(falling(40, start=start, end=0.45, pace=6), 0.02, seed + 2),
        "val_accuracy": noisy([0.76] * 40, 0.02, seed + 3),
    }
    matrix = [[86, 14], [12, 42]]
    facts: dict[str, Any] = {
        "dataset": {
            "dtype": "float32",
            "rows": {"train": 491, "validation": 123, "test": 154},
            "label_counts": {"train": [322, 169], "validation": [78, 45], "test": [100, 54]},
        },
        "chance_loss": math.log(2),
        "untrained": {"loss": 0.72, "accuracy": 0.44},
        "evaluation": evaluation(128 / 154, guessed=0.65, rows=154, matrix=matrix),
    }
    assert explain(trained(make_run, history, **facts)).findings == ()


def test_one_epoch(make_run: MakeRun) -> None:
    history = {"loss": [0.5], "accuracy": [0.85], "val_loss": [0.4], "val_accuracy": [0.88]}
    assert explain(trained(make_run, history)).findings == ()
