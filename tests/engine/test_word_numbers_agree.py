"""Reviews and newswires as word numbers are those of Keras, whatever its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.datasets import imdb as keras_imdb

from dnnrun.data.sources.word_numbers import encoded, padded


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """A small file in the format of IMDb's, which Keras finds without looking at its checksum."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, rows in (("train", 30), ("test", 20)):
        ragged = np.empty(rows, object)
        ragged[:] = [generator.integers(1, 60, generator.integers(1, 25)).tolist() for _ in range(rows)]
        arrays |= {f"x_{split}": ragged, f"y_{split}": generator.integers(0, 2, rows)}
    np.savez(tmp_path / "imdb.npz", **arrays)
    monkeypatch.setattr(keras_imdb, "get_file", lambda **_: str(tmp_path / "imdb.npz"))
    return arrays


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"num_words": 20},
        {"num_words": 20, "skip_top": 6},
        {"num_words": 20, "oov_char": None},
        {"start_char": None, "index_from": 0},
        {"start_char": 5, "oov_char": 7, "index_from": 10, "num_words": 30, "seed": 4},
    ],
    ids=str,
)
def test_encoding_is_that_of_keras(arguments: dict[str, Any], texts: dict[str, np.ndarray]) -> None:
    (x, y), (x_test, y_test) = keras.datasets.imdb.load_data(**arguments)
    defaults = {"num_words": None, "skip_top": 0, "start_char": 1, "oov_char": 2, "index_from": 3}
    generator = np.random.RandomState(arguments.pop("seed", 113))
    order, order_test = generator.permutation(30), generator.permutation(20)
    rows = encoded([*texts["x_train"][order], *texts["x_test"][order_test]], **{**defaults, **arguments})
    assert [row.tolist() for row in rows] == [*x, *x_test]
    assert texts["y_train"][order].tolist() == y.tolist()
    assert texts["y_test"][order_test].tolist() == y_test.tolist()
    for maxlen, padding, truncating in ((8, "pre", "pre"), (8, "post", "post"), (None, "pre", "post")):
        wanted = keras.utils.pad_sequences([*x, *x_test], maxlen=maxlen, padding=padding, truncating=truncating)
        made = padded(rows, maxlen, padding, truncating)
        assert made.dtype == wanted.dtype
        assert made.tolist() == wanted.tolist()
