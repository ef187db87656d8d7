"""Tables: what is read as what."""

from __future__ import annotations

import gzip
import os
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
    ("content", "what"),
    [(b"PAR1\x15\x04\xff", "a Parquet file, not a text file"), (b"PK\x03\x04\xff", "a spreadsheet or a zip archive")],
)
def test_files_of_other_programs(content: bytes, what: str) -> None:
    with pytest.raises(DataError, match=what):
        read(content)


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


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_told_from_the_first_lines(separator: str) -> None:
    assert read(GOOD.replace(",", separator)).x.tolist() == read(GOOD).x.tolist()


def test_decimal_commas() -> None:
    data = read("a;b;y\n1,5;2;0\n-,25; 1e3 ;1,5\n", decimal=",")
    assert data.x.tolist() == [[1.5, 2], [-0.25, 1000]]
    assert data.y.tolist() == [0, 1.5]
    assert read("a;b;y\n1,5;x;0\n2,5;y;1\n 3 ;z;0\n", decimal=",").x["a"].tolist() == [[1.5], [2.5], [3]]


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv"])
def test_packed(name: str) -> None:
    Path(name).write_bytes(gzip.compress(GOOD.encode()))
    data = read_csv(name, "y")
    assert data.x.tolist() == read(GOOD).x.tolist()


def test_packed_and_cut_off() -> None:
    with pytest.raises(DataError, match=r"t.csv: the compressed file is cut off or damaged.*\n.*gzip -t"):
        read(gzip.compress(GOOD.encode())[:-12])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "UTF8"])
def test_encoding(encoding: str) -> None:
    data = read("größe,y\n1,für\n2,wider\n".encode(encoding), encoding=encoding)
    assert (data.feature_names, data.y.tolist()) == (("größe",), ["für", "wider"])


def test_without_a_line_of_names() -> None:
    content = GOOD.partition("\n")[2]
    Path("t.csv").write_text(content)
    data = read_csv("t.csv", 2, header=False, drop=[0])
    assert (data.feature_names, data.x.tolist(), data.y.tolist()) == (("1",), [[2.5], [4], [6], [8]], [0, 1, 0, 1])
    named = read_csv("t.csv", "y", columns=["a", "b", "y"])
    assert (named.feature_names, named.x.tolist()) == (("a", "b"), read(GOOD).x.tolist())
    renamed = read(GOOD, header=True, columns=["c", "d", "y"])
    assert (renamed.feature_names, renamed.x.tolist()) == (("c", "d"), named.x.tolist())


def test_a_mark_where_there_is_no_line_of_names() -> None:
    Path("t.csv").write_bytes(b"\xef\xbb\xbf1,2\n3,4\n")
    assert read_csv("t.csv", "1", header=False).x.tolist() == [[1], [3]]


def test_several_files_are_one_table_whatever_the_order_of_their_columns() -> None:
    Path("b.csv").write_text("y,b,a\n1,20,10\n")
    Path("a.csv").write_text("a,b,y\n1,2,0\n")
    pattern, listed = read_csv("[ab].csv", "y"), read_csv(["b.csv", "a.csv"], "y")
    assert pattern.x.tolist() == [[1, 2], [10, 20]]
    assert listed.x.tolist() == [[20, 10], [2, 1]]
    assert pattern.files == (Path("a.csv"), Path("b.csv"))


def test_a_column_of_several_files_has_one_kind() -> None:
    Path("a.csv").write_text("a,b,y\n1,007,0\n2,8,0\n")
    Path("b.csv").write_text("a,b,y\n3.5,x,1\n4,y,1\n5,z,0\n")
    data = read_csv(["a.csv", "b.csv"], "y")
    assert data.x["a"].ravel().tolist() == [1, 2, 3.5, 4, 5]
    assert data.x["b"].ravel().tolist() == ["007", "8", "x", "y", "z"]


