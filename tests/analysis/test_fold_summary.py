"""What folds score together: mean and deviation of those that reached their end."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dnnrun.analysis.folds import Spread, summarize_folds
from dnnrun.store import Run, RunWriter


def fold(folder: Path, status: str, split: str = "test", **metrics: float) -> Run:
    writer = RunWriter.create(folder, "fold", {})
    if metrics:
        writer.write_evaluation({"split": split, "metrics": metrics})
    writer.finish(status)  # type: ignore[arg-type]
    writer.close()
    return writer.read()


def test_mean_and_deviation_as_of_scores(tmp_path: Path) -> None:
    scores = [0.5, 0.75, 0.875]
    runs = [fold(tmp_path, "completed", accuracy=score, loss=1.0) for score in scores]
    found = summarize_folds([*runs, fold(tmp_path, "diverged"), fold(tmp_path, "interrupted", accuracy=0.1)])
    assert found["accuracy"].values == tuple(scores)
    assert found["accuracy"].mean == pytest.approx(np.mean(scores))
    assert found["accuracy"].deviation == pytest.approx(np.std(scores))
    assert found["loss"] == Spread(1.0, 0.0, (1.0, 1.0, 1.0))


def test_what_was_not_held_out_does_not_count(tmp_path: Path) -> None:
    assert summarize_folds([fold(tmp_path, "completed", "validation", accuracy=0.5)]) == {}


def test_a_metric_that_is_no_number(tmp_path: Path) -> None:
    found = summarize_folds([fold(tmp_path, "completed", auc=0.5), fold(tmp_path, "completed", auc=math.nan)])
    assert math.isnan(found["auc"].mean)
    assert math.isnan(found["auc"].deviation)
