"""What is found out about columns and about the target."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from dnnrun.errors import DataError
from dnnrun.starter.profile import ColumnFacts, TableFacts

Facts = Callable[..., TableFacts]
Y = [0.5, 1.5, 2.5, 3.5]


def column(facts: TableFacts) -> ColumnFacts:
    [only] = facts.columns
    return only


def test_numbers(facts_of: Facts) -> None:
    a = column(facts_of(a=["1", "-2.5", "1e3", "1.0"], y=Y))
    assert (a.name, a.missing, a.numbers, a.distinct, a.whole, a.ascending) == ("a", 0, 4, 3, False, False)
    assert (a.lowest, a.highest, a.example) == (-2.5, 1000, "1")


def test_whole_numbers_in_every_spelling(facts_of: Facts) -> None:
    assert column(facts_of(a=["3", "4.0", "true", "1e1"], y=Y)).whole
    assert not column(facts_of(a=["3", "4.5", "5", "6"], y=Y)).whole


@pytest.mark.parametrize(
    ("cells", "ascending"), [("0123", True), ("5678", True), ("0124", False), ("3210", False), ("1111", False)]
)
def test_numbers_that_count_the_rows(facts_of: Facts, cells: str, ascending: bool) -> None:
    assert column(facts_of(a=cells, y=Y)).ascending is ascending


def test_gaps_and_text_among_numbers(facts_of: Facts) -> None:
    a = column(facts_of(a=["1", "", "?", "NA"], y=Y))
    assert (a.missing, a.numbers, a.distinct, a.example) == (2, 1, 2, "?")


def test_a_long_example_is_clipped(facts_of: Facts) -> None:
    assert column(facts_of(a=["x" * 99, "y"], y=[1, 2])).example == "x" * 37 + "..."


def test_a_column_without_values(facts_of: Facts) -> None:
    a = column(facts_of(a=["", "", "NA", "nan"], y=Y))
    assert (a.missing, a.numbers, a.distinct, a.example, a.whole) == (4, 0, 0, "", False)
    assert math.isnan(a.lowest)
    assert math.isnan(a.highest)


@pytest.mark.parametrize("cell", ["2024-01-31", "31.1.2024", "1/31/24", "2024-01-31T12:00:00", "2024/1/31 12:00"])
def test_dates(facts_of: Facts, cell: str) -> None:
    assert column(facts_of(a=[cell] * 4, y=Y)).dates


@pytest.mark.parametrize("cell", ["1.2.3.4", "12-14", "1,5", "3.14", "a 2024-01-01"])
def test_no_dates(facts_of: Facts, cell: str) -> None:
    assert not column(facts_of(a=[cell] * 4, y=Y)).dates


def test_decimal_commas(facts_of: Facts) -> None:
    assert column(facts_of(a=["1,5", "-2,25", "3", "4"], y=Y)).decimal_comma
    assert not column(facts_of(a=["1,5 m", "1", "2", "3"], y=Y)).decimal_comma


@pytest.mark.parametrize(
    ("cells", "target", "tie"),
    [
        (["0", "1.0", "1", "0"], [0, 1, 1, 0], "equal"),
        (["u", "v", "v", "u"], ["u", "v", "v", "u"], "equal"),
        (["no", "yes", "yes", "no"], [0, 1, 1, 0], "one to one"),
        (["5", "3", "3", "5"], ["a", "b", "b", "a"], "one to one"),
        (["5", "3", "3", "3"], ["a", "b", "b", "a"], ""),
        (["5", "3", "4", "5"], ["a", "b", "b", "a"], ""),
        (["1", "1", "1", "1"], [0, 1, 1, 0], ""),
        (["1", "", "1", "0"], [1, 0, 1, 0], ""),
        (["0.5", "1.50", "2.5", "3.5"], Y, "equal"),
        (["4", "3", "2", "1"], Y, ""),
    ],
)
def test_what_tells_the_target(facts_of: Facts, cells: list[str], target: list[Any], tie: str) -> None:
    assert column(facts_of(a=cells, y=target)).tie == tie


@pytest.mark.parametrize(
    ("cells", "kind", "counts"),
    [
        (["b", "a", "b", "b"], "text", {"a": 1, "b": 3}),
        (["True", "false", "true", "TRUE"], "text", {"false": 1, "true": 3}),
        (["2", "-1", "2.0", "2"], "whole", {-1: 1, 2: 3}),
        (["1", "2", "other", "2"], "text", {"1": 1, "2": 2, "other": 1}),
        (["1", "2.5", "2", "2"], "fractions", {}),
    ],
)
def test_target(facts_of: Facts, cells: list[str], kind: str, counts: dict[Any, int]) -> None:
    target = facts_of(a=[1, 2, 3, 5], y=cells).target
    assert (target.kind, target.counts) == (kind, counts)
    assert list(target.counts) == sorted(counts)
    assert target.distinct == (len(counts) or 3)


def test_the_middle_of_a_target(facts_of: Facts) -> None:
    target = facts_of(a=[1, 2, 3, 5], y=[1, 3, 1, 3]).target
    assert (target.mean, target.deviation) == (2, 1)
    assert math.isnan(facts_of(a=[1, 2], y=["u", "v"]).target.mean)


def test_a_target_with_gaps_is_refused_as_in_training(facts_of: Facts) -> None:
    with pytest.raises(DataError, match=r"the target 'y' has no value in 1 row \(line 3\)"):
        facts_of(a=[1, 2], y=[1, ""])
