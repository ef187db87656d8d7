"""Texts as word numbers: what is done to them, and IMDb's reviews where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dnnrun.data.facts.of_arrays import facts_of_source
from dnnrun.data.facts.of_published import facts_of_published
from dnnrun.data.published.adding import add
from dnnrun.data.sources import word_numbers
from dnnrun.data.sources.word_numbers import check_word_index, encoded, imdb, padded, reuters
from dnnrun.errors import DataError
from tests.support import shared_file

TEXTS = [[1, 5, 2], [9], [3, 3, 3, 8]]


def test_padding_and_cutting_at_either_end() -> None:
    rows = [np.array(text) for text in TEXTS]
    assert padded(rows, 3, "pre", "pre").tolist() == [[1, 5, 2], [0, 0, 9], [3, 3, 8]]
    assert padded(rows, 3, "post", "post").tolist() == [[1, 5, 2], [9, 0, 0], [3, 3, 3]]
    assert padded(rows, None, "pre", "pre").tolist() == [[0, 1, 5, 2], [0, 0, 0, 9], [3, 3, 3, 8]]
    assert padded(rows, 3, "pre", "pre").dtype == np.int32


def test_words_left_out_are_replaced_or_taken_out() -> None:
    kept = encoded(TEXTS, 8, 0, 1, 2, 3)
    assert [row.tolist() for row in kept] == [[1, 4, 2, 5], [1, 2], [1, 6, 6, 6, 2]]
    taken_out = encoded(TEXTS, 8, 5, None, None, 3)
    assert [row.tolist() for row in taken_out] == [[5], [], [6, 6, 6]]


def small(words: int, rows: int) -> np.ndarray:
    generator = np.random.default_rng(0)
    texts = np.empty(rows, object)
    texts[:] = [generator.integers(1, words, generator.integers(1, 9)).tolist() for _ in range(rows)]
    return texts


def test_reuters_is_divided_as_keras_divides_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = small(50, 11_228), np.arange(11_228) % 46
    np.savez(folder / "reuters.npz", x=x, y=y)
    data = reuters(maxlen=4, test_split=0.25)
    order = np.random.RandomState(113).permutation(11_228)
    assert data.y.tolist() == y[order][: int(11_228 * 0.75)].tolist()  # type: ignore[union-attr]
    assert data.y_test is not None
    assert len(data.y_test) == 2807
    assert data.class_names is not None
    assert data.class_names[3] == "earn"
    facts = facts_of_published("reuters", {"maxlen": 4, "test_split": 0.25})
    assert facts is not None
    assert (facts.rows, facts.test_rows, facts.shape) == (len(data.y), 2807, (4,))
    assert reuters(maxlen=4, test_split=0.0).x_test is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": np.zeros((11_228, 3))}, r"shape \(11228, 3\) of float64, not 11,228 lists of word numbers"),
        ({"y": np.arange(11_228)}, "class numbers from 0 to 11227, not from 0 to 45"),
        ({"y": np.zeros(11_228)}, r"shape \(11228,\) of float64, not 11,228 class numbers"),
        ({"x": [1, 2.5]}, "row 7, counted from 0, is no list of word numbers"),
        ({"x": [0]}, "row 7, counted from 0"),
        ({"x": []}, "row 7, counted from 0"),
        ({"x": [True]}, "row 7, counted from 0"),
        ({"x": "text"}, "row 7, counted from 0"),
        ({"x": [2**70]}, "row 7, counted from 0"),
    ],
)
def test_files_of_texts_that_are_not(change: dict[str, object], said: str, folder: Path) -> None:
    arrays: dict[str, np.ndarray] = {"x": small(50, 11_228), "y": np.arange(11_228) % 46}
    for name, value in change.items():
        if isinstance(value, np.ndarray):
            arrays[name] = value
        else:
            arrays[name][7] = value
    np.savez(folder / "reuters.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=said):
        reuters()


def test_a_word_index(folder: Path) -> None:
    (folder / "index.json").write_text(json.dumps({"the": 1, "and": 2}))
    assert check_word_index(folder / "index.json") == {1: "the", 2: "and"}


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "imdb", "reuters", "california_housing"])
def test_facts_before_anything_is_downloaded(name: str) -> None:
    facts = facts_of_published(name, {})
    assert facts is not None
    assert facts.rows > 1000
    assert sum((facts.label_counts or {}).values()) in {0, facts.rows}
    assert facts_of_published(name, {"what": 1}) is None


def test_facts_of_reviews_follow_the_arguments() -> None:
    facts = facts_of_published("imdb", {"num_words": 10_000, "maxlen": 200})
    assert facts is not None
    assert (facts.shape, facts.input_range) == ((200,), (0.0, 9999.0))
    assert facts_of_published("imdb", {"oov_char": None}) is None


def test_the_real_reviews(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are added, have the facts that are foretold, and are in the order in which Keras gives them."""
    file = shared_file("imdb.npz")
    raw = word_numbers.check_imdb(file)
    monkeypatch.setattr(word_numbers, "check_imdb", lambda _: raw)  # looking through it again would take seconds
    assert not add("imdb", file).is_published
    data = imdb(num_words=10_000, maxlen=200)
    found, told = facts_of_source(data), facts_of_published("imdb", {"num_words": 10_000, "maxlen": 200})
    assert told == found
    # The first review that keras.datasets.imdb gives: 218 words, "this film was just brilliant casting ..."
    assert data.x[0, :5].tolist() == [5, 25, 100, 43, 838]  # type: ignore[index]
    assert data.y[:4].tolist() == [1, 0, 0, 1]  # type: ignore[index]
    longest = encoded([*raw["x_train"], *raw["x_test"]], None, 0, 1, 2, 3)
    everything = facts_of_published("imdb", {})
    assert everything is not None
    assert everything.shape == (max(map(len, longest)),)
    assert everything.input_range[1] == max(int(row.max()) for row in longest)
