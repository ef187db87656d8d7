"""Runs made by the real writer, without training anything."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dnnrun.store import Run, RunWriter

MakeRun = Callable[..., Run]

CONFIG: dict[str, Any] = {
    "name": "mnist",
    "description": "",
    "tags": [],
    "seed": 42,
    "dataset": {"source": "mnist", "validation": None, "validation_split": 0.2, "preprocess": None},
    "model": {
        "name": None,
        "activation": "relu",
        "layers": ["Flatten", {"Dense": {"units": 128}}, {"Dense": {"units": 10, "activation": "softmax"}}],
    },
    "optimizer": {"Adam": {"learning_rate": 0.001}},
    "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
    "callbacks": [],
    "epochs": 3,
    "batch_size": 32,
}


@pytest.fixture
def config() -> dict[str, Any]:
    """A resolved config, for a test to change."""
    return copy.deepcopy(CONFIG)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Return a function that writes a run directory.

    ``history`` gives each metric's values, one an epoch; ``test`` the metrics of an evaluation on the test set.
    """

    def make(
        name: str = "run",
        *,
        runs_dir: Path | None = None,
        config: Mapping[str, Any] | None = CONFIG,
        history: Mapping[str, Sequence[float]] | None = None,
        test: Mapping[str, float] | None = None,
        evaluation: Mapping[str, Any] | None = None,
        predictions: Mapping[str, Any] | None = None,
        status: str | None = "completed",
        **facts: Any,
    ) -> Run:
        record = {} if config is None else {"config": dict(config)}
        writer = RunWriter.create(runs_dir or tmp_path / "runs", name, {**record, **facts})
        history = history or {}
        for index in range(max(map(len, history.values()), default=0)):
            row = {metric: values[index] for metric, values in history.items()}
            writer.append_history({"epoch": index + 1, **row, "learning_rate": 0.001, "seconds": 1.5})
        if test is not None:
            evaluation = {"split": "test", "rows": 100, "task": "classification", "metrics": dict(test)}
        if evaluation is not None:
            writer.write_evaluation(evaluation)
        if predictions is not None:
            writer.write_predictions(predictions)
        if status is not None:
            writer.finish(status)  # type: ignore[arg-type]
        return Run(writer.path)

    return make
