"""Shipped configs of every form run as they are, and the first of them is as good as the README says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dnnrun import Run, load_config
from dnnrun.config.resolved import to_plain
from tests.end_to_end.conftest import CONFIGS, Dnnrun

# One of each form: regression, a stack with four callbacks, a graph, one-hot labels, convolutions, an early stop.
# That all the others are valid, tests/config and tests/rules see; what they give, `make reproduce`.
FORMS = ["boston_regression", "fashion_onehot", "iris_branches", "iris_softmax", "mnist_cnn", "pima_early_stopping"]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
@pytest.mark.parametrize("config", [CONFIGS / f"{name}.yaml" for name in FORMS], ids=lambda path: path.stem)
def test_shipped_config_runs_shrunk(config: Path, dnnrun: Dnnrun) -> None:
    done = dnnrun("train", config, "--smoke", "--json")
    assert done.code == 0, done.err
    printed = json.loads(done.out)
    [path] = dnnrun.runs()
    run = Run(path)
    assert printed["status"] == run.status == "completed"
    assert dnnrun.folder / printed["run"] == path
    assert printed["test"] == run.evaluation["metrics"]
    assert run.history.epochs == [1]
    assert run.record["dataset"]["rows"]["train"] <= 256
    assert {"history", "evaluation", "model", "weights", "plots", "card", "config", "log"} <= set(run.files)
    assert all(plot.read_bytes().startswith(PNG) for plot in run.plots)
    assert {plot.stem for plot in run.plots} >= _expected_plots(run)
    # The resolved config is the whole experiment: it reads as what was trained.
    assert to_plain(load_config(run.files["config"])) == run.config
    assert (path / "config.yaml").read_text() == config.read_text()


def _expected_plots(run: Run) -> set[str]:
    plots = {"loss", "metrics", "learning_rate", "network", "weights", "best_and_worst"}
    of_classes = {"confusion_matrix", "confusion_rates", "per_class", "calibration"}
    plots |= of_classes if run.evaluation["task"] == "classification" else {"predicted_vs_true", "residuals"}
    return plots | ({"samples"} if "mnist" in run.config["dataset"]["source"] else set())


@pytest.mark.slow
def test_mnist_in_full_reaches_its_accuracy(dnnrun: Dnnrun) -> None:
    done = dnnrun.installed("train", CONFIGS / "mnist_adam.yaml", "--json")
    assert done.code == 0, done.err
    [path] = dnnrun.runs()
    run = Run(path)
    assert run.evaluation["rows"] == 10_000
    assert run.evaluation["metrics"]["accuracy"] >= 0.974
    assert len(run.history.epochs) == 5
    matrix = run.evaluation["classification"]["confusion_matrix"]
    assert sum(map(sum, matrix)) == 10_000
    correct = sum(matrix[digit][digit] for digit in range(10))
    assert correct / 10_000 == pytest.approx(run.evaluation["metrics"]["accuracy"])
    # Guessing the commonest digit, 1, is right for the 1,135 ones among the test images.
    assert run.evaluation["trivial"]["metrics"]["accuracy"] == pytest.approx(0.1135)
