"""Texts as sequences of word numbers, as Keras publishes them: IMDb's reviews and Reuters's newswires.

A word's number is its rank by frequency. What is done to them is what ``keras.datasets.imdb.load_data`` and
``keras.utils.pad_sequences`` do, with the same arguments; `encoded` tells where the two meet.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from dnnrun.data.dataset import Array, SourceData
from dnnrun.data.published.contents import REUTERS_TOPICS
from dnnrun.data.published.reading import read_published
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.pickles import load_npz
from dnnrun.errors import DataError

_SENTIMENTS = ("negative", "positive")
_IMDB_ROWS, _REUTERS_ROWS = 25_000, 11_228
_LARGEST = 1_000_000  # far more than there are words
_AGAIN = "get the file again"
_LEAVE_OUT = "without it, all words are kept"
End = Literal["pre", "post"]
Sequences = Sequence[Sequence[int]]


def imdb(
    *,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    padding: End = "pre",
    truncating: End = "pre",
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> SourceData:
    """Return 25,000 + 25,000 film reviews, negative or positive, as word numbers: shape (rows, maxlen), int32.

    The arguments are those of ``keras.datasets.imdb.load_data``, and mean the same, but for ``maxlen``: there, longer
    reviews are dropped; here every review is padded or cut to it, as ``keras.utils.pad_sequences`` does.

    Args:
        num_words: numbers from this one on are replaced by ``oov_char``; None keeps all.
        skip_top: numbers below this one are replaced likewise.
        maxlen: how long all reviews are made; None for as long as the longest.
        padding: where short reviews are filled with zeros: ``pre`` or ``post``.
        truncating: where long ones are cut: ``pre`` keeps their ends, ``post`` their beginnings.
        seed: of the order of the rows.
        start_char: put before each review, or None.
        oov_char: in place of words that are left out; None takes them out.
        index_from: added to the number of every word.

    Raises:
        DataError: the file is not to be had, or is not what it should be.
    """
    _check_numbers(num_words, skip_top, maxlen)
    file, raw = read_published("imdb")
    generator = np.random.RandomState(seed)
    order, order_test = (_shuffled(len(raw[name]), generator) for name in ("y_train", "y_test"))
    rows = encoded(
        [*raw["x_train"][order], *raw["x_test"][order_test]], num_words, skip_top, start_char, oov_char, index_from
    )
    x = padded(rows, maxlen, padding, truncating)
    return SourceData(
        x[: len(order)],
        raw["y_train"][order],
        x[len(order) :],
        raw["y_test"][order_test],
        class_names=_SENTIMENTS,
        files=(file,),
    )


def reuters(
    *,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    padding: End = "pre",
    truncating: End = "pre",
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> SourceData:
    """Return 11,228 newswires on 46 topics, each a row of word numbers, shape (rows, maxlen), int32.

    Args:
        num_words: as in `imdb`, and so the others.
        skip_top: likewise.
        maxlen: likewise.
        test_split: the share of the rows, in their shuffled order, that is the test set.
        padding: likewise.
        truncating: likewise.
        seed: likewise.
        start_char: likewise.
        oov_char: likewise.
        index_from: likewise.

    Raises:
        DataError: the file is not to be had, or is not what it should be.
    """
    _check_numbers(num_words, skip_top, maxlen)
    kept = training_rows(_REUTERS_ROWS, test_split)
    file, raw = read_published("reuters")
    order = _shuffled(len(raw["y"]), np.random.RandomState(seed))
    rows = encoded(list(raw["x"][order]), num_words, skip_top, start_char, oov_char, index_from)
    x, y = padded(rows, maxlen, padding, truncating), raw["y"][order]
    x_test, y_test = (x[kept:], y[kept:]) if kept < len(y) else (None, None)
    return SourceData(x[:kept], y[:kept], x_test, y_test, class_names=REUTERS_TOPICS, files=(file,))


def training_rows(rows: int, test_split: float) -> int:
    """Return how many rows remain for training, counted as Keras does; raise `ArgumentError` if none would."""
    kept = int(rows * (1 - test_split))
    if not 0 <= test_split < 1 or not kept:
        what = f"test_split must be at least 0 and less than 1, not {test_split}"
        raise ArgumentError("test_split", what, "it is the share of the rows that are held out: 0.2 is a fifth")
    return kept


def encoded(
    rows: Sequences, num_words: int | None, skip_top: int, start_char: int | None, oov_char: int | None, index_from: int
) -> list[Array]:
    """Return the rows with the numbers that a model sees, as ``keras.datasets.imdb.load_data`` changes them.

    Args:
        rows: word numbers from 1 on.
        num_words: and the others as in `imdb`. For None, Keras takes the greatest number that there is, and so
            leaves that one word out.
        skip_top: applied to the numbers as they are after ``index_from`` was added, and so is ``num_words``.
        start_char: see `imdb`.
        oov_char: see `imdb`.
        index_from: see `imdb`.
    """
    lengths = np.fromiter(map(len, rows), np.int64, len(rows))
    numbers = np.fromiter(itertools.chain.from_iterable(rows), np.int32, int(lengths.sum())) + np.int32(index_from)
    if start_char is not None:
        starts = np.cumsum(lengths) - lengths
        numbers = np.insert(numbers, starts, start_char)
        lengths = lengths + 1
    limit = num_words or int(numbers.max())
    is_kept = (numbers >= skip_top) & (numbers < limit)
    ends = np.cumsum(lengths)
    if oov_char is None:
        ends = np.concatenate([[0], np.cumsum(is_kept)])[ends]
        numbers = numbers[is_kept]
    else:
        numbers = np.where(is_kept, numbers, np.int32(oov_char))
    return np.split(numbers, ends[:-1])


def padded(rows: Sequence[Array], maxlen: int | None, padding: End, truncating: End) -> Array:
    """Return rows of one length, filled with zeros, as ``keras.utils.pad_sequences`` makes them; int32.

    Args:
        rows: of any lengths.
        maxlen: the length; None for that of the longest row.
        padding: where short rows are filled: ``pre`` or ``post``.
        truncating: where long ones are cut.
    """
    length = max(map(len, rows)) if maxlen is None else maxlen
    table = np.zeros((len(rows), length), np.int32)
    for line, row in zip(table, rows, strict=True):
        cut = row[-length:] if truncating == "pre" else row[:length]
        if padding == "pre":
            line[length - len(cut) :] = cut
        else:
            line[: len(cut)] = cut
    return table


def check_imdb(file: Path) -> dict[str, Array]:
    """Return the arrays of IMDb's reviews; raise `DataError` unless a file holds them, in Keras's format."""
    raw = load_npz(file, ("x_train", "y_train", "x_test", "y_test"))
    for split in ("train", "test"):
        y = raw[f"y_{split}"]
        _check_sequences(raw[f"x_{split}"], _IMDB_ROWS, f"{file}, array 'x_{split}'")
        _check_labels(y, _IMDB_ROWS, 2, f"{file}, array 'y_{split}'")
        if int(y.sum()) * 2 != _IMDB_ROWS:
            what = f"{file}, array 'y_{split}': {int(y.sum()):,} reviews are positive, not half of them"
            raise DataError(what, hint=_AGAIN)
    return raw


def check_reuters(file: Path) -> dict[str, Array]:
    """Return the arrays of Reuters's newswires; raise `DataError` unless a file holds them, in Keras's format."""
    raw = load_npz(file, ("x", "y"))
    _check_sequences(raw["x"], _REUTERS_ROWS, f"{file}, array 'x'")
    _check_labels(raw["y"], _REUTERS_ROWS, len(REUTERS_TOPICS), f"{file}, array 'y'")
    return raw


def check_word_index(file: Path) -> dict[int, str]:
    """Return words by their numbers, without ``index_from``; raise `DataError` unless a file is such a word index."""
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: cannot be read as JSON: {error}", hint=_AGAIN) from error
    if not isinstance(index, dict) or not index or not all(type(number) is int for number in index.values()):
        raise DataError(f"{file}: is no mapping of words to their numbers", hint=_AGAIN)
    return {number: word for word, number in index.items()}


def _check_sequences(x: Array, rows: int, origin: str) -> None:
    if x.shape != (rows,) or x.dtype != object:
        raise DataError(f"{origin}: shape {x.shape} of {x.dtype}, not {rows:,} lists of word numbers", hint=_AGAIN)
    odd = next((number for number, row in enumerate(x) if type(row) is not list or not row), None)
    if odd is None and set(map(type, itertools.chain.from_iterable(x))) <= {int}:
        odd = next((number for number, row in enumerate(x) if min(row) < 1 or max(row) > _LARGEST), None)
    elif odd is None:
        odd = next(number for number, row in enumerate(x) if not set(map(type, row)) <= {int})
    if odd is not None:
        what = f"{origin}: row {odd}, counted from 0, is no list of word numbers from 1 to {_LARGEST:,}"
        raise DataError(what, hint=_AGAIN)


def _check_labels(y: Array, rows: int, classes: int, origin: str) -> None:
    if y.shape != (rows,) or y.dtype.kind not in "iu":
        raise DataError(f"{origin}: shape {y.shape} of {y.dtype}, not {rows:,} class numbers", hint=_AGAIN)
    if int(y.min()) < 0 or int(y.max()) >= classes:
        what = f"class numbers from {y.min()} to {y.max()}, not from 0 to {classes - 1}"
        raise DataError(f"{origin}: {what}", hint=_AGAIN)


def _shuffled(rows: int, generator: np.random.RandomState) -> Array:
    order = np.arange(rows)
    generator.shuffle(order)
    return order


def _check_numbers(num_words: int | None, skip_top: int, maxlen: int | None) -> None:
    for argument, number, least in (("num_words", num_words, 1), ("skip_top", skip_top, 0), ("maxlen", maxlen, 1)):
        if number is not None and number < least:
            raise ArgumentError(argument, f"{argument} must be at least {least}, not {number}", _LEAVE_OUT)
