"""Where things are written: line, column and width of keys and values."""

from __future__ import annotations

import pytest

from dnnrun.components import ConfigPath
from dnnrun.config.reader import Document, read_text
from dnnrun.errors import Place

TEXT = """\
# a comment
dataset:   mnist
model:
  layers:
    - Flatten
    - {Dense: {units: 10, "activation": 'softmax'}}
class_weight: {0: 1.5, spam: 2}
tags: [a,
  bcd]
note: |
  block
empty:
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return read_text(TEXT, "c.yaml")


@pytest.mark.parametrize(
    ("path", "line", "column", "marked"),
    [
        (("dataset",), 2, 12, "mnist"),
        (("model",), 4, 3, "layers:"),
        (("model", "layers", 0), 5, 7, "Flatten"),
        (("model", "layers", 1), 6, 7, """{Dense: {units: 10, "activation": 'softmax'}}"""),
        (("model", "layers", 1, "Dense"), 6, 15, """{units: 10, "activation": 'softmax'}"""),
        (("model", "layers", 1, "Dense", "units"), 6, 23, "10"),
        (("model", "layers", 1, "Dense", "activation"), 6, 41, "'softmax'"),
        (("class_weight", 0), 7, 19, "1.5"),
        (("tags",), 8, 7, "[a,"),
        (("tags", 1), 9, 3, "bcd"),
        (("note",), 10, 7, "|"),
        (("empty",), 12, 7, ""),
    ],
)
def test_values(document: Document, path: ConfigPath, line: int, column: int, marked: str) -> None:
    place = document.place(path)
    assert place is not None
    assert (place.line, place.column) == (line, column)
    assert place.text[place.column - 1 :][: place.width] == marked


@pytest.mark.parametrize(
    ("path", "line", "column", "width"),
    [
        (("dataset",), 2, 1, 7),
        (("model", "layers"), 4, 3, 6),
        (("model", "layers", 1, "Dense"), 6, 8, 5),
        (("model", "layers", 1, "Dense", "activation"), 6, 27, 12),
        (("class_weight", 0), 7, 16, 1),
        (("class_weight", "spam"), 7, 24, 4),
    ],
)
def test_keys(document: Document, path: ConfigPath, line: int, column: int, width: int) -> None:
    place = document.place(path, of_key=True)
    assert place == Place("c.yaml", line, column, TEXT.splitlines()[line - 1], width)


def test_what_is_not_there_is_placed_at_what_is_around_it(document: Document) -> None:
    assert document.place(("model", "layers", 0, "Flatten", "x")) == document.place(("model", "layers", 0))
    assert document.place(("nothing",)) == document.place(())


def test_line_ends_of_other_systems() -> None:
    document = read_text("a: 1\r\nb:\r\n  c: x\r\n", "c")
    place = document.place(("b", "c"))
    assert place is not None
    assert (place.line, place.column, place.text) == (3, 6, "  c: x")


def test_excerpt_keeps_tabs_under_tabs() -> None:
    assert Place("f", 3, 3, "a\tbc", 2).excerpt() == ["   3 | a\tbc", "     |  \t^^"]


def test_excerpt_of_a_long_line_shows_what_is_meant() -> None:
    text = "x" * 500 + "HERE" + "y" * 500
    line, carets = Place("f", 1, 501, text, 4).excerpt()
    start = carets.index("^")
    assert line[start : start + 4] == "HERE"
    assert carets.count("^") == 4
    assert len(line) < 180


def test_excerpt_shows_no_control_characters() -> None:
    line, _ = Place("f", 1, 1, "a\x1b[31mb").excerpt()
    assert "\x1b" not in line


def test_a_place_without_a_line_is_its_name() -> None:
    assert str(Place("--set epochs=x")) == "--set epochs=x"
    assert Place("--set epochs=x").excerpt() == []
