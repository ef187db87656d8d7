"""The learning rate and the residuals: their numbers exactly, and that they can be read."""

from __future__ import annotations

import math

import numpy as np
import pytest
from drawing import drawn, faults_of

from dnnrun.analysis.plots.learning_rate import LearningRate, draw_learning_rate, gather_learning_rate
from dnnrun.analysis.plots.predicted_vs_true import draw_predicted_vs_true
from dnnrun.analysis.plots.residuals import draw_residuals, gather_residuals


def test_words_that_cannot_be_read_are_found():
    def draw(figure, _):
        figure.set_size_inches(2, 2)
        axes = figure.add_subplot()
        axes.set_xticks([0, 0.01, 1], ["first", "second", "third"])
        figure.text(0.95, 0.5, "over the edge")

    assert faults_of(drawn(draw, None)) == ["'first' lies upon 'second'", "'over the edge' is cut off"]


def test_the_learning_rate_is_that_of_the_history(make_run):
    rate = gather_learning_rate(make_run(history={"loss": [0.5, 0.4]}))
    assert (rate.epochs, rate.values) == ([1, 2], [0.001, 0.001])
    assert gather_learning_rate(make_run(status=None)) is None


@pytest.mark.parametrize(
    "values",
    [
        [0.01],
        [0.0, 0.0],
        [0.1, math.nan, 0.05],
        [10.0 ** -(n / 10) for n in range(60)],
        [float(np.cos(n / 40) ** 2) for n in range(300)],
    ],
    ids=["one epoch", "zero", "a gap", "decades", "300 epochs"],
)
def test_a_learning_rate_can_be_read(values):
    rate = LearningRate("name_of_a_run" * 8, list(range(1, len(values) + 1)), values)
    assert faults_of(drawn(draw_learning_rate, rate)) == []


def regression(make_run, true, predicted):
    arrays = {"true": np.asarray(true, float), "predicted": np.asarray(predicted, float)}
    return make_run(evaluation={"split": "test", "task": "regression", "regression": {}}, predictions=arrays)


def test_a_residual_is_predicted_minus_true(make_run):
    found = gather_residuals(regression(make_run, [[1], [2], [3]], [[2], [math.nan], [1]]))
    assert found.residuals.tolist() == [1, -2]
    assert (found.mean, found.deviation, found.rows.left_out) == (-0.5, 1.5, 1)


def test_a_run_of_classes_has_no_residuals(make_run):
    assert gather_residuals(make_run()) is None


@pytest.mark.parametrize(
    ("true", "predicted"),
    [
        ([5.0], [5.0]),
        (np.zeros(50), np.zeros(50)),
        (np.linspace(0, 1e9, 3000), np.linspace(1e9, -1e9, 3000)),
        (np.linspace(0, 1e-9, 30), np.linspace(1e-9, 0, 30)),
    ],
    ids=["one row", "all exact", "3,000 huge ones", "tiny ones"],
)
def test_residuals_can_be_read(make_run, true, predicted):
    found = gather_residuals(regression(make_run, true, predicted))
    assert faults_of(drawn(draw_residuals, found)) == []
    assert faults_of(drawn(draw_predicted_vs_true, found.rows)) == []
