"""Which rows go where: exactly as Keras and scikit-learn would have it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from dnnrun.data.dataset import Dataset
from dnnrun.data.splits import split_rows
from dnnrun.errors import DataError

CROSSENTROPY = "sparse_categorical_crossentropy"


@given(rows=st.integers(2, 500), fraction=st.floats(0.01, 0.99))
def test_from_the_end_as_keras(rows: int, fraction: float) -> None:
    kept_count = int(np.floor(rows * (1.0 - fraction)))  # keras.src.trainers.data_adapters.train_validation_split
    if kept_count == 0:
        with pytest.raises(DataError, match="leaves nothing on one side"):
            split_rows(rows, fraction, seed=1, shuffle=False, stratify_by=None)
        return
    kept, held_out = split_rows(rows, fraction, seed=1, shuffle=False, stratify_by=None)
    assert kept.tolist() == list(range(kept_count))
    assert held_out.tolist() == list(range(kept_count, rows))


@pytest.mark.parametrize("stratify", [False, True])
@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
@pytest.mark.parametrize("fraction", [0.1, 0.25, 1 / 3])
def test_shuffled_as_scikit_learn(fraction: float, seed: int, stratify: bool) -> None:
    classes = np.repeat(["a", "b", "c"], [60, 30, 9]) if stratify else None
    kept, held_out = split_rows(99, fraction, seed=seed, shuffle=True, stratify_by=classes)
    expected = train_test_split(np.arange(99), test_size=fraction, random_state=seed, stratify=classes)
    assert kept.tolist() == expected[0].tolist()
    assert held_out.tolist() == expected[1].tolist()


def table(rows: int, path: Path) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Write a CSV of numbered rows with two classes, 1 in 4 of the second; return its columns."""
    x, y = np.arange(rows), (np.arange(rows) % 4 == 3).astype(int)
    lines = [f"{number},{label}" for number, label in zip(x, y, strict=True)]
    path.write_text("\n".join(["x,y", *lines]) + "\n")
    return x, y


@pytest.mark.parametrize("stratify", [False, True])
def test_test_rows_are_held_out_of_all_and_validation_rows_of_what_remains(
    stratify: bool, load: Callable[..., Dataset], folder: Path
) -> None:
    x, y = table(100, folder / "t.csv")
    data = load(
        f"""
        source: {{csv: {{path: t.csv, target: y}}}}
        test_split: 0.2
        validation_split: 0.25
        stratify: {str(stratify).lower()}
        """,
        loss=CROSSENTROPY,
        seed=7,
    )
    rest, test = train_test_split(x, test_size=0.2, random_state=7, stratify=y if stratify else None)
    train, validation = train_test_split(rest, test_size=0.25, random_state=7, stratify=y[rest] if stratify else None)
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 60, "validation": 20, "test": 20}
    for name, expected in (("train", train), ("validation", validation), ("test", test)):
        rows = data.splits[name]
        assert rows.x[:, 0].tolist() == expected.tolist()
        assert rows.y.tolist() == y[expected].tolist()
    if stratify:
        assert data.facts()["label_counts"]["test"] == [15, 5]


def test_unshuffled_the_test_rows_are_the_last(load: Callable[..., Dataset], folder: Path) -> None:
    table(11, folder / "t.csv")
    data = load(
        "{source: {csv: {path: t.csv, target: y}}, test_split: 0.2, validation_split: 0.5, shuffle: false}",
        loss=CROSSENTROPY,
    )
    assert data.train.x[:, 0].tolist() == [0, 1, 2, 3]
    assert data.splits["validation"].x[:, 0].tolist() == [4, 5, 6, 7]
    assert data.splits["test"].x[:, 0].tolist() == [8, 9, 10]


def test_other_seeds_give_other_rows(load: Callable[..., Dataset], folder: Path) -> None:
    table(100, folder / "t.csv")
    dataset = "{source: {csv: {path: t.csv, target: y}}, test_split: 0.2}"
    first, again, other = (load(dataset, loss=CROSSENTROPY, seed=seed).splits["test"].x for seed in (1, 1, 2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_limit_takes_the_first_of_each_split(load: Callable[..., Dataset]) -> None:
    whole = load("{source: mnist, validation_split: 0.1}", loss=CROSSENTROPY)
    some = load("{source: mnist, validation_split: 0.1, limit: 7}", loss=CROSSENTROPY)
    for name, rows in some.splits.items():
        assert len(rows) == 7
        assert np.array_equal(rows.x, whole.splits[name].x[:7])
        assert np.array_equal(rows.y, whole.splits[name].y[:7])


def test_one_hot_arrays_are_stratified_by_their_classes(load: Callable[..., Dataset], folder: Path) -> None:
    classes = np.repeat([0, 1, 2], [60, 30, 10])
    np.savez(folder / "t.npz", x=np.arange(100.0), y=np.eye(3)[classes])
    data = load("{source: {npz: t.npz}, test_split: 0.2, stratify: true}", loss="categorical_crossentropy", seed=3)
    expected = train_test_split(np.arange(100), test_size=0.2, random_state=3, stratify=classes)[1]
    assert data.splits["test"].x[:, 0].tolist() == expected.tolist()
    assert data.facts()["label_counts"]["test"] == [12, 6, 2]


def test_a_fraction_that_rounds_to_nothing() -> None:
    with pytest.raises(DataError, match=r"0\.9 of 2 rows leaves nothing on one side"):
        split_rows(2, 0.9, seed=0, shuffle=True, stratify_by=None)
