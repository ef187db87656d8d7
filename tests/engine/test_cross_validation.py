"""Folds of which some do not reach their end."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun.api import training
from dnnrun.api.cross_validation import Fold, cross_validate
from dnnrun.errors import ConfigError, TrainingError

CONFIG = {
    "name": "folds",
    "dataset": {"source": "boston_housing"},
    "model": {"layers": [{"Dense": 1}]},
    "optimizer": {"SGD": 1e30},
    "loss": "mse",
    "cross_validation": 2,
}


@pytest.mark.filterwarnings("ignore")
def test_one_that_diverges_does_not_keep_the_next_from_being_trained(folder: Path) -> None:
    ended: list[Fold] = []
    found = cross_validate(CONFIG, ended=ended.append)
    assert [fold.run.status for fold in found.folds] == ["diverged", "diverged"]
    assert found.failed == found.folds == tuple(ended)
    assert isinstance(found.failed[1].failure, TrainingError)
    assert found.summary == {}
    assert [run.record["fold"]["number"] for run in found.runs] == [1, 2]


def test_what_trains_one_run_wants_to_know_which_fold(folder: Path) -> None:
    with pytest.raises(ConfigError, match="the config asks for 2 folds, and this trains one run"):
        training.train(CONFIG)
    with pytest.raises(ConfigError, match="the config names fold 2 alone"):
        cross_validate({**CONFIG, "fold": 2})
    with pytest.raises(ConfigError, match="the config names no folds"):
        cross_validate({key: value for key, value in CONFIG.items() if key != "cross_validation"})
