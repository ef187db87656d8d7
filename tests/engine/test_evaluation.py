"""How good a model is: the figures are scikit-learn's, the trivial guess is what it says, the right rows are judged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics

from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.engine.evaluation import (
    evaluate,
    evaluated_raw_rows,
    predicted_classes,
)
from dnnrun.engine.preparation import Prepared
from dnnrun.running.figures import classification_figures, regression_figures
from tests.data.pieces import streamed
from tests.engine.conftest import BOSTON, PIMA

Build = Callable[..., Prepared]


def test_figures_of_each_class_are_those_of_scikit_learn(build: Build) -> None:
    dataset = build().dataset
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 3, 200), rng.integers(0, 2, 200)  # class 2 is never predicted
    figures = classification_figures(true, predicted, dataset)
    report = sklearn.metrics.classification_report(true, predicted, output_dict=True, zero_division=0)
    for number in range(3):
        for ours, theirs in (
            ("precision", "precision"),
            ("recall", "recall"),
            ("f1", "f1-score"),
            ("support", "support"),
        ):
            assert figures[ours][number] == pytest.approx(report[str(number)][theirs])
    right = sum(figures["confusion_matrix"][number][number] for number in range(len(figures["classes"])))
    assert right / sum(figures["support"]) == pytest.approx(report["accuracy"])
    assert figures["macro_f1"] == pytest.approx(report["macro avg"]["f1-score"])
    assert figures["confusion_matrix"] == sklearn.metrics.confusion_matrix(true, predicted).tolist()
    assert figures["classes"] == ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]


def test_a_class_that_no_row_has_keeps_its_place(build: Build) -> None:
    figures = classification_figures(np.array([0, 0, 2]), np.array([0, 2, 2]), build().dataset)
    assert figures["confusion_matrix"] == [[1, 0, 1], [0, 0, 0], [0, 0, 1]]
    assert figures["support"] == [2, 0, 1]


def test_figures_of_regression() -> None:
    true, predicted = np.array([[1.0], [2], [4]]), np.array([[1.0], [3], [2]])
    figures = regression_figures(true, predicted)
    assert figures["mae"] == pytest.approx(1)
    assert figures["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert figures["r2"] == pytest.approx(1 - 5 / (14 / 3))
    assert math.isnan(regression_figures(true[:1], predicted[:1])["r2"])


@pytest.mark.parametrize(
    ("loss", "predicted", "classes"),
    [
        ("sparse_categorical_crossentropy", [[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], [1, 0]),
        ("{SparseCategoricalCrossentropy: {from_logits: true}}", [[-3, -2, -9], [4, 0, 3]], [1, 0]),
        ("binary_crossentropy", [[0.4], [0.5], [0.6]], [0, 0, 1]),
        ("{BinaryCrossentropy: {from_logits: true}}", [[-0.1], [0.4], [3]], [0, 1, 1]),
        ("{BinaryCrossentropy: {from_logits: false}}", [[0.4], [0.6]], [0, 1]),
        ("hinge", [[-0.2], [0.1]], [0, 1]),
    ],
)
def test_predicted_classes(
    loss: str, predicted: list[list[float]], classes: list[int], load: Callable[..., Experiment]
) -> None:
    assert predicted_classes(np.array(predicted), load(f"loss: {loss}").loss).tolist() == classes


def test_accuracy_of_logits_is_warned_of(build: Build) -> None:
    with pytest.warns(UserWarning, match="BinaryAccuracy: {threshold: 0}"):
        build(PIMA % ("", "{BinaryCrossentropy: {from_logits: true}}"))


@pytest.mark.parametrize(
    ("splits", "judged", "rows"),
    [
        ("test_split: 0.2, validation_split: 0.25", "test", 30),
        ("validation_split: 0.2", "validation", 30),
        ("stratify: false", "training", 150),
    ],
)
def test_which_rows_are_judged(splits: str, judged: str, rows: int, build: Build) -> None:
    prepared = build(f"dataset: {{source: iris, {splits}}}\nmetrics: [accuracy]")
    evaluation = evaluate(
        prepared.model, prepared.loop, prepared.experiment, prepared.dataset, prepared.builder, prepared.raw
    )
    assert (evaluation.figures["split"], evaluation.figures["rows"]) == (judged, rows)
    split = prepared.dataset.splits["train" if judged == "training" else judged]
    figures = evaluation.figures["classification"]
    assert figures["support"] == np.bincount(split.y, minlength=3).tolist()
    right = sum(figures["confusion_matrix"][number][number] for number in range(len(figures["classes"])))
    assert right / sum(figures["support"]) == pytest.approx(evaluation.figures["metrics"]["accuracy"])
    assert list(evaluation.figures["metrics"]) == ["loss", "accuracy"]
    predicted = prepared.model.predict(split.x, verbose=0)
    assert evaluation.predictions["predicted"] == pytest.approx(predicted, abs=1e-6)
    assert evaluation.predictions["true"].tolist() == split.y.tolist()
    assert evaluation.predictions["predicted_class"].tolist() == predicted.argmax(axis=1).tolist()


def test_of_many_training_rows_on_disk_some_are_judged(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnrun.engine.evaluation._MOST_TRAINING_ROWS", 30)
    prepared = build("dataset: {source: iris, stratify: false}\nmetrics: [accuracy]")
    rows = prepared.dataset.train
    dataset = replace(prepared.dataset, train=streamed(rows, [60, 40, 50]))
    raw = evaluated_raw_rows(dataset)
    found = evaluate(prepared.model, prepared.loop, prepared.experiment, dataset, prepared.builder, raw)
    assert (found.figures["split"], found.figures["rows"]) == ("training", 30)
    assert len(found.predictions["predicted"]) == 30
    assert set(found.predictions["true"]) == {0, 1, 2}


def test_regression_is_judged_in_the_unit_of_the_target(build: Build) -> None:
    prepared = build(BOSTON)
    evaluation = evaluate(
        prepared.model, prepared.loop, prepared.experiment, prepared.dataset, prepared.builder, prepared.raw
    )
    figures = evaluation.figures["regression"]
    assert figures["mae"] == pytest.approx(evaluation.figures["metrics"]["mae"], rel=1e-4)
    assert figures["rmse"] ** 2 == pytest.approx(evaluation.figures["metrics"]["loss"], rel=1e-4)
    assert "classification" not in evaluation.figures


def test_some_images_are_kept_as_they_are(build: Build) -> None:
    prepared = build(
        "dataset: {source: mnist, limit: 40}\nmodel: {layers: [Flatten, {Dense: {units: 10, activation: softmax}}]}"
    )
    evaluation = evaluate(
        prepared.model, prepared.loop, prepared.experiment, prepared.dataset, prepared.builder, prepared.raw
    )
    test = resolve_data(prepared.experiment)[1].splits["test"]
    assert np.array_equal(evaluation.predictions["sample_inputs"], test.x[:25])
    assert evaluation.predictions["sample_rows"].tolist() == list(range(25))


def test_a_model_of_ones_own_is_judged_too(build: Build) -> None:
    prepared = build("model: own:Own\nmetrics: [accuracy]")
    evaluation = evaluate(
        prepared.model, prepared.loop, prepared.experiment, prepared.dataset, prepared.builder, prepared.raw
    )
    assert evaluation.figures["trivial"]["metrics"]["accuracy"] == pytest.approx(1 / 3)
    assert evaluation.figures["classification"]["support"] == [50, 50, 50]


def test_one_row_that_is_not_a_batch(build: Build) -> None:
    prepared = build("metrics: [accuracy]")
    dataset = replace(prepared.dataset, test=prepared.dataset.train.take(slice(1)))
    raw = evaluated_raw_rows(dataset)
    evaluation = evaluate(prepared.model, prepared.loop, prepared.experiment, dataset, prepared.builder, raw)
    assert evaluation.figures["rows"] == 1
