"""Ranges, gaps and texts are counted the same whether rows lie in memory or come in pieces."""

from __future__ import annotations

import numpy as np

from dnnrun.data.dataset import Dataset, Rows, Target
from dnnrun.data.description import describe_splits, features_of, label_names


def dataset(x: object, y: np.ndarray, **others: object) -> Dataset:
    target = Target("classification", ("no", "yes"))
    return Dataset("made", {"": target}, Rows(x, y), None, None, None, frozenset(), "", **others)  # type: ignore[arg-type]


def test_gaps_are_counted_and_left_out_of_the_range() -> None:
    x = {"size": np.array([[1.0], [np.nan], [4.0]]), "city": np.array([["Rome"], [None], ["Rome"]], object)}
    split = describe_splits(dataset(x, np.array([0, 1, 1])))["train"]
    size, city = split.features
    assert (size.least, size.mean, size.greatest, size.missing, size.different) == (1.0, 2.5, 4.0, 1, None)
    assert (city.dtype, city.least, city.missing, city.different) == ("text", None, 1, 1)
    assert split.label_counts == {"": {"no": 1, "yes": 2}}
    assert split.first[1][1] == {"": "yes"}


def test_nothing_but_gaps_has_no_range() -> None:
    x = np.full((3, 1), np.nan)
    (column,) = describe_splits(dataset(x, np.array([0, 1, 1])))["train"].features
    assert (column.least, column.mean, column.greatest, column.missing) == (None, None, None, 3)


def test_labels_have_their_names_whatever_their_form() -> None:
    data = dataset(np.zeros((2, 1)), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert label_names(data.train, data) == ["no", "yes"]
    assert list(features_of(data.train, data)) == [""]
