"""The rows that were told best and worst: which they are, and that they can be read."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import drawn, faults_of

from dnnrun.analysis.plots.best_and_worst import draw_best_and_worst, gather_best_and_worst
from dnnrun.errors import RunError

CLASSES = {"split": "test", "task": "classification", "classification": {"classes": ["cat", "dog"]}}
ARRAYS = {
    "predicted": np.array([[0.75], [0.125], [0.5]]),
    "true": np.array([1, 1, 0]),
    "predicted_class": np.array([1, 0, 0]),
    "best_rows": np.array([0]),
    "worst_rows": np.array([1, 2]),
}
TABLE = {
    "example_columns": np.array(["age", "city"]),
    "example_values": np.array([["3", "Bonn"], ["4", ""], ["5", "Ulm"]]),
}


def test_rows_of_a_table_are_shown_by_their_columns(make_run):
    found = gather_best_and_worst(make_run(evaluation=CLASSES, predictions={**ARRAYS, **TABLE}))
    assert (found.columns, found.measure) == (["age", "city"], "probability of the true class")
    [best] = found.best
    assert (best.row, best.true, best.predicted, best.measure, best.values) == (0, "dog", "dog", "75.0%", ["3", "Bonn"])
    assert [(each.row, each.predicted, each.measure) for each in found.worst] == [
        (1, "cat", "12.5%"),
        (2, "cat", "50.0%"),
    ]


def test_images_are_shown_with_their_classes(make_run):
    images = np.array([[[0]], [[51]], [[255]]], dtype=np.uint8)
    found = gather_best_and_worst(make_run(evaluation=CLASSES, predictions={**ARRAYS, "example_inputs": images}))
    worst = found.worst[0].sample
    assert (worst.true, worst.predicted, worst.probability, worst.image.item()) == (
        "dog",
        "cat",
        0.875,
        pytest.approx(0.2),
    )
    assert found.columns == []


def test_values_are_shown_with_their_error(make_run):
    arrays = {"predicted": np.array([[1.5], [9.0]]), "true": np.array([[1.0], [2.0]])}
    rows = {"best_rows": np.array([0]), "worst_rows": np.array([1])}
    found = gather_best_and_worst(make_run(evaluation={"task": "regression"}, predictions={**arrays, **rows}))
    assert found.measure == "error"
    assert [(e.true, e.predicted, e.measure, e.values) for e in found.worst] == [("2.0000", "9.0000", "7.0000", [])]


def test_older_runs_and_rows_of_other_predictions(make_run):
    assert gather_best_and_worst(make_run(predictions={"true": np.zeros(2), "predicted": np.zeros(2)})) is None
    with pytest.raises(RunError, match="not of the same rows"):
        gather_best_and_worst(make_run(evaluation=CLASSES, predictions={**ARRAYS, "best_rows": np.array([3])}))
    with pytest.raises(RunError, match="not of the same rows"):
        gather_best_and_worst(make_run("b", predictions={**ARRAYS, "example_inputs": np.zeros((2, 4, 4))}))


def many(count, **inputs):
    half = count // 2
    return {
        "predicted": np.full((count, 2), 0.5),
        "true": np.arange(count) % 2,
        "predicted_class": np.zeros(count, dtype=int),
        "best_rows": np.arange(half),
        "worst_rows": np.arange(half, count),
        **inputs,
    }


WIDE = {
    "example_columns": np.array([f"a column with a long name {n}" for n in range(64)]),
    "example_values": np.full((24, 64), "a cell with a long text"),
}
TEXT = {"example_columns": np.array(["text"]), "example_values": np.full((24, 1), "words of a review " * 10)}


@pytest.mark.parametrize(
    "arrays",
    [
        many(24, example_inputs=np.zeros((24, 9, 9, 3))),
        many(1, example_inputs=np.zeros((1, 9, 9))),
        many(24, **WIDE),
        many(24, **TEXT),
        many(24),
        {**ARRAYS, **TABLE},
    ],
    ids=["images", "one image", "64 columns", "texts", "no inputs", "a small table"],
)
def test_best_and_worst_can_be_read(make_run, arrays):
    evaluation = {**CLASSES, "classification": {"classes": ["a class with a very long name", "$x^{"]}}
    run = make_run("long_name" * 9, evaluation=evaluation, predictions=arrays)
    assert faults_of(drawn(draw_best_and_worst, gather_best_and_worst(run))) == []
