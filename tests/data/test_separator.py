"""The separator is told from the first lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun.data.sources.separator import SEPARATORS, guess_separator


def guess(text: str | bytes) -> str:
    Path("t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return guess_separator(Path("t.csv"))


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator(separator: str, end: str) -> None:
    assert guess(separator.join("abc") + end + separator.join("123") + end) == separator


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1,5;2,5\n", ";"),
        ("a;b\n1,5;2\n", ";"),
        ('"a, b";c\n1;2\n', ";"),
        ('"a;b;c",d\n1,2\n', ","),
        ("a, b;c\n1;2\n3;4\n", ";"),
        ("\n\na;b\n1;2\n", ";"),
        ("\ufeffa;b\n1;2\n", ";"),
        ("a,b\n1,2\n3\n", ","),
        ('a;b\n1;"two\nlines"\n', ";"),
        ("a\n1\n", ","),
        ("", ","),
    ],
)
def test_what_divides_all_rows_alike_counts_first(text: str, separator: str) -> None:
    assert guess(text) == separator


def test_a_cell_that_goes_on_beyond_the_lines_that_are_read() -> None:
    assert guess("a;b\n" + "1;2\n" * 20 + '3;"' + "x\n" * 100 + '"\n') == ";"


def test_what_cannot_be_read_is_left_to_the_reader() -> None:
    assert guess(b"a;b\n\xff\n") == ","
    assert guess("a;b\n" + "9" * 200_000) == ","
    assert guess_separator(Path("missing.csv")) == ","
