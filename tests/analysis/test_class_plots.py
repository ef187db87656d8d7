"""The plots of an evaluation by classes: their numbers, and that they can be read however many classes there are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawing import drawn, faults_of

from dnnrun.analysis.plots.calibration import Bin, draw_calibration, gather_calibration
from dnnrun.analysis.plots.class_predictions import gather_class_predictions
from dnnrun.analysis.plots.confusion_matrix import draw_confusion_matrix, draw_confusion_rates, gather_confusion_matrix
from dnnrun.analysis.plots.per_class import OneClass, draw_per_class, gather_per_class
from dnnrun.analysis.plots.precision_recall import draw_precision_recall, gather_precision_recall
from dnnrun.analysis.plots.roc import draw_roc, gather_roc
from dnnrun.errors import RunError


def evaluation(classes, matrix=None):
    figures = {"classes": classes, "confusion_matrix": np.asarray(matrix).tolist() if matrix is not None else None}
    return {"split": "test", "task": "classification", "classification": figures}


def two_classes(make_run, scores, true, said, classes=("no", "yes"), name="run"):
    arrays = {"predicted": np.asarray(scores), "true": np.asarray(true), "predicted_class": np.asarray(said)}
    return make_run(name, evaluation=evaluation(list(classes)), predictions=arrays)


@pytest.fixture
def four_rows(make_run):
    """Two rows of each class; one of 'no' has a higher score than one of 'yes'."""
    return two_classes(make_run, [[0.1], [0.6], [0.4], [0.9]], [0, 0, 1, 1], [0, 1, 0, 1])


def test_the_area_below_roc_is_how_often_a_positive_row_has_the_higher_score(four_rows):
    roc = gather_roc(four_rows)
    assert roc.area == 0.75
    assert (roc.positive, roc.rows, roc.predicted) == ("yes", (2, 2), (0.5, 0.5))
    assert list(zip(roc.false_positive_rate, roc.true_positive_rate, strict=True)) == [
        (0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1),
    ]  # fmt: skip


def test_average_precision_weighs_each_precision_by_the_recall_it_adds(four_rows):
    curve = gather_precision_recall(four_rows)
    assert curve.area == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert (curve.share, curve.rows, curve.predicted) == (0.5, 4, (0.5, 0.5))
    assert curve.recall[0] == 1
    assert (curve.precision[-1], curve.recall[-1]) == (1, 0)


def test_a_model_that_never_says_the_class_has_no_precision_there(make_run):
    curve = gather_precision_recall(two_classes(make_run, [[0.1], [0.2]], [0, 1], [0, 0]))
    assert curve.predicted[0] == 0
    assert math.isnan(curve.predicted[1])
    assert faults_of(drawn(draw_precision_recall, curve)) == []


@pytest.mark.parametrize(
    "scores",
    [[[-2.0], [0.5], [-1.0], [3.0]], [[1.0, 0.0], [0.0, 0.5], [1.0, 0.5], [0.0, 9.0]]],
    ids=["a logit", "a logit for each class"],
)
def test_scores_need_not_be_probabilities_for_roc(make_run, scores):
    run = two_classes(make_run, scores, [0, 0, 1, 1], [0, 1, 0, 1])
    assert gather_roc(run).area == 0.75
    assert gather_calibration(run) is None


def test_rows_without_a_finite_score_are_left_out(make_run):
    roc = gather_roc(two_classes(make_run, [[0.1], [math.nan], [0.4], [0.9]], [0, 0, 1, 1], [0, 0, 0, 1]))
    assert (roc.area, roc.rows) == (1.0, (2, 1))


@pytest.mark.parametrize(
    ("scores", "true", "classes"),
    [
        ([[0.1], [0.9]], [1, 1], ("no", "yes")),
        ([[0.1, 0.2, 0.7], [0.9, 0.1, 0]], [0, 1], ("a", "b", "c")),
        ([[0.1, 0.2, 0.7], [0.9, 0.1, 0]], [0, 1], ("no", "yes")),
        ([[math.nan], [math.nan]], [0, 1], ("no", "yes")),
    ],
    ids=["rows of one class only", "three classes", "a column too many", "no score at all"],
)
def test_what_is_no_evaluation_by_two_classes_has_no_roc(make_run, scores, true, classes):
    run = two_classes(make_run, scores, true, [0, 0], classes)
    assert (gather_roc(run), gather_precision_recall(run)) == (None, None)


def test_predictions_of_other_rows_are_an_error(make_run):
    with pytest.raises(RunError, match="2 predictions of 3 rows"):
        gather_roc(two_classes(make_run, [[0.1]] * 3, [0, 1, 1], [0, 1]))


def test_a_single_column_is_the_probability_of_the_second_class_where_a_half_decides(make_run):
    probabilities = gather_class_predictions(two_classes(make_run, [[0.25], [0.75]], [0, 1], [0, 1])).probabilities
    assert probabilities.tolist() == [[0.75, 0.25], [0.25, 0.75]]
    logits = two_classes(make_run, [[0.25], [0.75]], [0, 1], [1, 1])
    assert gather_class_predictions(logits).probabilities is None


def test_calibration_of_two_classes_is_of_the_second(make_run):
    scores = [[0.1], [0.1], [0.8], [0.8], [0.8], [1.0]]
    found = gather_calibration(two_classes(make_run, scores, [0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 1, 1]))
    assert found.of == "'yes'"
    assert found.counts == [0, 2, 0, 0, 0, 0, 0, 0, 3, 1]
    assert [(each.rows, each.share) for each in found.bins] == [(2, 0.5), (3, 2 / 3), (1, 1)]
    assert found.error == pytest.approx((2 * 0.4 + 3 * (0.8 - 2 / 3)) / 6)


def test_calibration_of_more_classes_is_of_the_predicted_one(make_run):
    predicted = np.array([[0.7, 0.2, 0.1], [0.1, 0.15, 0.75]])
    arrays = {"predicted": predicted, "true": np.array([0, 1]), "predicted_class": np.array([0, 2])}
    found = gather_calibration(make_run(evaluation=evaluation(["a", "b", "c"]), predictions=arrays))
    assert found.of == "the predicted class"
    [only] = found.bins
    assert (only.rows, only.share, only.probability) == (2, 0.5, pytest.approx(0.725))


def test_the_interval_of_a_bin_is_wilsons(make_run):
    found = gather_calibration(two_classes(make_run, [[0.95]] * 4 + [[0.05]], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]))
    # Wilson's 95 % interval of 3 in 4, from its formula.
    z, n, p = 1.959963984540054, 4, 0.75
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = Bin(4, 0.95, 0.75, (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n))
    last = found.bins[-1]
    assert (last.rows, last.share) == (expected.rows, expected.share)
    assert (last.low, last.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_classes_stand_with_the_worst_first_and_what_cannot_be_told_is_nan(make_run):
    per_class = gather_per_class(make_run(evaluation=evaluation(["a", "b", "c"], [[8, 2, 0], [1, 1, 0], [0, 0, 0]])))
    b, a, c = per_class.classes
    assert a == OneClass("a", 8 / 9, 0.8, 16 / 19, 10)
    assert b == OneClass("b", 1 / 3, 0.5, 2 / 5, 2)
    assert (c.name, c.support) == ("c", 0)
    assert all(map(math.isnan, (c.precision, c.recall, c.f1)))


def test_of_very_many_classes_the_worst_are_shown(make_run):
    matrix = np.diag(np.full(300, 10))
    matrix[7, 7:9] = 3, 7
    per_class = gather_per_class(make_run(evaluation=evaluation([str(n) for n in range(300)], matrix)))
    assert (len(per_class.classes), per_class.count, per_class.classes[0].name) == (100, 300, "7")


def test_rates_are_exact_about_nothing_and_everything(make_run):
    matrix = [[10_000, 1, 0], [0, 5, 0], [1, 1, 1]]
    figure = drawn(draw_confusion_rates, gather_confusion_matrix(make_run(evaluation=evaluation("abc", matrix))))
    cells = [text.get_text() for text in figure.axes[0].texts]
    assert cells == [">99.9", "<0.1", "0", "0", "100", "0", "33.3", "33.3", "33.3"]


LONG = [f"a class with a very long name, number {number}" for number in range(20)]


@pytest.mark.parametrize("classes", [["no", "yes"], LONG, [str(n) for n in range(100)], ["one"]], ids=len)
def test_pictures_of_classes_can_be_read(make_run, classes):
    matrix = np.random.default_rng(0).integers(0, 9, (len(classes), len(classes))) + 90 * np.eye(
        len(classes), dtype=int
    )
    run = make_run("an_experiment_with_a_long_name" * 3, evaluation=evaluation(classes, matrix))
    confusion = gather_confusion_matrix(run)
    assert faults_of(drawn(draw_confusion_matrix, confusion)) == []
    assert faults_of(drawn(draw_confusion_rates, confusion)) == []
    assert faults_of(drawn(draw_per_class, gather_per_class(run))) == []


@pytest.mark.parametrize("rows", [2, 500])
def test_pictures_of_two_classes_can_be_read(make_run, rows):
    random = np.random.default_rng(1)
    true = np.arange(rows) % 2
    scores = np.clip(random.normal(0.3 + 0.4 * true, 0.2), 0, 1)
    run = two_classes(make_run, scores[:, None], true, scores > 0.5, ["no", LONG[0]], name="long_name" * 12)
    assert faults_of(drawn(draw_roc, gather_roc(run))) == []
    assert faults_of(drawn(draw_precision_recall, gather_precision_recall(run))) == []
    assert faults_of(drawn(draw_calibration, gather_calibration(run))) == []
