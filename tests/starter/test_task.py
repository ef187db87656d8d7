"""Which task a target asks for, and what is said of one that asks for none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dnnrun.errors import ConfigError, DataError
from dnnrun.starter.profile import TableFacts
from dnnrun.starter.task import MOST_CLASSES, ROWS_A_CLASS, Task, decide_task

Facts = Callable[..., TableFacts]


def target(facts_of: Facts, cells: list[Any]) -> TableFacts:
    return facts_of(a=[i * 7 % 11 for i in range(len(cells))], y=cells)


CASES: dict[str, tuple[list[Any], Task]] = {
    "two texts": (["u", "v"] * 5, Task.binary),
    "true and false": (["true", "false"] * 5, Task.binary),
    "three texts": (["u", "v", "w"] * 5, Task.multiclass),
    "0 and 1": ([0, 1] * 5, Task.binary),
    "-1 and 1": ([-1, 1.0] * 5, Task.binary),
    "two fractions": ([0.5, 1.5] * 5, Task.regression),
    "most classes": (list(range(MOST_CLASSES)) * ROWS_A_CLASS, Task.multiclass),
    "one too many": (list(range(MOST_CLASSES + 1)) * ROWS_A_CLASS, Task.regression),
    "too few rows for each": (list(range(4)) * (ROWS_A_CLASS - 1), Task.regression),
    "prices": ([i * 1000 for i in range(50)], Task.regression),
}


@pytest.mark.parametrize("name", CASES)
def test_task(facts_of: Facts, name: str) -> None:
    cells, task = CASES[name]
    decision = decide_task(target(facts_of, cells), "t.csv")
    assert decision.task is task
    assert decision.why


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [([0, 1, 2] * 5, Task.regression), (list(range(12)) * 3, Task.multiclass), ([0, 1] * 5, Task.multiclass)],
)
def test_the_user_knows_better(facts_of: Facts, cells: list[Any], wanted: Task) -> None:
    decision = decide_task(target(facts_of, cells), "t.csv", wanted)
    assert (decision.task, decision.why) == (wanted, "as --task says")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["x"] * 10, "is 'x' in every row; there is nothing to learn"),
        ([f"2024-01-{day:02}" for day in range(10, 20)], "holds dates, such as '2024-01-10'"),
        ([f"{i},5" for i in range(10)], "write decimal points: 0.5"),
        ([f"name {i}" for i in range(10)], "has 10 different texts in 10 rows"),
    ],
)
def test_no_target(facts_of: Facts, cells: list[Any], says: str) -> None:
    with pytest.raises(DataError) as caught:
        decide_task(target(facts_of, cells), "t.csv")
    assert str(caught.value).startswith("t.csv: the target 'y' ")
    assert says in str(caught.value)
    assert caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("cells", "wanted", "says"),
    [
        (["u", "v"] * 5, Task.regression, "is text, such as 'u'"),
        ([0.5, 1.5] * 5, Task.multiclass, "holds numbers with fractions"),
        ([0, 1, 2] * 5, Task.binary, "has 3 different values"),
    ],
)
def test_a_task_that_the_target_does_not_allow(facts_of: Facts, cells: list[Any], wanted: Task, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        decide_task(target(facts_of, cells), "t.csv", wanted)
    assert str(caught.value).startswith(f"--task {wanted}: t.csv: the target 'y' ")


def test_numbers_that_are_wanted_as_classes_are_few(facts_of: Facts) -> None:
    with pytest.raises(DataError, match="50 different numbers in 50 rows, too many to be classes"):
        decide_task(target(facts_of, list(range(50))), "t.csv", Task.multiclass)
