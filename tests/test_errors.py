"""How a mistake is described."""

from __future__ import annotations

import pytest

from dnnrun import errors
from dnnrun.errors import (
    ConfigError,
    DataError,
    DnnrunError,
    ExportError,
    Place,
    Problem,
    RunError,
    TrainingError,
    suggest,
)


def test_a_problem_is_a_headline_an_excerpt_and_hints() -> None:
    place = Place("c.yaml", 12, 9, "epochs: five", 4)
    assert Problem("epochs must be a whole number", place, "first hint\nsecond hint").lines() == [
        "c.yaml:12:9: epochs must be a whole number",
        "  12 | epochs: five",
        "     |         ^^^^",
        "     = first hint",
        "     = second hint",
    ]


def test_a_problem_without_a_place() -> None:
    assert str(Problem("no such run")) == "no such run"
    assert str(Problem("no such run", hint="look there")) == "no such run\n     = look there"


def test_carets_stop_at_the_end_of_the_line() -> None:
    assert Place("c", 1, 4, "abcdef", 99).excerpt()[1] == "     |    ^^^"
    assert Place("c", 1, 7, "abcdef").excerpt()[1] == "     |       ^"


def test_an_error_holds_all_its_problems() -> None:
    error = ConfigError(Problem("one"), "two", hint="for the text")
    assert [problem.what for problem in error.problems] == ["one", "two"]
    assert str(error) == "one\ntwo\n     = for the text"


def test_exit_codes() -> None:
    codes = {
        kind: kind.exit_code for kind in (DnnrunError, ConfigError, DataError, RunError, TrainingError, ExportError)
    }
    assert codes == {DnnrunError: 1, ConfigError: 2, DataError: 3, RunError: 4, TrainingError: 5, ExportError: 5}


def test_the_docstrings_tree_is_the_tree() -> None:
    tree = dict(line.strip(" |-").split()[:2] for line in (errors.__doc__ or "").splitlines() if "|- " in line)
    classes = {cls.__name__: str(cls.exit_code) for cls in DnnrunError.__subclasses__()}
    assert tree == classes


@pytest.mark.parametrize(
    ("word", "allowed", "meant"),
    [
        ("Flaten", ["Dense", "Flatten"], "Flatten"),
        ("adamm", ["Adam", "adam", "SGD"], "adam"),
        ("Adamm", ["Adam", "adam", "SGD"], "Adam"),
        ("ADAM", ["Adam", "SGD"], "Adam"),
        ("validation_spilt", ["validation", "validation_split", "test_split"], "validation_split"),
    ],
)
def test_suggest(word: str, allowed: list[str], meant: str) -> None:
    assert suggest(word, allowed) == f"did you mean {meant!r}?"


@pytest.mark.parametrize(("word", "allowed"), [("zzz", ["Dense"]), ("Dense", []), ("", ["Dense"])])
def test_nothing_is_suggested_where_nothing_is_near(word: str, allowed: list[str]) -> None:
    assert suggest(word, allowed) == ""