def test_columns_of_several_kinds() -> None:
    data = read("n,t,s,y\n1,TRUE,red,0\n2.5,false, blue ,1\n3,False,7,0\n")
    assert list(data.x) == ["n", "t", "s"] == list(data.feature_names)
    assert {name: array.dtype.kind for name, array in data.x.items()} == {"n": "f", "t": "f", "s": "O"}
    assert data.x["n"].dtype == data.x["t"].dtype == np.float32
    assert data.x["t"].tolist() == [[1], [0], [0]]
    assert data.x["s"].tolist() == [["red"], ["blue"], ["7"]]


def test_one_long_text_makes_the_others_no_larger() -> None:
    rows = "".join(f"{row},short,0\n" for row in range(1000))
    column = read(f"n,s,y\n{rows}0,{'long' * 50_000},1\n").x["s"]
    assert column.nbytes < 10_000
    assert len(column[-1, 0]) == 200_000


def test_yes_and_no_are_text() -> None:
    assert read("a,y\nyes,0\nno,1\n").x["a"].tolist() == [["yes"], ["no"]]


def test_weights_groups_and_times_are_no_features() -> None:
    Path("test.csv").write_text("a,w,y\n9,4,1\n")
    data = read(
        "a,w,g,t,y\n1,2,p,2024-01-31,0\n2,0.5,q,2024-01-30,1\n", weights="w", group="g", time="t", test="test.csv"
    )
    assert data.feature_names == ("a",)
    assert (data.weights.tolist(), data.weights_test.tolist()) == ([2, 0.5], [4])
    assert data.groups.tolist() == ["p", "q"]
    assert data.times.argsort().tolist() == [1, 0]


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["3", "1.5", "2"], [1, 2, 0]),
        (["2024-01-02T10:00", "2024-01-02 09:59:59.5", "2023-12-31"], [2, 1, 0]),
        (["2024-01-02T10:00+02:00", "2024-01-02T09:00Z", "2024-01-02T08:30+00:00"], [0, 2, 1]),
    ],
)
def test_times_sort(cells: list[str], order: list[int]) -> None:
    data = read("a,t,y\n" + "".join(f"1,{cell},0\n" for cell in cells), time="t")
    assert data.times.argsort().tolist() == order


def test_groups_of_numbers_are_numbers() -> None:
    assert read("a,g,y\n1,7,0\n2,8,1\n", group="g").groups.dtype == np.int64


def test_gaps_wait_to_be_filled() -> None:
    data = read("a,s,y\n1,red,0\n,NA,1\n3,-1,0\n?,blue,0\n4,-1,0\n", impute="most_frequent", missing=["?", -1])
    assert np.isnan(data.x["a"].ravel()).tolist() == [False, True, False, True, False]
    assert data.x["s"].ravel().tolist() == ["red", None, None, "blue", None]
    assert {name: filling.strategy for name, filling in data.impute.items()} == dict.fromkeys("as", "most_frequent")


def test_a_marker_of_gaps_is_one_however_the_number_is_written() -> None:
    assert np.isnan(read("a,y\n-1,0\n-1.0,1\n2,1\n", impute="mean", missing=-1).x.ravel()).tolist() == [True] * 2 + [
        False
    ]


def test_a_cell_that_goes_on_over_the_blocks_that_are_read() -> None:
    note = "x\n" * 3_000_000
    data = read(f'a,note,y\n1,"{note}",0\n2,"{note}",1\n', drop="note")
    assert data.x.tolist() == [[1], [2]]


def test_the_thoracic_surgery_data() -> None:
    shared = Path(os.environ.get("DNNRUN_SHARED") or Path(__file__).parents[3] / "shared" / "data")
    if not (shared / "thoracic_surgery.csv").is_file():
        pytest.skip("thoracic_surgery.csv is not in ../shared/data")
    data = read_csv(str(shared / "thoracic_surgery.csv"), "17", header=False, drop=["0"])
    assert (data.x.shape, data.y.sum(), data.feature_names[0]) == ((470, 16), 70, "1")
