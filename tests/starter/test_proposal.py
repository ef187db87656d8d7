"""What is proposed for which facts."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from dnnrun.starter.profile import TableFacts
from dnnrun.starter.proposal import OUT_OF_BALANCE, UNEVEN, Proposal, propose
from dnnrun.starter.sizes import LEAST_ROWS, SIZES, hidden_units, parameters_of, size_for, splits_of
from dnnrun.starter.task import decide_task

Facts = Callable[..., TableFacts]


def proposal(facts_of: Facts, y: list[Any]) -> Proposal:
    facts = facts_of(a=[i * 7 % 13 for i in range(len(y))], b=[i * 5 % 11 for i in range(len(y))], y=y)
    return propose(facts, decide_task(facts, "t.csv"), {"b": "for a reason"})


def classes(**counts: int) -> list[str]:
    return [name for name, count in counts.items() for _ in range(count)]


def test_two_classes(facts_of: Facts) -> None:
    found = proposal(facts_of, classes(u=50, v=50))
    assert (found.outputs, found.loss, found.metrics) == (1, "binary_crossentropy", ("accuracy",))
    assert (found.stratify, found.one_hot, dict(found.class_weight)) == (True, False, {})
    assert (found.features, found.left_out) == (("a",), {"b": "for a reason"})


def test_several_classes(facts_of: Facts) -> None:
    found = proposal(facts_of, classes(u=50, v=50, w=50))
    assert (found.outputs, found.loss, found.metrics) == (3, "sparse_categorical_crossentropy", ("accuracy",))
    assert (found.stratify, found.one_hot) == (True, False)


def test_a_number(facts_of: Facts) -> None:
    found = proposal(facts_of, [1000.5 + i for i in range(100)])
    assert (found.outputs, found.loss, found.metrics) == (1, "mean_squared_error", ("mean_absolute_error",))
    assert (found.stratify, dict(found.class_weight), found.imbalance) == (False, {}, 1)
    assert found.offset == pytest.approx(1050, abs=0.1)
    assert found.scale == pytest.approx(28.87, abs=0.01)


@pytest.mark.parametrize(("mean", "unit"), [(1.7e9, 1e5), (0, 1e-6), (3e5, 1e5), (-1e-9, 1e-12), (1e20, 1e19)])
def test_the_rounded_mean_is_near_in_the_unit_of_the_deviation(facts_of: Facts, mean: float, unit: float) -> None:
    draw = random.Random(0)
    y = [mean + unit * draw.gauss() for _ in range(100)]
    found = proposal(facts_of, y)
    assert found.offset == pytest.approx(math.fsum(y) / 100, abs=unit / 100)
    assert found.scale == pytest.approx(found.facts.target.deviation, rel=1e-3)


def test_uneven_classes_are_not_measured_by_accuracy_alone(facts_of: Facts) -> None:
    assert proposal(facts_of, classes(u=100, v=int(100 * UNEVEN))).metrics == ("accuracy",)
    assert proposal(facts_of, classes(u=100, v=int(100 * UNEVEN) + 1)).metrics == ("accuracy", "AUC")
    several = proposal(facts_of, classes(u=20, v=40, w=40))
    assert several.metrics == ("accuracy", {"F1Score": {"average": "macro"}})
    assert (several.one_hot, several.loss) == (True, "categorical_crossentropy")


def test_classes_out_of_balance_are_weighted(facts_of: Facts) -> None:
    assert not proposal(facts_of, classes(u=20, v=int(20 * OUT_OF_BALANCE))).class_weight
    weighted = proposal(facts_of, classes(u=10, v=90)).class_weight
    assert weighted == {"u": 5, "v": pytest.approx(0.5556)}
    numbered = proposal(facts_of, [0] * 90 + [1] * 10)
    assert list(numbered.class_weight) == [0, 1]


@pytest.mark.parametrize(
    ("counts", "stratify"),
    [({"u": 97, "v": 3}, True), ({"u": 98, "v": 2}, False), ({"u": 4, "v": 4, "w": 4}, False)],
)
def test_stratify_needs_rows_of_every_class(facts_of: Facts, counts: dict[str, int], stratify: bool) -> None:
    assert proposal(facts_of, classes(**counts)).stratify is stratify


def test_the_splits_are_those_of_training() -> None:
    from sklearn.model_selection import train_test_split

    for rows in range(LEAST_ROWS, 300):
        size = size_for(rows)
        rest, test = train_test_split(range(rows), test_size=size.held_out)
        train, validation = train_test_split(rest, test_size=size.held_out)
        assert splits_of(rows, size) == (len(train), len(validation), len(test))


@pytest.mark.parametrize("size", SIZES)
def test_no_size_breaks_a_rule(size: Any) -> None:
    assert size.patience < size.epochs
    assert 0.1 <= size.held_out <= 0.3
    assert 0 < size.dropout < 0.5  # so that no net is without regularisation, however many columns there are
    assert list(size.hidden) == sorted(size.hidden, reverse=True)


def test_sizes_grow() -> None:
    assert [size.below for size in SIZES] == sorted({size.below for size in SIZES})
    assert SIZES[-1].below == math.inf
    assert [size_for(rows).hidden[0] for rows in (10, 100, 500, 5_000, 50_000, 10**6)] == [8, 16, 32, 64, 128, 256]


def test_hidden_layers_are_not_narrower_than_many_classes_need() -> None:
    assert hidden_units(SIZES[0], 3) == (8,)
    assert hidden_units(SIZES[0], 100) == (128,)
    assert hidden_units(SIZES[0], 5000) == (256,)


def test_parameters() -> None:
    assert parameters_of(4, (16,), 3) == 4 * 16 + 16 + 16 * 3 + 3
