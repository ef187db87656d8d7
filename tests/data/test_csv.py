"""Tables: what is read as what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dnnrun.data.dataset import Dataset
from dnnrun.data.sources.csv import read_csv
from dnnrun.errors import DataError

GOOD = "a,b,y\n1,2.5,0\n3,4,1\n5,6,0\n7,8,1\n"


def read(content: str | bytes, *arguments: object, **options: object):  # type: ignore[no-untyped-def]
    """Read a file with this content; the target is y."""
    Path("t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_csv("t.csv", "y", *arguments, **options)  # type: ignore[arg-type]


def test_good_file() -> None:
    data = read(GOOD)
    assert data.x.tolist() == [[1, 2.5], [3, 4], [5, 6], [7, 8]]
    assert data.x.dtype == np.float32
    assert data.y.tolist() == [0, 1, 0, 1]
    assert data.feature_names == ("a", "b")
    assert data.files == (Path("t.csv"),)
    assert data.x_test is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace(",", " , ").encode(),
        GOOD.replace("\n", "\n\n").encode(),
        ("\n\n" + GOOD).encode(),
        GOOD.removesuffix("\n").encode(),
        GOOD.replace("1", '"1"').replace("a", '"a"').encode(),
        b"\xef\xbb\xbf" + GOOD.replace("a,", '"a",').encode(),
    ],
    ids=["BOM", "CRLF", "CR", "blanks", "blank lines", "blank first", "no last newline", "quotes", "BOM and quotes"],
)
def test_the_same_table_written_otherwise(content: bytes) -> None:
    data, same = read(GOOD), read(content)
    assert same.x.tolist() == data.x.tolist()
    assert same.y.tolist() == data.y.tolist()
    assert same.feature_names == data.feature_names


@pytest.mark.parametrize("separator", [";", "\t", "|", " ", "€"])
def test_separator(separator: str) -> None:
    assert read(GOOD.replace(",", separator), separator=separator).x.shape == (4, 2)


def test_a_quoted_cell_may_hold_separators_quotes_and_line_breaks() -> None:
    data = read('"a, b",y\n1,"red, dark"\n2,"so-called ""red"""\n"3","two\nlines"\n')
    assert data.feature_names == ("a, b",)
    assert data.y.tolist() == ["red, dark", 'so-called "red"', "two\nlines"]
    assert data.x.tolist() == [[1], [2], [3]]


def test_true_and_false_are_1_and_0_as_features_and_two_classes_as_a_target() -> None:
    data = read("a,y\ntrue,False\nFALSE,TRUE\n")
    assert data.x.tolist() == [[1], [0]]
    assert data.y.tolist() == ["false", "true"]


def test_numbers_in_every_spelling() -> None:
    assert read("a,y\n1e3,1\n-.5,1\n+2,1\n 7 ,1\n").x.tolist() == [[1000], [-0.5], [2], [7]]


def test_whole_targets_are_integers_and_others_floats() -> None:
    assert read("a,y\n1,3\n2,-4\n").y.dtype == np.int64
    assert read("a,y\n1,3.0\n2,4.0\n").y.dtype == np.int64
    assert read("a,y\n1,3.5\n2,4\n").y.dtype == np.float64
    assert read("a,y\n1,1e30\n2,2\n").y.tolist() == [1e30, 2]


def test_classes_may_be_numbers_and_words() -> None:
    assert read("a,y\n1,1\n2,2\n3,other\n").y.tolist() == ["1", "2", "other"]


def test_a_class_may_be_called_none() -> None:
    assert read("a,y\n1,None\n2,some\n").y.tolist() == ["None", "some"]


@pytest.mark.parametrize("drop", ["b", ["b"], ("b",)])
def test_drop(drop: object) -> None:
    data = read(GOOD, drop=drop)
    assert data.feature_names == ("a",)
    assert data.x.tolist() == [[1], [3], [5], [7]]


def test_a_dropped_column_may_hold_anything() -> None:
    assert read("a,note,y\n1,,0\n2,text,1\n", drop=["note"]).x.tolist() == [[1], [2]]
    assert read(",a,y\n0,1,0\n1,2,1\n", drop=[""]).x.tolist() == [[1], [2]]


def test_test_file_with_its_columns_in_another_order() -> None:
    Path("test.csv").write_text("y,extra,b,a\n1,text,2,1\n")
    data = read(GOOD, test="test.csv")
    assert data.x_test.tolist() == [[1, 2]]
    assert data.y_test.tolist() == [1]
    assert data.files == (Path("t.csv"), Path("test.csv"))


def test_test_labels_are_text_where_the_training_labels_are() -> None:
    Path("test.csv").write_text("a,y\n1,1\n2,2\n")
    data = read("a,y\n1,1\n2,2\n3,other\n", test="test.csv")
    assert data.y_test.tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a,y\n1,caf\u00e9\n".encode("latin1"), 2),
        (GOOD.encode("utf-16"), 1),
        (b"a,y\n" + b"1,2\n" * 9999 + b"1,\xff\n", 10001),
    ],
)
def test_not_utf_8(content: bytes, line: int) -> None:
    with pytest.raises(DataError, match=rf"t.csv: not a UTF-8 text file \(line {line}\)\n.*save it again as UTF-8"):
        read(content)


def test_not_a_table() -> None:
    with pytest.raises(DataError, match=r"t\.csv: "):
        read(b"PK\x03\x04\x00\x00\x00\x00\x00 not a table")
    with pytest.raises(DataError, match="field larger than"):
        read("a,y\n" + "9" * 200_000 + ",1\n")


def test_a_long_table_is_read_whole(load: Callable[..., Dataset], folder: Path) -> None:
    rows = "".join(f"{i},{i % 7}\n" for i in range(20_000))
    (folder / "t.csv").write_text("x,y\n" + rows)
    data = load("source: {csv: {path: t.csv, target: y}}")
    assert data.train.x[:, 0].tolist() == list(range(20_000))
