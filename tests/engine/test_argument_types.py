"""What an argument takes, from its default and its documentation."""

from __future__ import annotations

from typing import Any

import pytest

from dnnrun.config import catalog
from dnnrun.engine.argument_types import argument_texts, choices_of, types_of

_TYPE = {"tuple": "list", "NoneType": "null"}


@pytest.mark.parametrize(
    ("text", "default", "types"),
    [
        ("Positive integer, dimensionality of the output.", None, ["int"]),
        ("int or tuple/list of 2 integers, the size.", None, ["int", "list"]),
        ("Float between 0 and 1. Fraction of units.", None, ["float"]),
        ("Whether the sum of floats is given.", False, ["bool"]),
        ("If `True`, three integers are added.", True, ["bool"]),
        ("An integer token. May be given as a list.", None, ["int", "list"]),
        ("Smallest change.", 0, ["int", "float", "list"]),
        ("Number of epochs.", 0, ["int"]),
        ("One of the values. A callable works too.", "auto", ["str"]),
        ('`"epoch"` or integer.', "epoch", ["int", "str"]),
        ("Quantity.", "val_loss", ["str"]),
        ("A PyTree.", None, []),
        ("", None, []),
        ("", "x", []),
        ("", 0.5, ["float", "list"]),
        ("", (0, 1), ["int", "float", "list"]),
        ("", True, ["bool"]),
    ],
)
def test_types(text: str, default: Any, types: list[str]) -> None:
    assert types_of(text, default, is_required=True) == types


def test_null_is_taken_where_it_is_the_default_or_mentioned() -> None:
    assert types_of("Integer or None.", None, is_required=True) == ["int", "null"]
    assert types_of("Integer.", None, is_required=False) == ["int", "null"]
    assert types_of("Integer.", None, is_required=True) == ["int"]
    assert types_of("", None, is_required=False) == []


@pytest.mark.parametrize(
    ("text", "default", "choices"),
    [
        ('One of `{"auto", "min", "max"}`. In `min` mode, it stops.', "auto", ["auto", "min", "max"]),
        ('string, either `"valid"` or `"same"` (case-insensitive). It pads.', "valid", ["valid", "same"]),
        ("String. One of `{'auto', 'min'}`.", "auto", ["auto", "min"]),
        ('`"epoch"` or integer. With `"epoch"` it saves.', "epoch", []),
        ('One of `"a"`, `"b"` or an instance.', "a", []),
        ('One of `"a"`, `"b"`.', "c", []),
        ("A word.", "a", []),
    ],
)
def test_choices(text: str, default: Any, choices: list[str]) -> None:
    assert choices_of(text, default) == choices


def test_texts_are_found_up_the_inheritance() -> None:
    class Base:
        """A base.

        Args:
            name: String name.
            size: of the base.
        """

    class Derived(Base):
        """Derived.

        Args:
            size, width: Integers,
                on two lines.

                And a paragraph.
            other: last

        Example:
            no: argument
        """

    texts = argument_texts(Derived)
    assert texts["size"] == texts["width"] == "Integers, on two lines. And a paragraph."
    assert texts["name"] == "String name."
    assert texts["other"] == "last"
    assert "no" not in texts


@pytest.mark.parametrize("kind", catalog.described_kinds())
def test_every_default_is_of_a_type_that_its_argument_takes(kind: Any) -> None:
    for name, entry in catalog.entries(kind).items():
        for argument, about in entry.parameters.items():
            if about.types and not about.is_required:
                default = type(about.default).__name__
                assert _TYPE.get(default, default) in about.types, f"{name}.{argument}"
            if about.choices and about.default is not None:
                assert about.default in about.choices, f"{name}.{argument}"
