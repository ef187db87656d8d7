"""Made runs of which the truth is known: curves with noise, and the facts that go with them."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dnnrun.analysis.explanation import Finding, explain
from dnnrun.store import Run
from tests.analysis.conftest import CONFIG

MakeRun = Callable[..., Run]
History = Mapping[str, Sequence[float]]

CLASSES = [f"class {number}" for number in range(10)]
CHANCE = math.log(10)


def falling(epochs: int, *, start: float = CHANCE, end: float, pace: float) -> list[float]:
    """Return a curve that comes nearer to its end by a factor e every ``pace`` epochs."""
    return [end + (start - end) * math.exp(-(epoch + 1) / pace) for epoch in range(epochs)]


def noisy(values: Sequence[float], noise: float, seed: int) -> list[float]:
    """Return the values, each off by a share of itself."""
    rng = random.Random(seed)
    return [value * (1 + rng.gauss(0, noise)) for value in values]


def healthy(epochs: int = 30, seed: int = 0, noise: float = 0.01) -> dict[str, list[float]]:
    """Return a training that has come to its end: it learns, levels off, and is nearly as good on other rows."""
    pace = epochs / 10
    return {
        "loss": noisy(falling(epochs, end=0.25, pace=pace), noise, seed),
        "accuracy": [1 - value / 3 for value in noisy(falling(epochs, end=0.25, pace=pace), noise, seed + 1)],
        "val_loss": noisy(falling(epochs, end=0.28, pace=pace), noise, seed + 2),
        "val_accuracy": [1 - value / 3 for value in noisy(falling(epochs, end=0.28, pace=pace), noise, seed + 3)],
    }


def overfitted(epochs: int, turn: int, noise: float = 0.0, seed: int = 0) -> dict[str, list[float]]:
    """Return a training loss that falls for ever, and a validation loss that turns at an epoch."""
    loss = falling(epochs, start=1.0, end=0.01, pace=epochs / 3)
    down = [0.4 + 0.6 * (1 - epoch / turn) ** 2 for epoch in range(1, turn + 1)]
    up = [0.4 + 0.4 * step / (epochs - turn) for step in range(1, epochs - turn + 1)]
    return {"loss": loss, "val_loss": noisy([*down, *up], noise, seed)}


def confusion(right: float, rows: int = 100, classes: int = 10) -> list[list[int]]:
    """Return a confusion matrix of a model that gets a share of each class right, its mistakes spread evenly."""
    hit = round(right * rows)
    spread, rest = divmod(rows - hit, classes - 1)
    matrix = []
    for true in range(classes):
        others = [spread + (index < rest) for index in range(classes - 1)]
        matrix.append([*others[:true], hit, *others[true:]])
    return matrix


def evaluation(
    accuracy: float = 0.9, *, guessed: float = 0.1, rows: int = 1000, matrix: Any = None, split: str = "test"
) -> dict[str, Any]:
    """Return evaluation.json of a classifier."""
    matrix = confusion(accuracy) if matrix is None else matrix
    return {
        "split": split,
        "rows": rows,
        "task": "classification",
        "metrics": {"loss": 0.3, "accuracy": accuracy},
        "trivial": {"guess": "always 'class 0'", "metrics": {"loss": CHANCE, "accuracy": guessed}},
        "classification": {"classes": CLASSES[: len(matrix)], "confusion_matrix": matrix},
    }


def regression(r2: float, rows: int = 100) -> dict[str, Any]:
    """Return evaluation.json of a model that predicts numbers."""
    return {
        "split": "test",
        "rows": rows,
        "task": "regression",
        "metrics": {"loss": 10.0, "mae": 2.5},
        "trivial": {"guess": "always the mean of the training rows", "metrics": {"loss": 80.0, "mae": 6.5}},
        "regression": {"mae": 2.5, "rmse": 3.2, "r2": r2},
    }


def trained(make_run: MakeRun, history: History, config: Mapping[str, Any] | None = None, **facts: Any) -> Run:
    """Return a run of ten balanced classes with this history; ``facts`` take the place of what is recorded of it."""
    epochs = max(map(len, history.values()), default=0)
    recorded: dict[str, Any] = {
        "dataset": {
            "dtype": "float32",
            "input_shape": [28, 28],
            "rows": {"train": 8000, "validation": 2000, "test": 1000},
            "label_counts": {"train": [800] * 10, "validation": [200] * 10, "test": [100] * 10},
            "rows_among_training": {"test": {"rows": 0}, "validation": {"rows": 0}},
        },
        "untrained": {"loss": 2.4, "accuracy": 0.1},
        "chance_loss": CHANCE,
        "weights_from_epoch": epochs,
        "class_weight": None,
    }
    config = copy.deepcopy(dict(CONFIG if config is None else config)) | {"epochs": epochs}
    return make_run(config=config, history=history, **{"evaluation": evaluation(), **recorded, **facts})


def with_dataset(**facts: Any) -> dict[str, Any]:
    """Return other facts of the data, as `trained` takes them."""
    rows = {"train": 8000, "validation": 2000, "test": 1000}
    return {"dataset": {"dtype": "float32", "rows": rows, "label_counts": {}, **facts}}


def found(run: Run, rule: str) -> Finding | None:
    """Return what a rule finds in a run, or None."""
    findings = [finding for finding in explain(run).findings if finding.rule == rule]
    assert len(findings) <= 1
    return findings[0] if findings else None


def rules_of(run: Run) -> list[str]:
    """Return the names of the rules that find something."""
    return [finding.rule for finding in explain(run).findings]
