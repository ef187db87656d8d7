"""Which class a key of class_weight means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from dnnrun.config.schema import Experiment
from dnnrun.data.class_weights import class_weights
from dnnrun.data.load import load_dataset
from dnnrun.errors import ConfigError

SPARSE = "sparse_categorical_crossentropy"
Make = Callable[..., Experiment]


@pytest.fixture
def weigh(experiment: Make) -> Callable[..., dict[int, float] | None]:
    """Return the weights of labels under the given keys."""

    def make(labels: list[object], weights: str) -> dict[int, float] | None:
        np.savez("t.npz", x=np.arange(len(labels))[:, None], y=np.array(labels))
        made = experiment("source: {npz: t.npz}", loss=SPARSE, class_weight=weights)
        return class_weights(made, load_dataset(made))

    return make


@pytest.mark.parametrize(
    ("labels", "weights", "expected"),
    [
        ([0, 1, 2], "{0: 1, 2: 5}", {0: 1, 2: 5}),
        ([0, 1, 2], "{'2': 5}", {2: 5}),
        ([1, 2], "{1: 10}", {0: 10}),
        ([1, 2], "{'1': 10, 2: 3}", {0: 10, 1: 3}),
        ([-1, 1], "{-1: 2}", {0: 2}),
        (["cat", "dog"], "{dog: 3}", {1: 3}),
        (["cat", "dog"], "{0: 2, dog: 3}", {0: 2, 1: 3}),
    ],
)
def test_a_key_is_a_label_before_it_is_a_number(
    labels: list[object], weights: str, expected: dict[int, float], weigh: Callable[..., dict[int, float] | None]
) -> None:
    assert weigh(labels, weights) == {number: expected.get(number, 1) for number in range(len(labels))}


@pytest.mark.parametrize(
    ("labels", "weights", "says"),
    [
        ([1, 2], "{0: 1}", "class_weight names 0, which is not a class"),
        ([0, 1], "{2: 1}", "class_weight names 2, which is not a class"),
        ([0, 1], "{1: 1, '1': 2}", "class_weight names '1', which is a class that has a weight already"),
        (["cat", "dog"], "{0: 1, cat: 2}", "names 'cat', which is a class that has a weight already"),
        (["cat", "dog"], "{cow: 2}", "names 'cow', which is not a class"),
    ],
)
def test_a_key_that_means_no_class_or_one_twice(
    labels: list[object], weights: str, says: str, weigh: Callable[..., dict[int, float] | None]
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        weigh(labels, weights)
    where = caught.value.problems[0].where
    assert where is not None
    assert where.text.startswith("class_weight:")


@pytest.mark.parametrize("labels", [[0, 0, 0, 1, 2, 2], ["cat", "dog", "dog", "dog"]])
def test_balanced_as_scikit_learn(labels: list[object], weigh: Callable[..., dict[int, float] | None]) -> None:
    found = weigh(labels, "balanced")
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    assert found == dict(enumerate(expected.tolist()))


def test_a_class_without_training_rows_is_not_counted(experiment: Make) -> None:
    np.savez("t.npz", x=np.arange(8.0), y=[0, 0, 0, 1, 1, 0, 2, 2])
    made = experiment(
        "{source: {npz: t.npz}, validation_split: 0.25, shuffle: false}", loss=SPARSE, class_weight="balanced"
    )
    assert class_weights(made, load_dataset(made)) == {0: 6 / 8, 1: 6 / 4, 2: 1.0}


def test_nothing_is_balanced_in_regression(experiment: Make) -> None:
    np.savez("t.npz", x=np.arange(4.0), y=np.arange(4) / 3)
    made = experiment("source: {npz: t.npz}", loss="mse", class_weight="balanced")
    with pytest.raises(ConfigError, match="class_weight is for classification, and this is regression"):
        class_weights(made, load_dataset(made))
