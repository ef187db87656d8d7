"""Which rows are kept to look at, and how much of them."""

from __future__ import annotations

import numpy as np
import pytest

from dnnrun.config.outputs import ONLY
from dnnrun.data.dataset import Dataset, Rows, Target
from dnnrun.running import examples
from dnnrun.running.examples import best_and_worst, how_far_off, raw_rows, samples_of


def dataset_of(x, images=(), names=None):
    rows = Rows(x, np.zeros(len(next(iter(x.values())) if isinstance(x, dict) else x), dtype=int))
    return Dataset(
        "made", {ONLY: Target("classification", ("a", "b"))}, rows, None, rows, names, frozenset(images), "0"
    )


def binary(scores, true, said=None):
    scores = np.asarray(scores, float)[:, None]
    said = scores[:, 0] > 0.5 if said is None else np.asarray(said)
    return {"predicted": scores, "true": np.asarray(true), "predicted_class": said.astype(int)}


@pytest.mark.parametrize(
    ("predictions", "ascending"),
    [
        (binary([0.9, 0.3, 0.8, 0.4], [1, 0, 0, 1]), [0, 1, 3, 2]),
        (binary([2.0, -3.0, 1.0, -0.5], [1, 0, 0, 1], [1, 0, 1, 0]), [1, 0, 3, 2]),
        (
            {
                "predicted": np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.5, 0.4, 0.1]]),
                "true": np.array([0, 0, 1]),
                "predicted_class": np.array([0, 2, 0]),
            },
            [0, 2, 1],
        ),
        (
            {
                "predicted": np.array([[9.0, 0.0], [5.0, 4.9], [9.0, 5.0]]),
                "true": np.array([0, 0, 1]),
                "predicted_class": np.array([0, 0, 0]),
            },
            [0, 1, 2],
        ),
        ({"predicted": np.array([[1.0], [5.0], [2.0]]), "true": np.array([[1.5], [1.0], [2.0]])}, [2, 0, 1]),
        (
            {"predicted": np.array([[0.0, 10.0], [1.0, 0.0]]), "true": np.array([[0.0, 0.0], [0.0, 100.0]])},
            [0, 1],
        ),
        (binary([0.1, np.nan, 0.2], [0, 0, 0]), [0, 2, 1]),
    ],
    ids=["probability", "logit", "probabilities", "logits", "numbers", "columns of other size", "NaN"],
)
def test_how_far_off_predictions_are(predictions, ascending):
    assert np.argsort(how_far_off(predictions), kind="stable").tolist() == ascending


def test_logits_are_told_by_what_softmax_makes_of_them():
    logits = np.array([[2.0, -1.0]])
    predictions = {"predicted": logits, "true": np.array([1]), "predicted_class": np.array([0])}
    assert how_far_off(predictions) == pytest.approx(-np.log(np.exp(-1) / np.exp(logits).sum()))


def test_the_best_and_the_worst_rows_of_a_table_are_kept_with_their_cells():
    x = np.arange(80, dtype=np.float32).reshape(40, 2) / 8
    dataset = dataset_of(x, names=("age", "weight"))
    scores = np.linspace(0, 1, 40)
    kept = best_and_worst(dataset, raw_rows(dataset.train), binary(scores, np.zeros(40)))
    assert kept["best_rows"].tolist() == list(range(12))
    assert kept["worst_rows"].tolist() == list(range(39, 27, -1))
    assert kept["example_columns"].tolist() == ["age", "weight"]
    assert kept["example_values"][[0, 1, 12]].tolist() == [["0", "0.125"], ["0.25", "0.375"], ["9.75", "9.875"]]


@pytest.mark.parametrize(("rows", "best", "worst"), [(1, [], [0]), (2, [0], [1]), (5, [0, 1], [4, 3, 2])])
def test_no_row_is_among_the_best_and_the_worst(rows, best, worst):
    dataset = dataset_of(np.zeros((rows, 1)))
    kept = best_and_worst(dataset, raw_rows(dataset.train), binary(np.linspace(0, 1, rows), np.zeros(rows)))
    assert (kept["best_rows"].tolist(), kept["worst_rows"].tolist()) == (best, worst)


def test_columns_of_several_kinds_and_inputs_are_kept_under_their_names():
    x = {
        "age": np.array([[3.0], [np.nan]]),
        "city": np.array([["Bonn"], [None]], dtype=object),
        "more": np.array([[1, 2], [3, 4]]),
        "signal": np.zeros((2, 500)),
        "picture": np.zeros((2, 4, 4)),
    }
    names = {"age": ("age",), "city": ("city",), "more": ("left", "right"), "signal": None}
    kept = best_and_worst(dataset_of(x, names=names), raw_rows(dataset_of(x).train), binary([0.1, 0.9], [0, 0]))
    assert kept["example_columns"].tolist() == ["age", "city", "more.left", "more.right"]
    assert kept["example_values"].tolist() == [["3", "Bonn", "1", "2"], ["", "", "3", "4"]]


def test_what_is_kept_is_bounded():
    images = np.zeros((30, 300, 129, 3), dtype=np.uint8)
    dataset = dataset_of(images, images={ONLY})
    kept = best_and_worst(dataset, raw_rows(dataset.train), binary(np.zeros(30), np.zeros(30)))
    assert kept["example_inputs"].shape == (24, 100, 65, 3)
    texts = np.array([["word " * 1000], ["x"]], dtype=object)
    kept = best_and_worst(dataset_of(texts), raw_rows(dataset_of(texts).train), binary([0, 0], [0, 0]))
    assert kept["example_columns"].tolist() == ["text"]
    assert max(map(len, kept["example_values"].flat)) == 200


def test_of_large_rows_some_from_all_over_are_kept_during_the_training(monkeypatch):
    monkeypatch.setattr(examples, "_MOST_BYTES", 100 * 64 * 8)
    x = np.arange(1000.0)[:, None] + np.zeros(64)
    raw = raw_rows(dataset_of(x).train)
    assert (len(raw.rows), raw.numbers[0], raw.numbers[-1]) == (100, 0, 999)
    assert raw.take(raw.numbers[[7, 3]]).x[:, 0].tolist() == raw.numbers[[7, 3]].tolist()
    monkeypatch.setattr(examples, "_MOST_BYTES", 10**9)
    view = raw_rows(dataset_of(x[500:]).train)
    assert view.rows.x.base is None


def test_the_first_images_are_kept_as_they_are():
    images = np.arange(40 * 4, dtype=np.uint8).reshape(40, 2, 2)
    dataset = dataset_of(images, images={ONLY})
    kept = samples_of(dataset, raw_rows(dataset.train))
    assert kept["sample_rows"].tolist() == list(range(25))
    assert np.array_equal(kept["sample_inputs"], images[:25])
    assert samples_of(dataset_of(np.zeros((3, 2))), raw_rows(dataset.train)) == {}


def test_nothing_is_kept_where_predictions_cannot_be_judged():
    dataset = dataset_of(np.zeros((3, 1)))
    assert best_and_worst(dataset, raw_rows(dataset.train), {"predicted": np.zeros((3, 2))}) == {}
