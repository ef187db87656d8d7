"""What the plots show, as numbers: nothing is drawn here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dnnrun.analysis.plots.confusion_matrix import gather_confusion_matrix
from dnnrun.analysis.plots.curves import BestEpoch, find_best_epoch
from dnnrun.analysis.plots.loss import gather_loss
from dnnrun.analysis.plots.metrics import gather_metrics
from dnnrun.analysis.plots.predicted_vs_true import gather_predicted_vs_true
from dnnrun.analysis.plots.samples import as_pictures, gather_samples
from dnnrun.errors import RunError

HISTORY = {"loss": [0.5, 0.3, 0.4], "mae": [3.0, 2.0, 1.0], "val_loss": [0.6, 0.5, 0.7], "val_auc": [0.5, 0.6, 0.7]}


def evaluation(classes, matrix):
    return {
        "split": "validation",
        "task": "classification",
        "classification": {"classes": classes, "confusion_matrix": matrix},
    }


def test_the_loss_stands_beside_the_validation_loss(make_run):
    run = make_run(history=HISTORY)
    loss = gather_loss(run)
    assert loss.run == run.name
    assert loss.curve.epochs == [1, 2, 3]
    assert loss.curve.training == HISTORY["loss"]
    assert loss.curve.validation == HISTORY["val_loss"]
    assert loss.best == BestEpoch(2, "val_loss", 0.5)


def test_a_run_without_validation_goes_by_its_loss(make_run):
    loss = gather_loss(make_run(history={"loss": [0.3, math.nan, 0.2]}))
    assert loss.curve.validation is None
    assert loss.best == BestEpoch(3, "loss", 0.2)


def test_metrics_are_joined_with_their_validation_twin_and_the_loss_is_left_out(make_run):
    metrics = gather_metrics(make_run(history=HISTORY))
    assert [(c.metric, c.training, c.validation) for c in metrics.curves] == [
        ("mae", [3.0, 2.0, 1.0], None),
        ("auc", None, [0.5, 0.6, 0.7]),
    ]


def test_a_run_before_its_first_epoch_has_no_curves(make_run):
    run = make_run(status=None)
    assert (gather_loss(run), gather_metrics(run)) == (None, None)
    assert gather_metrics(make_run(history={"loss": [0.1]})) is None


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        ({"epoch": 1, "metric": "val_auc", "value": 0.9}, BestEpoch(1, "val_auc", 0.9)),
        ({"epoch": 9, "metric": "val_loss", "value": 0.1}, None),
        ({"epoch": "x"}, None),
        (None, BestEpoch(2, "val_loss", 0.5)),
        ("best", BestEpoch(2, "val_loss", 0.5)),
    ],
)
def test_the_best_epoch_is_the_recorded_one_if_there_is_such(make_run, best, expected):
    assert find_best_epoch(make_run(history=HISTORY, best=best)) == expected


def test_a_run_that_never_had_a_number_has_no_best_epoch(make_run):
    assert find_best_epoch(make_run(history={"loss": [math.nan]})) is None


def test_the_confusion_matrix_is_shown_by_the_share_of_the_true_class(make_run):
    run = make_run(evaluation=evaluation(["a", "b", "c"], [[8, 2, 0], [5, 15, 0], [0, 0, 0]]))
    matrix = gather_confusion_matrix(run)
    assert matrix.counts.tolist() == [[8, 2, 0], [5, 15, 0], [0, 0, 0]]
    assert matrix.shares.tolist() == [[0.8, 0.2, 0], [0.25, 0.75, 0], [0, 0, 0]]
    assert (matrix.right, matrix.total, matrix.split) == (23, 30, "validation")
    assert matrix.most_confused == [("b", "a", 5), ("a", "b", 2)]


def test_a_confusion_matrix_that_does_not_fit_its_classes_is_an_error(make_run):
    with pytest.raises(RunError, match=r"shape \(1, 2\), but there are 2 classes"):
        gather_confusion_matrix(make_run(evaluation=evaluation(["a", "b"], [[1, 2]])))


def test_a_run_that_was_not_evaluated_has_no_confusion_matrix(make_run):
    assert gather_confusion_matrix(make_run()) is None
    assert gather_confusion_matrix(make_run(evaluation={"task": "regression"})) is None


def predictions(**changes):
    arrays = {
        "sample_inputs": np.array([[[0, 255]], [[51, 102]]], dtype=np.uint8),
        "sample_rows": np.array([2, 0]),
        "true": np.array([0, 1, 1]),
        "predicted_class": np.array([0, 0, 0]),
        "predicted": np.array([[0.75, 0.25], [0.5, 0.5], [0.875, 0.125]]),
    }
    return {**arrays, **changes}


def test_samples_are_looked_up_among_the_test_rows(make_run):
    run = make_run(evaluation=evaluation(["cat", "dog"], [[1, 0], [2, 0]]), predictions=predictions())
    first, second = gather_samples(run).samples
    assert (first.true, first.predicted, first.probability, first.is_right) == ("dog", "cat", 0.875, False)
    assert (second.true, second.predicted, second.probability, second.is_right) == ("cat", "cat", 0.75, True)
    np.testing.assert_allclose(second.image, [[0.2, 0.4]])


def test_samples_without_class_names_are_numbered(make_run):
    first, _ = gather_samples(make_run(predictions=predictions())).samples
    assert (first.true, first.predicted) == ("1", "0")


@pytest.mark.parametrize("outputs", [[[0.9], [0.2], [0.1]], [[-3.0, 2.0], [0.1, 0.2], [0.3, 0.4]]])
def test_an_output_that_is_no_distribution_gives_no_probability(make_run, outputs):
    first, _ = gather_samples(make_run(predictions=predictions(predicted=np.array(outputs)))).samples
    assert first.probability is None


def test_at_most_36_samples_are_shown(make_run):
    many = {"sample_inputs": np.zeros((50, 2, 2)), "sample_rows": np.arange(50) % 3}
    assert len(gather_samples(make_run(predictions=predictions(**many))).samples) == 36


@pytest.mark.parametrize(
    "arrays", [{}, {"true": np.zeros(2)}, predictions(sample_inputs=np.zeros((2, 7)))], ids=["none", "few", "no images"]
)
def test_a_run_without_images_has_no_samples(make_run, arrays):
    assert gather_samples(make_run(predictions=arrays)) is None


def test_samples_of_other_rows_are_an_error(make_run):
    with pytest.raises(RunError, match="not of the same rows"):
        gather_samples(make_run(predictions=predictions(sample_rows=np.array([0, 3]))))


@pytest.mark.parametrize(
    ("inputs", "shape", "low", "high"),
    [
        (np.array([[[0.25, 0.5]]]), (1, 1, 2), 0.25, 0.5),
        (np.array([[[0.0, 51.0]]]), (1, 1, 2), 0.0, 0.2),
        (np.array([[[1, 1]]], dtype=np.uint8), (1, 1, 2), 1 / 255, 1 / 255),
        (np.array([[[-2.0, 6.0]]]), (1, 1, 2), 0.0, 1.0),
        (np.array([[[np.nan, 1.0]]]), (1, 1, 2), 0.0, 1.0),
        (np.zeros((2, 4, 5, 1)), (2, 4, 5), 0.0, 0.0),
        (np.zeros((2, 4, 5, 3)), (2, 4, 5, 3), 0.0, 0.0),
        (np.zeros((2, 4, 5, 6)), (2, 4, 5, 3), 0.0, 0.0),
        (np.full((1, 2, 2), -3.0), (1, 2, 2), 0.0, 0.0),
    ],
)
def test_pictures_lie_between_black_and_white(inputs, shape, low, high):
    pictures = as_pictures(inputs)
    assert pictures.shape == shape
    np.testing.assert_allclose([pictures.min(), pictures.max()], [low, high], rtol=1e-6)


def regression(**scores):
    return {"split": "test", "task": "regression", "regression": scores}


def test_predicted_stands_against_true_and_rows_without_a_number_are_counted(make_run):
    arrays = {"true": np.array([[1.0], [2.0], [3.0]]), "predicted": np.array([[1.5], [np.inf], [2.5]])}
    rows = gather_predicted_vs_true(make_run(evaluation=regression(mae=0.5, rmse=0.6, r2=None), predictions=arrays))
    assert (rows.true.tolist(), rows.predicted.tolist(), rows.left_out) == ([1.0, 3.0], [1.5, 2.5], 1)
    assert rows.scores == {"MAE": 0.5}


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"true": np.zeros(3)},
        {"true": np.zeros((3, 2)), "predicted": np.zeros((3, 2))},
        {"true": np.full(3, np.nan), "predicted": np.zeros((3, 1))},
    ],
    ids=["nothing", "no predictions", "two targets", "no numbers"],
)
def test_predicted_against_true_needs_one_target(make_run, arrays):
    assert gather_predicted_vs_true(make_run(evaluation=regression(), predictions=arrays)) is None


def test_a_binary_classification_is_no_regression(make_run):
    run = make_run(evaluation=evaluation(["a", "b"], [[1, 0], [0, 1]]), predictions=predictions())
    assert gather_predicted_vs_true(run) is None


def test_predictions_of_other_rows_are_an_error(make_run):
    arrays = {"true": np.zeros(3), "predicted": np.zeros((2, 1))}
    with pytest.raises(RunError, match="2 predictions of 3 values"):
        gather_predicted_vs_true(make_run(evaluation=regression(), predictions=arrays))
