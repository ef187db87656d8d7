"""What the baselines of a config are, and that what they score is scikit-learn's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dnnrun import compare_runs, fit_baselines
from dnnrun.config.resolved import to_plain
from dnnrun.config.schema import EstimatorConfig, Experiment
from dnnrun.data.dataset import Dataset, Rows
from dnnrun.errors import ConfigError, DataError
from dnnrun.estimators.baselines import NAMES, baselines_of, with_table_whole
from dnnrun.estimators.preparation import prepare
from dnnrun.estimators.validating import check_folds, cross_validated

Read = Callable[..., tuple[Experiment, Dataset]]

NETWORK = """
name: flowers
tags: [iris]
dataset: {source: iris, test_split: 0.2, stratify: true}
model: {layers: [{Dense: 16}, {Dense: {units: 3, activation: softmax}}]}
optimizer: Adam
loss: sparse_categorical_crossentropy
metrics: [accuracy, SparseTopKCategoricalAccuracy]
epochs: 20
batch_size: 8
callbacks: [TerminateOnNaN]
"""
PRICES = """
name: prices
dataset: {source: boston_housing, test_split: 0.2, preprocess: [Normalization]}
model: {layers: [{Dense: 1}]}
optimizer: Adam
loss: mae
"""


def estimator(experiment: Experiment) -> tuple[str, dict[str, object]]:
    assert isinstance(experiment.model, EstimatorConfig)
    return experiment.model.sklearn.name, dict(experiment.model.sklearn.arguments)


def test_those_of_a_classifier(read: Read) -> None:
    found = baselines_of(*read(config=NETWORK))
    assert tuple(found.experiments) == NAMES == ("trivial", "linear", "knn", "tree")
    assert [estimator(each) for each in found.experiments.values()] == [
        ("DummyClassifier", {"strategy": "prior"}),
        ("SGDClassifier", {"loss": "log_loss", "n_jobs": -1}),
        ("KNeighborsClassifier", {"n_neighbors": 5, "n_jobs": -1}),
        ("DecisionTreeClassifier", {"max_depth": 5}),
    ]
    linear = found.experiments["linear"]
    assert (linear.name, linear.tags) == ("flowers-linear", ("iris", "baseline"))
    assert [metric.name for metric in linear.metrics] == ["accuracy"]  # the other needs Keras
    assert (linear.epochs, linear.batch_size, linear.callbacks, linear.loss) == (1, 32, (), None)
    scaled = {name: bool(each.dataset.preprocess) for name, each in found.experiments.items()}
    assert scaled == {"trivial": False, "linear": True, "knn": True, "tree": False}
    assert (found.left_out, found.remarks) == ({}, ())


def test_those_of_a_regression(read: Read) -> None:
    found = baselines_of(*read(config=PRICES))
    names = [estimator(each)[0] for each in found.experiments.values()]
    assert names == ["DummyRegressor", "SGDRegressor", "KNeighborsRegressor", "DecisionTreeRegressor"]
    assert {to_plain(each)["dataset"]["preprocess"][0] for each in found.experiments.values()} == {"Normalization"}


@pytest.mark.parametrize(
    ("lines", "remark"),
    [
        ("dataset: {source: iris, preprocess: [Normalization, {GaussianNoise: 0.1}]}", "without GaussianNoise, which"),
        ("class_weight: {Iris-setosa: 2}", "knn takes no class_weight"),
    ],
)
def test_what_the_baselines_do_not_do(read: Read, lines: str, remark: str) -> None:
    found = baselines_of(*read(lines, config=NETWORK))
    assert [text.startswith(remark) for text in found.remarks] == [True]
    assert found.experiments["knn"].class_weight is found.experiments["trivial"].class_weight is None
    assert found.experiments["tree"].class_weight == read(lines, config=NETWORK)[0].class_weight


def test_what_is_left_out(read: Read) -> None:
    experiment, dataset = read(config=NETWORK)
    weighed = replace(dataset, train=replace(dataset.train, weights=np.ones(len(dataset.train))))
    assert dict(baselines_of(experiment, weighed).left_out) == {"knn": "it cannot weigh rows"}
    rows = np.zeros((200_001, 1), np.float32)
    many = replace(dataset, train=Rows(rows, np.zeros(len(rows), np.int64)))
    assert "200,001 training rows" in baselines_of(experiment, many).left_out["knn"]
    few = replace(dataset, train=dataset.train.take(slice(0, 3)))
    assert estimator(baselines_of(experiment, few).experiments["knn"])[1]["n_neighbors"] == 3


def test_a_table_in_parts_is_taken_whole(read: Read) -> None:
    lines = "dataset: {source: iris, inputs: {long: [petal_length, sepal_length], wide: [petal_width]}}"
    experiment, _ = read(config=NETWORK)
    experiment = experiment.changed(
        dataset=experiment.dataset.model_copy(
            update={"inputs": {"long": ("petal_length",)}, "preprocess": {"long": ()}}
        )
    )
    whole = with_table_whole(experiment).dataset
    assert (whole.inputs, whole.preprocess) == (None, None), lines


def test_folds_are_scikit_learns(read: Read) -> None:
    experiment, dataset = read("dataset: {source: iris, preprocess: [Normalization]}")
    found = cross_validated(prepare(experiment, dataset), 5)
    plain = make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", max_iter=100, random_state=42))
    x = np.asarray(dataset.train.x, np.float64)
    scores = cross_validate(plain, x, dataset.train.class_numbers, cv=5)["test_score"]
    assert found["metrics"]["accuracy"]["values"] == pytest.approx(scores.tolist())
    assert found["metrics"]["accuracy"]["mean"] == pytest.approx(scores.mean())
    assert found["metrics"]["accuracy"]["deviation"] == pytest.approx(scores.std())
    assert (found["folds"], found["rows"]) == (5, 150)


def test_more_folds_than_rows_of_a_class(read: Read) -> None:
    _, dataset = read()
    with pytest.raises(DataError, match="41 folds need 41 rows of every class, and there are 40"):
        check_folds(dataset, 41)


def test_runs_that_compare_puts_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "flowers.yaml").write_text(NETWORK)
    with pytest.raises(DataError, match="folds need"):
        fit_baselines(tmp_path / "flowers.yaml", folds=50, runs_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
    found = fit_baselines(tmp_path / "flowers.yaml", folds=2, runs_dir=tmp_path / "runs")
    assert [run.status for run in found.runs] == ["completed"] * 4
    comparison = compare_runs(found.runs, "cv_accuracy")
    assert comparison.sorted_by == "cv accuracy"
    [column] = [column for column in comparison.columns if column.name == "cv accuracy"]
    texts = {row.figures.run.record["name"]: row.cells[column.name].text for row in comparison.rows}
    assert texts["flowers-trivial"] == "0.3333 ± 0.0000"
    [deviation] = [column for column in comparison.columns if column.name == "deviation of cv accuracy"]
    assert deviation.is_detail
    assert comparison.rows[-1].cells[deviation.name].value == 0


def test_several_outputs_have_no_baselines(read: Read) -> None:
    experiment, dataset = read(config=NETWORK)
    of_two = replace(dataset, targets={"a": dataset.targets[""], "b": dataset.targets[""]})
    with pytest.raises(ConfigError, match="baselines are of one output"):
        baselines_of(experiment, of_two)
