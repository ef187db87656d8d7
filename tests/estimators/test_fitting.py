"""A run of an estimator is a run like any other, and its figures are scikit-learn's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn.metrics
from sklearn.linear_model import SGDClassifier

from dnnrun.analysis.comparison import compare_runs
from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.load import resolve_data
from dnnrun.errors import ConfigError, TrainingError
from dnnrun.estimators.fitting import fit_experiment
from dnnrun.estimators.preparation import fit, prepare
from dnnrun.running.ending import Outcome
from dnnrun.running.observer import FitPlan, Observer

Fit = Callable[..., Outcome]
Read = Callable[..., tuple[Experiment, Dataset]]

BOSTON = """
dataset: {source: boston_housing, test_split: 0.2, validation_split: 0.25, preprocess: [Normalization]}
model: {sklearn: Ridge}
metrics: [mae, RootMeanSquaredError, R2Score]
"""
PIMA = """
dataset: {source: pima, test_split: 0.2, stratify: true, preprocess: [Normalization]}
model: {sklearn: LogisticRegression}
metrics: [accuracy, AUC, {Precision: {name: hits}}, Recall]
"""


def test_a_classifier_is_scikit_learns_on_the_same_rows(fit: Fit, read: Read) -> None:
    run = fit().run
    _, dataset = read()
    plain = SGDClassifier(loss="log_loss", max_iter=100, random_state=42)
    plain.fit(dataset.train.x.astype(np.float64), dataset.train.class_numbers)
    assert dataset.test is not None
    x, true = dataset.test.x, dataset.test.class_numbers
    said = np.clip(plain.predict_proba(x), 1e-7, 1 - 1e-7)
    expected = -np.mean(np.log(said[np.arange(len(true)), true]))
    assert run.status == "completed"
    evaluation: Any = run.evaluation
    assert evaluation["split"] == "test"
    assert evaluation["metrics"]["accuracy"] == plain.score(x, true)
    assert evaluation["metrics"]["loss"] == pytest.approx(expected)
    assert evaluation["trivial"]["metrics"]["accuracy"] == pytest.approx(1 / 3)
    assert evaluation["trivial"]["metrics"]["loss"] == pytest.approx(np.log(3))
    assert np.array_equal(run.predictions["predicted_class"], plain.predict(x))
    assert list(run.history.columns) == ["epoch", "loss", "accuracy", "seconds"]
    assert set(run.files) >= {"history", "evaluation", "estimator", "config", "log"}
    record = run.record
    assert (record["epochs_finished"], record["seed"], record["devices"]) == (1, 42, ["CPU"])
    assert record["dataset"]["rows"] == {"train": 120, "test": 30}


def test_the_record_says_what_the_classes_weigh(fit: Fit) -> None:
    assert fit().run.record["class_weight"] is None
    weights = fit("class_weight: {Iris-setosa: 2}").run.record["class_weight"]
    assert weights == {"Iris-setosa": 2, "Iris-versicolor": 1, "Iris-virginica": 1}


def test_the_saved_estimator_takes_raw_rows(fit: Fit, read: Read) -> None:
    run = fit("dataset: {source: iris, test_split: 0.2, preprocess: [Normalization]}").run
    _, dataset = read("dataset: {source: iris, test_split: 0.2, preprocess: [Normalization]}")
    assert dataset.test is not None
    loaded = joblib.load(run.files["estimator"])
    assert np.array_equal(loaded.predict_proba(dataset.test.x), run.predictions["predicted"])


def test_the_resolved_config_fits_the_same_again(fit: Fit, tmp_path: Any) -> None:
    run = fit().run
    experiment, dataset = resolve_data(load_config(run.resolved_config))
    again = fit_experiment(experiment, dataset, runs_dir=tmp_path / "again").run
    assert again.evaluation == run.evaluation
    assert [each.test["accuracy"] for each in [*compare_runs([run, again]).rows] for each in [each.figures]] == [
        run.evaluation["metrics"]["accuracy"]  # type: ignore[index]
    ] * 2


def test_a_regressor_with_validation_rows(fit: Fit) -> None:
    run = fit(config=BOSTON).run
    assert list(run.history.columns) == [
        "epoch", "loss", "mae", "RootMeanSquaredError", "R2Score",
        "val_loss", "val_mae", "val_RootMeanSquaredError", "val_R2Score", "seconds",
    ]  # fmt: skip
    evaluation: Any = run.evaluation
    metrics, figures = evaluation["metrics"], evaluation["regression"]
    assert metrics["mae"] == pytest.approx(figures["mae"])
    assert metrics["RootMeanSquaredError"] == pytest.approx(figures["rmse"])
    assert metrics["loss"] == pytest.approx(figures["rmse"] ** 2)
    assert metrics["R2Score"] == pytest.approx(figures["r2"])
    assert metrics["loss"] < evaluation["trivial"]["metrics"]["loss"] / 2


def test_metrics_of_two_classes(fit: Fit) -> None:
    run = fit(config=PIMA).run
    true, said = run.predictions["true"], run.predictions["predicted_class"]
    metrics: Any = run.evaluation["metrics"]  # type: ignore[index]
    assert list(metrics) == ["loss", "accuracy", "AUC", "hits", "Recall"]
    assert metrics["AUC"] == sklearn.metrics.roc_auc_score(true, run.predictions["predicted"][:, 1])
    assert metrics["hits"] == sklearn.metrics.precision_score(true, said)
    assert metrics["Recall"] == sklearn.metrics.recall_score(true, said)


def test_what_gives_no_probabilities_has_no_loss(fit: Fit) -> None:
    run = fit("model: {sklearn: RidgeClassifier}").run
    assert run.status == "completed"
    assert list(run.history.columns) == ["epoch", "accuracy", "seconds"]
    assert set(np.unique(run.predictions["predicted"])) == {-1, 1}


def test_weights_of_classes_are_passed_on(read: Read) -> None:
    lines = "class_weight: {Iris-setosa: 0}"
    fitted = fit(prepare(*read(f"{lines}\nmodel: {{sklearn: {{SGDClassifier: {{loss: log_loss}}}}}}")))
    _, dataset = read()
    of_setosa = dataset.train.class_numbers == 0
    assert not np.any(fitted.predict(dataset.train.x[of_setosa]) == 0)
    with pytest.raises(ConfigError, match="KNeighborsClassifier cannot weigh rows or classes"):
        prepare(*read(f"{lines}\nmodel: {{sklearn: KNeighborsClassifier}}"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("model: {sklearn: Ridge}", "Ridge is a regressor, and the labels are classes"),
        ("model: {sklearn: {KNeighborsClassifier: {n_neighbors: -1}}}", "'n_neighbors' parameter .* must be"),
        ("metrics: [mae]", "mae cannot be measured of a model of scikit-learn for classification"),
        ("metrics: [TopKCategoricalAccuracy]", "TopKCategoricalAccuracy cannot be measured"),
        ("dataset: {source: iris, preprocess: [{Hashing: 3}]}", "Hashing as it is written here is for networks"),
    ],
)
def test_what_does_not_fit_leaves_nothing_on_disk(fit: Fit, tmp_path: Any, lines: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        fit(lines)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            "{KNeighborsClassifier: {n_neighbors: 500}}",
            "KNeighborsClassifier cannot be evaluated: Expected n_neighbors",
        ),
        ("{GaussianNB: {priors: [0.5, 0.5]}}", "GaussianNB cannot be fitted: Number of priors"),
    ],
)
def test_what_fails_says_so_at_its_line(fit: Fit, model: str, message: str) -> None:
    outcome = fit(f"model: {{sklearn: {model}}}")
    assert isinstance(outcome.failure, TrainingError)
    assert outcome.run.status == "failed"
    [problem] = outcome.failure.problems
    assert problem.what.startswith(message)
    assert problem.where is not None
    assert problem.where.line


@pytest.mark.filterwarnings("default")
def test_warnings_of_the_fit_are_told_and_logged(fit: Fit) -> None:
    class Told(Observer):
        def __init__(self) -> None:
            self.said: list[str] = []
            self.plans: list[FitPlan] = []

        def warned(self, text: str) -> None:
            self.said.append(text)

        def fitting(self, plan: FitPlan) -> None:
            self.plans.append(plan)

    told = Told()
    run = fit("model: {sklearn: {SGDClassifier: {loss: log_loss, max_iter: 2}}}", observer=told).run
    assert any("Maximum number of iteration reached" in text for text in told.said)
    assert "Maximum number of iteration" in run.files["log"].read_text()
    assert told.plans[0].model == "SGDClassifier(loss='log_loss', max_iter=2, random_state=42)"


def test_an_interrupted_fit_is_one(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SGDClassifier, "fit", interrupt)
    outcome = fit()
    assert isinstance(outcome.failure, KeyboardInterrupt)
    assert outcome.run.status == "interrupted"
    assert json.loads(json.dumps(outcome.run.record))["epochs_finished"] == 0


def test_rows_on_disk_are_refused_at_their_line(fit: Fit, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("size,label\n" + "".join(f"{row},{row % 2}\n" for row in range(40)))
    config = f"dataset: {{source: {{csv: {{path: {path}, target: label}}}}, in_memory: false}}\n"
    with pytest.raises(ConfigError, match=r"c.yaml:.*scikit-learn needs all rows in memory"):
        fit(config)
    assert not (tmp_path / "runs").exists()
