"""YAML is read by its 1.2 core schema, not by PyYAML's 1.1."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnrun.config.reader import read_text
from dnnrun.errors import ConfigError

SCALARS: dict[str, Any] = {
    "1e-3": 1e-3, "1E5": 1e5, "1e3": 1000.0, "1.5": 1.5, ".5": 0.5, "5.": 5.0, "-1.5e+2": -150.0, "+.5": 0.5,
    "12": 12, "012": 12, "-7": -7, "+7": 7, "0": 0, "0o17": 15, "0x1F": 31, "0b11": "0b11", "-0x1F": "-0x1F",
    "no": "no", "yes": "yes", "on": "on", "off": "off", "y": "y", "No": "No",
    "true": True, "True": True, "TRUE": True, "false": False, "tRUE": "tRUE",
    "~": None, "null": None, "Null": None, "NULL": None, "": None, "nULL": "nULL", "none": "none", "None": "None",
    "1:30": "1:30", "1_000": "1_000", "1,000": "1,000", "12e": "12e", "1.2.3": "1.2.3", "e3": "e3", ".": ".",
    "2026-11-23": "2026-11-23", "=": "=", "0o8": "0o8", "0xG": "0xG",
    ".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".Inf": math.inf, "inf": "inf", "-.Inf": -math.inf,
    "'1e-3'": "1e-3", '"no"': "no", "'null'": "null", "''": "", "'0x1F'": "0x1F", '"true"': "true",
    "!!str 3": "3", "!!str": "", "!!float 3": 3.0, "!!int '3'": 3, "!!bool 'true'": True,
    '"\\x41\\t"': "A\t", "'it''s'": "it's", '"\\U0001F600"': "\N{GRINNING FACE}",
}  # fmt: skip


@pytest.mark.parametrize(("written", "value"), SCALARS.items())
def test_scalar(written: str, value: Any) -> None:
    read = read_text(f"key: {written}\n", "c").value["key"]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("written", [".nan", ".NaN", ".NAN"])
def test_not_a_number(written: str) -> None:
    assert math.isnan(read_text(f"key: {written}", "c").value["key"])


def test_keys_follow_the_same_rules() -> None:
    assert read_text("{0: a, '0': b, no: c, 0x10: d}", "c").value == {0: "a", "0": "b", "no": "c", 16: "d"}


def test_block_texts() -> None:
    value = read_text("a: |\n  one\n  two\nb: >-\n  one\n  two\nc: one\n  two\n", "c").value
    assert value == {"a": "one\ntwo\n", "b": "one two", "c": "one two"}


def test_aliases_stand_for_equal_values() -> None:
    value = read_text("a: &x [1, 2]\nb: *x\n", "c").value
    assert value == {"a": [1, 2], "b": [1, 2]}
    assert value["a"] is not value["b"]


@pytest.mark.parametrize("written", ["!!int five", "!!null x", "!!bool yes", "!!float x", "!!binary aGk=", "!!set {a}"])
def test_tags_that_do_not_fit_or_do_not_exist(written: str) -> None:
    with pytest.raises(ConfigError, match="the tag"):
        read_text(f"key: {written}\n", "c")


@pytest.mark.parametrize("digits", ["9" * 1001, "0x" + "f" * 1000, "-" + "1" * 5000])
def test_numbers_that_python_could_not_print(digits: str) -> None:
    with pytest.raises(ConfigError, match="more than 1000 digits"):
        read_text(f"key: {digits}\n", "c")


@settings(deadline=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_as_python_writes_them(number: float) -> None:
    assert read_text(f"key: {number!r}", "c").value["key"] == number
