"""The order of the rows is a function of seed and epoch alone."""

from __future__ import annotations

import numpy as np
import pytest

from dnnrun.data.dataset import Rows
from dnnrun.engine.feeding import Feed, Order, row_weights
from dnnrun.engine.pace import Pace


@pytest.mark.parametrize(("rows", "batch_size", "steps"), [(10, 3, 4), (9, 3, 3), (2, 5, 1)])
def test_every_epoch_visits_every_row_once(rows: int, batch_size: int, steps: int) -> None:
    order = Order(rows, batch_size, seed=7)
    assert order.steps == steps
    for epoch in range(3):
        assert sorted(order.of_epoch(epoch)) == list(range(rows))


def test_orders_differ_by_epoch_and_seed_and_repeat() -> None:
    order = Order(100, 10, seed=7)
    assert np.array_equal(order.of_epoch(3), Order(100, 10, seed=7).of_epoch(3))
    assert not np.array_equal(order.of_epoch(3), order.of_epoch(4))
    assert not np.array_equal(order.of_epoch(3), Order(100, 10, seed=8).of_epoch(3))
    assert np.array_equal(Order(100, 10, seed=None).of_epoch(3), np.arange(100))


@pytest.mark.parametrize("steps", [1, 2, 7, 30])
@pytest.mark.parametrize("seed", [None, 5])
def test_steps_an_epoch_go_on_where_the_one_before_ended(steps: int, seed: int | None) -> None:
    order, whole = Order(10, 3, seed=seed, steps_per_epoch=steps), Order(10, 3, seed=seed)
    visited = np.concatenate([order.of_epoch(epoch) for epoch in range(6)])
    passes = np.concatenate([whole.of_epoch(number) for number in range(len(visited) // 10 + 1)])
    assert len(visited) == 6 * steps * 3
    assert np.array_equal(visited, passes[: len(visited)])


def test_rows_stay_in_their_compact_type() -> None:
    feed = Feed.of(Rows(np.zeros((5, 2, 2), dtype=np.uint8), np.arange(5)), 2)
    assert (feed.x.dtype.name, feed.y.dtype.name, feed.rows, feed.steps) == ("uint8", "int64", 5, 3)
    assert Feed.of(Rows(np.zeros((5, 2)), np.zeros(5)), 2).x.dtype.name == "float32"


def test_weights_of_classes() -> None:
    rows = Rows(np.zeros((4, 1)), np.array([2, 0, 1, 2]))
    weights = row_weights(rows, {0: 0.5, 1: 1.0, 2: 3.0})
    assert weights is not None
    assert weights.tolist() == [3.0, 0.5, 1.0, 3.0]
    assert row_weights(rows, None) is None


def test_the_pace_is_ten_looks_a_second() -> None:
    pace = Pace()
    assert pace.steps_from(5) == 6
    for _ in range(8):
        steps = pace.steps_from(0)
        pace.took(steps, steps * 0.0001)
    assert pace.steps_from(0) == 1000
    pace.took(3, 1.0)  # cut short: says nothing
    assert pace.steps_from(0) == 1000
    pace.took(1000, 1000.0)
    assert pace.steps_from(0) == 1
