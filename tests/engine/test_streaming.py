"""Rows that stay on disk train a model as rows in memory do: in their own order to the last bit."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from dnnrun.data.dataset import Arrays, Rows
from dnnrun.data.streams import Stream
from dnnrun.engine.feeding import Feed, Order
from dnnrun.engine.fitting import Fitting, Interrupted, Position, Watch
from dnnrun.engine.hooks import Hooks
from dnnrun.engine.loop import Loop
from dnnrun.engine.state import TrainingState
from dnnrun.engine.stream_order import StreamOrder
from dnnrun.engine.streaming import StreamedFeed
from dnnrun.errors import DataError
from tests.data.pieces import Pieces, streamed

RANDOM = np.random.default_rng(4)
SIZES = (40, 13, 1, 0, 60, 36)
ROWS = Rows(
    RANDOM.normal(size=(150, 7)),  # float64, which the model gets as float32
    RANDOM.integers(0, 3, 150),
    RANDOM.uniform(0.5, 2, 150).astype(np.float32),
)
HELD_OUT = ROWS.take(slice(0, 37))
BATCH, WINDOW, EPOCHS = 16, 48, 3


def order_of(**options: Any) -> StreamOrder:
    return StreamOrder(np.array(SIZES), BATCH, window=WINDOW, **options)


def visited(order: StreamOrder, epoch: int) -> list[int]:
    """Return the rows of an epoch as its windows give them."""
    rows: list[int] = []
    feed = StreamedFeed(streamed(Rows(np.arange(150)[:, None], np.arange(150)), SIZES, WINDOW), BATCH)
    steps = feed.epoch(order, epoch)
    while len(rows) < min(steps.steps * BATCH, 150 if order.steps == 10 else 10**9):
        window = steps.window(len(rows) // BATCH)
        x, y = (np.asarray(tensor).reshape(-1) for tensor in window.tensors)
        assert np.array_equal(x, y)
        assert len(x) <= WINDOW
        assert window.first == len(rows) // BATCH
        rows += x[np.asarray(window.order)].tolist()
    return rows


def test_every_epoch_visits_every_row_once_in_an_order_of_its_own_that_repeats() -> None:
    epochs = [visited(order_of(seed=7), epoch) for epoch in range(3)]
    assert all(sorted(rows) == list(range(150)) for rows in epochs)
    assert all(one != other for one, other in itertools.combinations(epochs, 2))
    assert visited(order_of(seed=7), 2) == epochs[2]
    assert visited(order_of(seed=8), 2) != epochs[2]
    assert visited(order_of(seed=None), 2) == list(range(150))
    neighbours = np.abs(np.diff(epochs[0]))
    assert np.median(neighbours) > 5  # rows that lie side by side do not come one after another


def test_steps_an_epoch_go_on_where_the_one_before_ended() -> None:
    order = order_of(seed=7, steps_per_epoch=4)
    rows = np.concatenate([visited(order, epoch) for epoch in range(7)])
    assert len(rows) == 7 * 4 * BATCH
    whole = rows[: len(rows) // 150 * 150]
    assert np.abs(np.bincount(whole, minlength=150) - len(whole) // 150).max() <= 1  # by a window that two passes share
    plain = order_of(seed=None, steps_per_epoch=4)
    assert np.concatenate([visited(plain, epoch) for epoch in range(5)]).tolist() == [n % 150 for n in range(320)]


def test_a_window_is_read_once_however_many_epochs_share_it() -> None:
    pieces = Pieces(ROWS.x, SIZES)
    stream = Stream(pieces, WINDOW)
    feed = StreamedFeed(Rows(stream.form, ROWS.y, stream=stream), BATCH)
    order = feed.order(seed=1, steps_per_epoch=1)
    windows = [feed.epoch(order, epoch).window(0) for epoch in range(3)]
    assert {id(window.tensors) for window in windows} == {id(windows[0].tensors)}
    assert sorted(np.concatenate([np.asarray(window.order) for window in windows])) == list(range(48))


def test_a_window_is_made_once_however_often_it_is_asked_for() -> None:
    feed = StreamedFeed(streamed(ROWS, SIZES, WINDOW), BATCH)
    steps = feed.epoch(feed.order(seed=1), 0)
    first = steps.window(0)
    assert steps.window(2) is first
    assert feed.epoch(feed.order(seed=1), 0).window(1).first == 0
    assert steps.window(3) is not first
    assert (feed.window(0).first, feed.window(0).tensors is feed.window(1).tensors) == (0, True)


def compiled() -> keras.Model:
    keras.utils.set_random_seed(5)
    keras.backend.clear_session()
    stack = [keras.layers.Dense(8, activation="relu"), keras.layers.Dropout(0.3)]
    model = keras.Sequential([keras.Input((7,)), *stack, keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"], jit_compile=False)
    model.compute_metrics(np.zeros((2, 7)), np.zeros(2), model(np.zeros((2, 7))), np.ones(2))
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return model


def feed(rows: Rows, *, is_streamed: bool) -> Any:
    if not is_streamed:
        return Feed.of(rows, BATCH, rows.weights)
    pieces = SIZES if len(rows) == 150 else (30, 7)
    return StreamedFeed(streamed(rows, pieces, WINDOW), BATCH, rows.weights)


def trained(
    seed: int | None, *, is_streamed: bool, stops: int | None = None, steps_per_epoch: int | None = None
) -> dict[str, Any]:
    """Train; with ``stops``, stop after so many looks, and go on from there with another model."""
    start, snapshot, rows = Position(), None, dict[str, list[float]]()
    while True:
        model, looks = compiled(), itertools.count(1)
        train = feed(ROWS, is_streamed=is_streamed)
        order = train.order(seed=seed, steps_per_epoch=steps_per_epoch)
        hooks = Hooks([], model, epochs=EPOCHS, steps=order.steps)
        state = TrainingState(model, hooks.all.callbacks)
        stop = stops if snapshot is None else None
        watch = Watch(wants_end=lambda looks=looks, stop=stop: next(looks) == stop)
        loop, held_out = Loop(model, jit=False), feed(HELD_OUT, is_streamed=is_streamed)
        fitting = Fitting(model, loop, train, order, held_out, hooks, epochs=EPOCHS, watch=watch)
        note = state.note_beginning if snapshot is None else partial(state.restore, snapshot)
        try:
            fitting.run(start, note)
        except Interrupted as interrupted:
            start, snapshot = interrupted.position, state.take()
            assert start.step, "not in the middle of an epoch"
            rows = {name: list(values) for name, values in model.history.history.items()}
            continue
        for name, values in model.history.history.items():
            rows.setdefault(name, []).extend(values)
        weights = [np.array(variable) for variable in [*model.variables, *model.optimizer.variables]]
        return {"rows": rows, "weights": weights, "predicted": loop.predict(held_out), "loop": loop}


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert {name: list(map(float, values)) for name, values in one["rows"].items()} == {
        name: list(map(float, values)) for name, values in other["rows"].items()
    }
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(one["weights"], other["weights"], strict=True))
    assert np.array_equal(one["predicted"], other["predicted"])


@pytest.mark.parametrize("steps_per_epoch", [None, 4])
def test_in_their_own_order_rows_from_disk_give_the_bits_of_rows_in_memory(steps_per_epoch: int | None) -> None:
    options = {"seed": None, "steps_per_epoch": steps_per_epoch}
    assert_same(trained(is_streamed=True, **options), trained(is_streamed=False, **options))


def test_shuffled_they_repeat_themselves_also_when_stopped_in_a_window() -> None:
    whole = trained(3, is_streamed=True)
    assert_same(whole, trained(3, is_streamed=True, stops=5))
    other = trained(3, is_streamed=False)
    assert whole["rows"]["loss"] != other["rows"]["loss"]
    assert whole["rows"]["loss"][-1] == pytest.approx(other["rows"]["loss"][-1], rel=0.1)


def test_windows_of_one_size_are_traced_once() -> None:
    loop = trained(3, is_streamed=True)["loop"]
    assert loop._train.experimental_get_tracing_count() == 2  # and one for the last of a pass, which has fewer rows


class Damaged(Pieces):
    """A file that changes under the hands of whoever reads it."""

    def read(self, piece: int) -> Arrays:
        if piece == 4:
            raise DataError("rows.csv: the file has changed")
        return super().read(piece)


def test_what_is_wrong_with_a_file_is_said_as_its_reader_says_it() -> None:
    stream = Stream(Damaged(ROWS.x, SIZES), WINDOW)
    feed = StreamedFeed(Rows(stream.form, ROWS.y, stream=stream), BATCH)
    steps = feed.epoch(feed.order(seed=None), 0)
    steps.window(0)
    with pytest.raises(DataError, match="has changed"):
        steps.window(3)


def test_an_order_in_memory_is_made_by_its_feed_too() -> None:
    assert isinstance(Feed.of(ROWS, BATCH).order(seed=1), Order)
