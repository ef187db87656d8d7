"""Gaps are filled after the split, by what the training rows have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnrun.data.dataset import Dataset

TABLE = "a,b,y\n1,1,0\n2,,0\n3,4,1\n,5,1\n100,,0\n,7,1\n"
SPLIT = "test_split: 0.34\nshuffle: false"


@pytest.mark.parametrize(
    ("impute", "a", "b"),
    [
        ("impute: mean", 2, 2.5),
        ("impute: median", 2, 2.5),
        ("impute: most_frequent", 1, 1),
        ("impute: constant, fill: -1", -1, -1),
        ("impute: {a: mean, b: constant}, fill: {b: 9}", 2, 9),
    ],
)
def test_numbers(load: Callable[..., Dataset], folder: Path, impute: str, a: float, b: float) -> None:
    (folder / "t.csv").write_text(TABLE)
    data = load(f"source: {{csv: {{path: t.csv, target: y, {impute}}}}}\n{SPLIT}")
    train, test = np.float32([[1, 1], [2, b], [3, 4]]), np.float32([[a, 5], [100, b], [a, 7]])
    assert np.array_equal(np.concatenate([data.train.x, data.test.x]), np.concatenate([train, test]))
    assert data.facts()["filled"] == {"a": [pytest.approx(a), 2], "b": [pytest.approx(b), 2]}
    assert data.train.x.dtype == np.float32


def test_what_is_recorded_has_no_digits_of_binary_numbers(load: Callable[..., Dataset], folder: Path) -> None:
    (folder / "t.csv").write_text("a,b,y\n34.9,0.1,0\n,,0\n35.1,0.1,1\n35.3,0.2,1\n")
    data = load("source: {csv: {path: t.csv, target: y, impute: {a: mean, b: most_frequent}}}")
    assert data.facts()["filled"] == {"a": [35.1, 1], "b": [0.1, 1]}
    assert data.train.x[1].tolist() == np.float32([35.1, 0.1]).tolist()


def test_texts_of_every_split(load: Callable[..., Dataset], folder: Path) -> None:
    (folder / "t.csv").write_text("s,n,y\nred,1,0\nblue,2,0\nred,3,1\n,4,1\nblue,5,0\nNA,6,1\n")
    (folder / "v.csv").write_text("n,s,y\n1,,0\n,blue,1\n")
    source = "{{csv: {{path: {}, target: y, impute: {{s: most_frequent, n: median}}}}}}"
    data = load(f"source: {source.format('t.csv')}\n{SPLIT}\nvalidation: {source.format('v.csv')}")
    assert data.train.x["s"].ravel().tolist() == ["red", "blue", "red"]
    assert data.test.x["s"].ravel().tolist() == ["red", "blue", "red"]
    assert data.validation.x["s"].ravel().tolist() == ["red", "blue"]
    assert data.validation.x["n"].ravel().tolist() == [1, 2]
    assert not [text for rows in data.splits.values() for text in rows.x["s"].ravel() if not isinstance(text, str)]
    assert data.facts()["filled"] == {"s": ["red", 3], "n": [2.0, 1]}


def test_rows_beyond_the_limit_have_no_say(load: Callable[..., Dataset], folder: Path) -> None:
    (folder / "t.csv").write_text("a,y\n1,0\n,0\n100,1\n,1\n")
    data = load("source: {csv: {path: t.csv, target: y, impute: mean}}\nlimit: 2")
    assert data.train.x.tolist() == [[1], [1]]
    assert data.facts()["filled"] == {"a": [1.0, 1]}


def test_nothing_to_fill_is_recorded_as_nothing(load: Callable[..., Dataset], folder: Path) -> None:
    (folder / "t.csv").write_text("a,y\n1,0\n2,0\n")
    assert load("source: {csv: {path: t.csv, target: y, impute: mean}}").filled == {}
