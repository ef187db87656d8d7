"""What the numbers of a network mean, by the loss that it was trained with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dnnrun.components import Component
from dnnrun.config.outputs import Output
from dnnrun.data.dataset import Target
from dnnrun.running.predictions import prediction_of, targets_of_record

THREE, TWO = Target("classification", ("a", "b", "c")), Target("classification", ("no", "yes"))
LOGITS = {"from_logits": True}


def _output(loss: str, **arguments: Any) -> Output:
    return Output("", Component(loss, arguments))


def test_logits_become_probabilities() -> None:
    raw = np.log(np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]]))
    said = prediction_of(raw, THREE, _output("SparseCategoricalCrossentropy", **LOGITS), is_postprocessed=False)
    np.testing.assert_allclose(said.numbers, np.exp(raw))
    assert said.values.tolist() == ["c", "a"]
    assert said.probabilities is not None
    huge = prediction_of(
        np.array([[1e4, 0, -1e4]]), THREE, _output("CategoricalCrossentropy", **LOGITS), is_postprocessed=False
    )
    assert huge.numbers.tolist() == [[1, 0, 0]]
    each = prediction_of(np.zeros((1, 3)), THREE, _output("BinaryCrossentropy", **LOGITS), is_postprocessed=False)
    assert each.numbers.tolist() == [[0.5, 0.5, 0.5]]


def test_what_postprocess_made_probabilities_stays() -> None:
    raw = np.array([[0.2, 0.3, 0.5]])
    said = prediction_of(raw, THREE, _output("SparseCategoricalCrossentropy", **LOGITS), is_postprocessed=True)
    assert said.numbers is raw
    assert said.probabilities is raw


@pytest.mark.parametrize(
    ("output", "raw", "numbers", "labels", "is_probable"),
    [
        (_output("binary_crossentropy"), [0.25, 0.75], [[0.75, 0.25], [0.25, 0.75]], ["no", "yes"], True),
        (_output("BinaryCrossentropy", **LOGITS), [0.0, 50.0], [[0.5, 0.5], [0, 1]], ["no", "yes"], True),
        (_output("hinge"), [-0.5, 0.25], [[0.5, -0.5], [-0.25, 0.25]], ["no", "yes"], False),
        (_output("mse"), [0.25, 0.75], [[0.75, 0.25], [0.25, 0.75]], ["no", "yes"], False),
    ],
)
def test_one_number_for_two_classes(
    output: Output, raw: list[float], numbers: list[list[float]], labels: list[str], is_probable: bool
) -> None:
    said = prediction_of(np.array(raw)[:, None], TWO, output, is_postprocessed=False)
    np.testing.assert_allclose(said.numbers, numbers, atol=1e-12)
    assert said.values.tolist() == labels
    assert (said.probabilities is not None) is is_probable


def test_units_beyond_the_classes_have_names() -> None:
    raw = np.array([[0.1, 0.2, 0.7]])
    said = prediction_of(raw, TWO, _output("sparse_categorical_crossentropy"), is_postprocessed=False)
    assert said.values.tolist() == ["class 2"]
    fewer = prediction_of(raw[:, :2], THREE, _output("sparse_categorical_crossentropy"), is_postprocessed=False)
    assert fewer.class_numbers is None


def test_values_of_a_regression() -> None:
    said = prediction_of(np.array([[1.0], [2.0]]), Target("regression"), _output("mse"), is_postprocessed=False)
    assert said.values.tolist() == [1, 2]
    assert said.labels is None
    assert said.probabilities is None


def test_targets_of_a_record() -> None:
    several = {
        "task": {"kind": "classification", "price": "regression"},
        "classes": {"kind": ["a", "b"], "price": None},
    }
    assert targets_of_record({"dataset": several}) == {
        "kind": Target("classification", ("a", "b")),
        "price": Target("regression"),
    }
    assert targets_of_record({"dataset": {"task": "regression", "classes": None}}) == {"": Target("regression")}
