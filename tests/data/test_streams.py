"""Rows that stay on disk are the rows of the array that they would make."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dnnrun.data.dataset import Rows
from dnnrun.data.streams import Stream
from tests.data.pieces import Pieces, streamed

X = np.arange(60, dtype=np.float32).reshape(20, 3)
SIZES = (7, 1, 0, 5, 7)
NAMED = {"size": X, "place": np.array(["a" * (number % 9 + 1) for number in range(20)])[:, None]}


@pytest.mark.parametrize("positions", [slice(None), slice(3, 9), [19, 0, 7, 8, 1], [4], []])
def test_taken_rows_are_those_of_the_array_in_the_order_asked_for(positions: Any) -> None:
    selection = positions if isinstance(positions, slice) else np.array(positions, dtype=np.int64)
    taken = Stream(Pieces(X, SIZES)).take(selection)
    assert isinstance(taken, np.ndarray)
    assert taken.dtype == X.dtype
    assert np.array_equal(taken, X[selection])


def test_columns_by_name_and_texts_of_any_length() -> None:
    stream, order = Stream(Pieces(NAMED, SIZES)), np.array([17, 2, 9])
    taken = stream.take(order)
    assert isinstance(taken, dict)
    assert {name: (array.dtype.kind, array.tolist()) for name, array in taken.items()} == {
        "size": ("f", X[order].tolist()),
        "place": ("U", NAMED["place"][order].tolist()),
    }
    assert isinstance(stream.form, dict)
    assert {name: array.shape for name, array in stream.form.items()} == {"size": (0, 3), "place": (0, 1)}


def test_a_selection_of_a_selection_keeps_the_order_of_the_file() -> None:
    chosen = Stream(Pieces(X, SIZES)).select(np.array([15, 3, 19, 6, 7, 0])).select(slice(1, 5))
    assert len(chosen) == 4
    assert chosen.rows.tolist() == [2, 1, 0, 0, 1]
    assert np.array_equal(chosen.take(slice(None)), X[[3, 6, 7, 15]])
    assert np.array_equal(chosen.take(np.array([3, 0])), X[[15, 3]])
    assert np.array_equal(np.concatenate(list(chosen.pieces())), X[[3, 6, 7, 15]])


def test_each_piece_is_read_once_and_the_last_one_is_remembered() -> None:
    pieces = Pieces(X, SIZES)
    stream = Stream(pieces)
    assert stream.form is not None
    pieces.was_read.clear()
    stream.take(np.array([18, 19, 8, 9, 13]))
    stream.take(np.array([10, 0]))
    assert pieces.was_read == [4, 3, 0]


def test_changes_are_made_to_whatever_is_read() -> None:
    stream = Stream(Pieces(X, SIZES))
    halves = stream.changed(lambda x: {"left": x[:, :1], "right": x[:, 1:]}).select(slice(2, None))
    taken, form = halves.take(slice(0, 2)), halves.form
    assert isinstance(taken, dict)
    assert isinstance(form, dict)
    assert np.array_equal(taken["right"], X[2:4, 1:])
    assert form["left"].shape == (0, 1)
    assert isinstance(stream.form, np.ndarray)


def test_rows_from_all_over_are_from_a_few_pieces() -> None:
    pieces = Pieces(np.arange(1000)[:, None], [10] * 100)
    stream = Stream(pieces)
    positions = stream.spread(32)
    assert (positions[0], positions[-1], len(set(positions.tolist()))) == (0, 999, 32)
    stream.take(positions)
    assert len(set(pieces.was_read)) == 4
    assert stream.spread(5000).tolist()[:3] == [0, 1, 2]


def test_streamed_rows_know_their_number_and_are_read_where_a_few_are_asked_for() -> None:
    rows = streamed(Rows(X, np.arange(20), np.linspace(0, 1, 20)), SIZES)
    assert len(rows) == 20
    few = rows.take(np.array([3, 18]))
    assert few.weights is not None
    assert (few.stream, few.x.tolist(), few.y.tolist(), few.weights[1]) == (None, X[[3, 18]].tolist(), [3, 18], 18 / 19)
    assert rows.spread(4).y.tolist() == Rows(X, np.arange(20)).spread(4).y.tolist()


def test_a_split_of_streamed_rows_stays_on_disk_in_the_order_of_the_file() -> None:
    rows = streamed(Rows(X, np.arange(20), np.linspace(0, 1, 20)), SIZES).select(np.array([15, 3, 19]))
    assert rows.stream is not None
    assert rows.weights is not None
    assert (len(rows), rows.y.tolist(), rows.weights[0]) == (3, [3, 15, 19], 3 / 19)
    assert np.array_equal(rows.stream.take(slice(None)), X[[3, 15, 19]])
