"""Which columns are left out, and the reason that is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dnnrun.starter.columns import unusable_columns
from dnnrun.starter.profile import TableFacts

Facts = Callable[..., TableFacts]
GOOD = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
CLASSES = [0, 1] * 5
DISTINCT = [17, 4, 8, 15, 16, 23, 42, 99, 1, 2]


def left_out(facts_of: Facts, name: str, cells: Sequence[Any], y: Sequence[Any] = CLASSES) -> str:
    """Return the reason for a column, which stands beside one that is good."""
    found = unusable_columns(facts_of(good=GOOD, **{name: cells}, y=y))
    assert set(found) <= {name}
    return found.get(name, "")


CASES: dict[str, tuple[str, list[Any], str]] = {
    "no name": ("", GOOD, "it has no name; pandas writes row numbers so"),
    "target": ("a", CLASSES, "it is the target over again"),
    "codes": ("a", ["no", "yes"] * 5, "it gives each class of the target another name"),
    "empty": ("a", [""] * 10, "it has no values"),
    "constant": ("a", [7] * 10, "it is '7' in every row"),
    "gaps": ("a", ["", "", "", *GOOD[3:]], "3 of 10 rows have no value"),
    "names": ("a", list("abcdefggff"), "7 different texts in 10 rows, such as 'a': too many to be kinds"),
    "dates": ("a", [f"2024-01-0{i}" for i in range(10)], "dates, such as '2024-01-00'"),
    "text with numbers": ("a", ["u", "v", "w", "x", "y", "z", 1, 2, 3, 4], "10 different texts in 10 rows"),
    "counter": ("a", list(range(10)), "it counts the rows"),
    "identifier": ("PassengerId", DISTINCT, "its name and a number of its own in every row"),
}


@pytest.mark.parametrize("name", CASES)
def test_reason(facts_of: Facts, name: str) -> None:
    column, cells, reason = CASES[name]
    assert left_out(facts_of, column, cells).startswith(reason)


@pytest.mark.parametrize("name", ["id", "ID", "user_id", "UserID", "userId", "Row Number", "index", "no", "key"])
def test_names_of_identifiers(facts_of: Facts, name: str) -> None:
    assert "identifier" in left_out(facts_of, name, DISTINCT)


@pytest.mark.parametrize("name", ["width", "idea", "humid", "Idle", "nose", "keys_pressed", "income"])
def test_names_of_measurements(facts_of: Facts, name: str) -> None:
    assert left_out(facts_of, name, DISTINCT) == ""


@pytest.mark.parametrize(
    "cells",
    [
        ["", "", *GOOD[2:]],  # few gaps, which are filled
        list("uvwuvwuvwu"),
        ["?", *GOOD[1:]],  # a slip among numbers
        [f"{i},5" for i in GOOD],  # decimal commas
        ["true", "false", "true", "true", "false", "true", "true", "false", "true", "true"],
    ],
    ids=["gaps", "text", "slip", "commas", "truths"],
)
def test_what_is_worth_mending_or_good_stays(facts_of: Facts, cells: list[Any]) -> None:
    assert left_out(facts_of, "a", cells) == ""


def test_an_identifier_is_whole_and_never_twice_the_same(facts_of: Facts) -> None:
    assert left_out(facts_of, "id", GOOD) == ""
    assert left_out(facts_of, "id", [number + 0.5 for number in DISTINCT]) == ""


def test_the_only_column_may_count_the_rows(facts_of: Facts) -> None:
    assert unusable_columns(facts_of(x=range(10), y=[2.5 * i for i in range(10)])) == {}


def test_a_number_that_goes_with_the_target_is_no_other_name_for_it(facts_of: Facts) -> None:
    assert left_out(facts_of, "a", [2 * i for i in DISTINCT], [i + 0.5 for i in DISTINCT]) == ""
