"""Runs of estimators: small, in the test's own process, where scikit-learn is enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.config.load import parse_experiment
from dnnrun.config.reader import read_text
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.load import resolve_data
from dnnrun.estimators.fitting import fit_experiment
from dnnrun.running.ending import Outcome
from dnnrun.running.observer import Observer
from tests.support import with_lines

IRIS = """
name: flowers
dataset: {source: iris, test_split: 0.2, stratify: true}
model:
  sklearn: {SGDClassifier: {loss: log_loss, max_iter: 100}}
"""


@pytest.fixture
def read() -> Callable[..., tuple[Experiment, Dataset]]:
    """Return a function that gives a config with some lines put in, and its data."""
    return lambda lines="", config=IRIS: resolve_data(parse_experiment(read_text(with_lines(config, lines), "c.yaml")))


@pytest.fixture
def fit(read: Callable[..., tuple[Experiment, Dataset]], tmp_path: Path) -> Callable[..., Outcome]:
    """Return a function that fits such a config into a run."""

    def fitted(lines: str = "", config: str = IRIS, observer: Observer | None = None, **changed: Any) -> Outcome:
        experiment, dataset = read(lines, config)
        return fit_experiment(experiment, dataset, runs_dir=tmp_path / "runs", observer=observer, **changed)

    return fitted
