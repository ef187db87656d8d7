"""A commented tree as text reads as its plain value, whatever its names and comments hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnrun.config.reader import read_text
from dnnrun.config.resolved import to_yaml_line
from dnnrun.starter.commented import WIDTH, Entry, Item, Section, Series, to_plain, to_text

STOP = Section((Entry("Stop", Section((Entry("after", 3, "Epochs."),))),))
NESTED = Section((Entry(0, 1.5, "A number."), Entry("list", Series((Item("x", "One."), Item(["y"]))))))
TREE = Section(
    (
        Entry("name", "a: b", "What it is called."),
        Entry("nested", NESTED),
        Entry("callbacks", Series((Item(STOP, "Stops."),))),
    )
)
TEXT = """\
# A heading.
#
#     a command

# What it is called.
name: 'a: b'

nested:
  # A number.
  0: 1.5
  list:
    # One.
    - x
    - [y]

callbacks:
  # Stops.
  - Stop:
      # Epochs.
      after: 3
"""
ODD = [
    "", " ", "yes", "no", "null", "~", "true", "1", "01", "1e3", "0x1F", ".inf", "#", "a # b", "a: b", ":", "- a", "?",
    "'", '"', "a'b\"c", "[a]", "{a: b}", "a, b", "%", "@", "`", "*a", "&a", "!a", "|", ">", "<<", "=", "\\", "\t",
    "a\nb", "a\r\nb", "a\u0085b", "a\u2028b", "\ufeff", " lead", "trail ", "\N{GRINNING FACE}", "\u00e9", "\u05d0",
    "\x07", "---", "...",
]  # fmt: skip
# What a file of UTF-8 can hold; a null character no config takes.
TEXTS = st.one_of(st.sampled_from(ODD), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))


def test_text() -> None:
    text = to_text(TREE, "A heading.\n\n    a command")
    assert text == TEXT
    assert read_text(text, "c").value == to_plain(TREE)


def test_comments_are_wrapped() -> None:
    text = to_text(Section((Entry("a", Section((Entry("b", 1, "word " * 100),))),)), "word " * 100)
    assert max(map(len, text.splitlines())) in range(WIDTH - 5, WIDTH + 1)


@pytest.mark.parametrize("value", [1e-5, 1e300, -0.0, 3, True, None, ["a", {"b": [1]}], {"a": {"b": "c"}}, [], {}])
def test_a_value_on_a_line(value: Any) -> None:
    line = to_yaml_line(value)
    assert "\n" not in line
    assert read_text(f"key: {line}", "c").value == {"key": value}


def test_equal_values_are_written_out() -> None:
    same = ["a"]
    assert to_yaml_line([same, same]) == "[[a], [a]]"


@settings(deadline=None, derandomize=True, max_examples=500)
@given(TEXTS, TEXTS)
def test_any_text_survives_in_any_place(text: str, other: str) -> None:
    tree = Section(
        (
            Entry(text, other, other),
            Entry(f"{text}2", Series((Item(text, other), Item([text, {other: text}]))), text),
            Entry(f"{text}3", Section((Entry(other, text, text),))),
        )
    )
    assert read_text(to_text(tree, text), "c").value == to_plain(tree)
