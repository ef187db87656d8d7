"""Runs to report on, as different as they come."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.analysis.plots.plot import render
from dnnrun.store import Run

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">&amp;"
FACTS: dict[str, Any] = {
    "seed": 42,
    "versions": {"python": "3.11.7", "dnnrun": "0.1.0", "keras": "3.15.1"},
    "machine": {"host": "somewhere", "system": "Linux", "architecture": "x86_64", "cores": 2},
    "devices": ["CPU"],
    "command": ["/somewhere/bin/dnnrun", "train", "config.yaml"],
    "git": {"commit": "4aa4c7470f0a", "dirty": False},
    "dataset": {
        "source": "iris",
        "fingerprint": "09d1766be79e",
        "task": "classification",
        "rows": {"train": 96, "validation": 24, "test": 30},
        "classes": ["a", "b", "c"],
    },
}
MATRIX = [[10, 0, 0], [0, 9, 1], [0, 2, 8]]


def evaluation(classes: list[str], accuracy: float) -> dict[str, Any]:
    return {
        "split": "test",
        "rows": 30,
        "task": "classification",
        "metrics": {"loss": 0.5, "accuracy": accuracy},
        "trivial": {"guess": f"always {classes[0]!r}", "metrics": {"loss": 1.1, "accuracy": 1 / 3}},
        "classification": {
            "classes": classes,
            "precision": [1.0, 0.8182, 0.8889],
            "recall": [1.0, 0.9, 0.8],
            "f1": [1.0, 0.8571, 0.8421],
            "support": [10, 10, 10],
            "confusion_matrix": MATRIX,
        },
    }


def falling(epochs: int, start: float) -> list[float]:
    return [start / (1 + 0.3 * epoch) for epoch in range(epochs)]


@pytest.fixture
def hostile() -> str:
    """What would end a script and run another, if it were taken for HTML."""
    return HOSTILE


@pytest.fixture
def several(make_run: Callable[..., Run], config: dict[str, Any]) -> list[Run]:
    """Runs that completed, diverged, and have not finished an epoch; one with hostile names; one broken."""
    slower = copy.deepcopy(config)
    slower["optimizer"] = {"Adam": {"learning_rate": 0.0001}}
    hostile = copy.deepcopy(config)
    hostile["model"]["name"] = HOSTILE
    facts = {**FACTS, "dataset": {**FACTS["dataset"], "classes": [HOSTILE, "b", "c"]}}
    good = make_run(
        "good",
        config=config,
        history={
            "loss": falling(6, 1.0),
            "accuracy": [0.5, 0.6, 0.7, 0.8, 0.85, 0.9],
            "val_loss": falling(6, 1.2),
            "val_accuracy": [0.4, 0.5, 0.65, 0.75, 0.8, 0.85],
        },
        evaluation=evaluation(["a", "b", "c"], 0.9),
        description="the <b>best</b> of them",
        tags=["iris", "a & b"],
        **FACTS,
    )
    good.write_plot("loss", render(lambda figure: figure.set_size_inches(2, 1)))
    good.write_plot("confusion_matrix", render(lambda figure: figure.set_size_inches(1, 1)))
    bad = make_run(
        "bad",
        config=hostile,
        history={"loss": [2.0, 3.0, math.nan], "accuracy": [0.3, 0.3, math.nan], HOSTILE: [1.0, math.inf, 2.0]},
        evaluation=evaluation([HOSTILE, "b", "c"], 0.4),
        status="diverged",
        failure=HOSTILE,
        description=HOSTILE,
        tags=[HOSTILE],
        **facts,
    )
    slow = make_run("slow", config=slower, history={"loss": [0.9], "val_loss": [1.0]}, **FACTS)
    begun = make_run("begun", config=config, status=None, **FACTS)
    broken = make_run("broken", config=config)
    (broken.path / "run.json").write_text("{")
    return [Run(run.path) for run in (good, bad, slow, begun, broken)]


@pytest.fixture
def many(make_run: Callable[..., Run], config: dict[str, Any], tmp_path: Path) -> list[Run]:
    """Two hundred runs of a hundred epochs, of learning rates and seeds."""
    runs = []
    for number in range(200):
        changed = copy.deepcopy(config)
        changed["seed"] = number % 5
        changed["optimizer"] = {"Adam": {"learning_rate": 0.001 * (1 + number // 5)}}
        run = make_run(f"many-{number}", config=changed, test={"accuracy": 1 - number / 400})
        rows = zip(falling(100, 1 + number / 100), falling(100, 1.1 + number / 100), strict=True)
        lines = [f"{epoch},{loss},{1 - loss / 4},{val},1.0" for epoch, (loss, val) in enumerate(rows, start=1)]
        # At once: the writer of a run flushes after every row.
        (run.path / "history.csv").write_text("\n".join(["epoch,loss,accuracy,val_loss,seconds", *lines, ""]))
        runs.append(run)
    return runs
