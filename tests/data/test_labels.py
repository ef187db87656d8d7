"""Labels: what task they are for, which number each class gets, and in what form the loss sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnrun.data.dataset import Dataset
from dnnrun.data.labels import find_labels
from dnnrun.errors import ConfigError, DataError

SPARSE = "sparse_categorical_crossentropy"
Load = Callable[..., Dataset]


@pytest.fixture
def load_labels(load: Load, folder: Path) -> Callable[..., Dataset]:
    """Load rows with these labels."""

    def make(labels: object, dataset: str = "", arguments: str = "", **keys: object) -> Dataset:
        y = np.asarray(labels)
        np.savez(folder / "t.npz", x=np.arange(len(y), dtype=float).reshape(-1, 1), y=y)
        return load(f"{{source: {{npz: {{path: t.npz{arguments}}}}}{dataset}}}", **keys)

    return make


@pytest.mark.parametrize(
    ("labels", "keys", "task"),
    [
        ([1, 2, 3], {"loss": "mse"}, "regression"),
        ([1.5, 2.5, 3], {"loss": "Huber"}, "regression"),
        ([0, 1, 1], {"loss": "mse", "metrics": "[mae, RootMeanSquaredError, R2Score]"}, "regression"),
        (["a", "b", "a"], {"loss": "mse"}, "classification"),
        ([True, False, True], {"loss": "mse"}, "classification"),
        ([0, 1, 2], {"loss": SPARSE}, "classification"),
        ([0, 1, 2], {"loss": "{SparseCategoricalCrossentropy: {from_logits: true}}"}, "classification"),
        ([0, 1, 1], {"loss": "BinaryFocalCrossentropy"}, "classification"),
        ([0, 1, 1], {"loss": "squared_hinge"}, "classification"),
        ([0, 1, 1], {"loss": "mse", "metrics": "[accuracy]"}, "classification"),
        ([0, 1, 1], {"loss": "mse", "metrics": "[{AUC: {name: area}}]"}, "classification"),
        ([0, 1, 2], {"loss": "CategoricalGeneralizedCrossEntropy"}, "classification"),
    ],
)  # fmt: skip
def test_task(labels: list[object], keys: dict[str, str], task: str, load_labels: Load) -> None:
    assert load_labels(labels, **keys).task == task


def test_asking_for_one_hot_labels_makes_it_classification(load_labels: Load) -> None:
    data = load_labels([0, 1, 2], ", one_hot: true", loss="mse")
    assert data.task == "classification"
    assert data.train.y.tolist() == np.eye(3).tolist()


def test_text_is_numbered_in_sorted_order_and_the_mapping_kept(load_labels: Load) -> None:
    data = load_labels(["b", "c", "a", "b"], loss=SPARSE)
    assert data.class_names == ("a", "b", "c")
    assert data.label_maps()
    assert data.train.y.tolist() == [1, 2, 0, 1]
    assert data.facts()["classes"] == ["a", "b", "c"]
    assert data.facts()["label_counts"] == {"train": [1, 2, 1]}


def test_numbers_that_are_not_counted_from_0_are_mapped(load_labels: Load) -> None:
    data = load_labels([3, 7, 5, 3], loss=SPARSE)
    assert data.class_names == ("3", "5", "7")
    assert data.label_maps()
    assert data.train.y.tolist() == [0, 2, 1, 0]


@pytest.mark.parametrize("labels", [[0, 1, 2, 1], [0.0, 1.0, 2.0, 1.0], [[0], [1], [2], [1]]])
def test_numbers_from_0_stay_as_they_are(labels: list[object], load_labels: Load) -> None:
    data = load_labels(labels, loss=SPARSE)
    assert data.class_names == ("0", "1", "2")
    assert not data.label_maps()
    assert data.train.y.tolist() == [0, 1, 2, 1]
    assert data.train.y.dtype == np.int64


def test_bytes_and_truth_values_are_classes(load_labels: Load) -> None:
    assert load_labels([b"no", b"yes"], loss=SPARSE).class_names == ("no", "yes")
    assert load_labels([True, False], loss=SPARSE).class_names == ("False", "True")


def test_digits_as_text_are_text(load_labels: Load) -> None:
    data = load_labels(["10", "9", "10"], loss=SPARSE)
    assert data.class_names == ("10", "9")
    assert data.train.y.tolist() == [0, 1, 0]


@pytest.mark.parametrize("loss", [SPARSE, "SparseCategoricalCrossentropy"])
def test_a_sparse_loss_gets_numbers(loss: str, load_labels: Load) -> None:
    assert load_labels([0, 1, 2], loss=loss).train.y.shape == (3,)


@pytest.mark.parametrize("loss", ["binary_crossentropy", "BinaryCrossentropy", "hinge"])
def test_a_binary_loss_gets_a_column(loss: str, load_labels: Load) -> None:
    y = load_labels(["yes", "no", "yes"], loss=loss).train.y
    assert y.tolist() == [[1.0], [0.0], [1.0]]
    assert y.dtype == np.float32


def test_one_hot(load_labels: Load) -> None:
    y = load_labels(["b", "a", "c"], ", one_hot: true", loss="categorical_crossentropy").train.y
    assert y.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert y.dtype == np.float32


def test_labels_that_are_one_hot_already(load_labels: Load) -> None:
    data = load_labels(np.eye(3, dtype=int)[[2, 0, 1]], loss="categorical_crossentropy")
    assert data.train.y.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert data.class_names == ("0", "1", "2")
    assert data.train.class_numbers.tolist() == [2, 0, 1]
    assert not data.label_maps()


def test_hinge_labels(load_labels: Load) -> None:
    """Keras turns 0 and 1 back into -1 and 1 itself."""
    data = load_labels([-1, 1, 1], loss="hinge")
    assert data.class_names == ("-1", "1")
    assert data.train.y.tolist() == [[0], [1], [1]]
    assert data.label_maps()


def test_regression_targets_are_columns(load_labels: Load) -> None:
    assert load_labels([1.5, 2, 3]).train.y.tolist() == [[1.5], [2], [3]]
    assert load_labels([[1, 2], [3, 4.5]]).train.y.tolist() == [[1, 2], [3, 4.5]]


def test_class_names_name_numbers(load_labels: Load) -> None:
    data = load_labels([0, 2, 0], arguments=", class_names: [no, maybe, yes]", loss=SPARSE)
    assert data.class_names == ("no", "maybe", "yes")
    assert data.train.y.tolist() == [0, 2, 0]
    assert not data.label_maps()


def test_class_names_put_texts_in_order(load_labels: Load) -> None:
    data = load_labels(["low", "high", "middle"], arguments=", class_names: [low, middle, high]", loss=SPARSE)
    assert data.class_names == ("low", "middle", "high")
    assert data.train.y.tolist() == [0, 2, 1]
    assert data.label_maps()


def test_labels_of_every_split_are_numbered_alike(load: Load, folder: Path) -> None:
    x = np.zeros((4, 1))
    np.savez(folder / "t.npz", x=x, y=list("abcd"), x_test=x, y_test=list("ddcc"))
    np.savez(folder / "v.npz", x=x, y=list("bbaa"))
    data = load("{source: {npz: t.npz}, validation: {npz: v.npz}}", loss=SPARSE)
    assert data.splits["validation"].y.tolist() == [1, 1, 0, 0]
    assert data.splits["test"].y.tolist() == [3, 3, 2, 2]


@pytest.mark.parametrize("unknown", ["e", "B", "0"])
def test_unknown_label(unknown: str) -> None:
    labels = find_labels(np.array(list("abcd")), None)
    with pytest.raises(DataError, match=f"the test rows have labels that the training rows do not: '{unknown}'"):
        labels.encode(np.array(["a", unknown]), "test")


def test_a_loss_of_ones_own_is_not_second_guessed(load_labels: Load) -> None:
    Path("mine.py").write_text("def loss(true, predicted): ...\n")
    assert load_labels(["a", "b", "c"], loss="mine:loss").train.y.tolist() == [[0], [1], [2]]


def test_a_sparse_loss_and_one_hot_labels_exclude_each_other(load_labels: Load) -> None:
    with pytest.raises(ConfigError, match="takes class numbers"):
        load_labels([0, 1, 2], ", one_hot: true", loss=SPARSE)


def test_large_labels_keep_their_names() -> None:
    assert find_labels(np.array([1234567.0, 1234568.0]), None).names == ("1234567", "1234568")
