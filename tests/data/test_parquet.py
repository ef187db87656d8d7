"""Tables in Parquet files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnrun.data.dataset import SourceData
from dnnrun.data.sources import ArgumentError
from dnnrun.data.sources.csv import read_csv
from dnnrun.data.sources.parquet import read_parquet
from dnnrun.errors import DataError

GOOD = {"a": [1, 2, 3], "b": [0.5, 1.5, 2.5], "y": ["no", "yes", "no"]}


def write(columns: dict[str, Any], name: str = "t.parquet", **options: Any) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), name, **options)
    return name


def read(columns: dict[str, Any], **options: Any) -> SourceData:
    return read_parquet(write(columns), "y", **options)


def test_numbers() -> None:
    data = read(GOOD)
    assert data.x.tolist() == [[1, 0.5], [2, 1.5], [3, 2.5]]
    assert (data.x.dtype, data.y.tolist(), data.feature_names) == (np.float32, ["no", "yes", "no"], ("a", "b"))


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, 0], pa.uint8()),
        pa.array([1, 0], pa.uint64()),
        pa.array([1, 0], pa.float32()),
        pa.array(np.array([1, 0], np.float16)),
        pa.array([Decimal("1.00"), Decimal("0.00")]),
        pa.array([True, False]),
        pa.array([1, 0], pa.int16()).dictionary_encode(),
    ],
    ids=lambda cells: str(cells.type),
)
def test_every_type_of_number(cells: pa.Array) -> None:
    assert read({"a": cells, "y": [0, 1]}).x.tolist() == [[1], [0]]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array(["7", "red"], pa.large_string()),
        pa.array(["7", "red"]).dictionary_encode(),
        pa.array(["7", "08"]),
    ],
    ids=str,
)
def test_text_is_text_even_of_digits(cells: pa.Array) -> None:
    data = read({"s": cells, "n": [1, 2], "y": [0, 1]})
    assert data.x["s"].ravel().tolist() == cells.to_pylist()
    assert data.x["n"].dtype == np.float32


def test_targets() -> None:
    assert read({"a": [1, 2], "y": [True, False]}).y.tolist() == ["true", "false"]
    assert read({"a": [1, 2], "y": ["1", "2"]}).y.tolist() == ["1", "2"]
    assert read({"a": [1, 2], "y": pa.array([3, 4], pa.uint8())}).y.dtype == np.int64
    assert read({"a": [1, 2], "y": [0.5, 4]}).y.dtype == np.float64


def test_weights_groups_and_times() -> None:
    days = [date(2024, 5, 2), date(2024, 5, 1)]
    data = read({"a": [1, 2], "w": [1, 0.5], "g": ["p", "q"], "t": days, "y": [0, 1]}, weights="w", group="g", time="t")
    assert (data.weights.tolist(), data.groups.tolist(), data.times.argsort().tolist()) == (
        [1, 0.5],
        ["p", "q"],
        [1, 0],
    )
    assert data.feature_names == ("a",)


def test_a_folder_a_list_and_a_pattern() -> None:
    write({name: column[:1] for name, column in GOOD.items()}, "parts/1.parquet")
    write({name: column[1:] for name, column in reversed(GOOD.items())}, "parts/2.parquet")
    Path("parts/_SUCCESS").write_text("")
    tables = [read_parquet(path, "y") for path in ("parts", "parts/*.parquet", ["parts/1.parquet", "parts/2.parquet"])]
    assert [table.x.tolist() for table in tables] == [read(GOOD).x.tolist()] * 3


def test_test_set_and_gaps() -> None:
    test = write({"y": ["yes"], "b": [None], "a": [4]}, "test.parquet")
    data = read(
        {"a": [1, None, -1], "b": [0.5, float("nan"), 2], "y": ["no", "yes", "no"]},
        test=test,
        impute="mean",
        missing=-1,
    )
    assert np.isnan(data.x).tolist() == [[False, False], [True, True], [True, False]]
    assert np.isnan(data.x_test).tolist() == [[False, True]]


def test_the_index_of_a_frame_is_no_column() -> None:
    assert read({**GOOD, "__index_level_0__": [7, 8, 9]}).feature_names == ("a", "b")


def test_the_same_as_csv() -> None:
    Path("t.csv").write_text("a,b,s,y\n1,0.1,red,0\n2,0.30000001,blue,1\n")
    columns = {"a": [1, 2], "b": [0.1, 0.30000001], "s": ["red", "blue"], "y": [0, 1]}
    data, same = read_csv("t.csv", "y"), read(columns)
    assert {name: array.tolist() for name, array in data.x.items()} == {n: a.tolist() for n, a in same.x.items()}
    assert data.y.tolist() == same.y.tolist()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [[1], [2]]}, "column 'a' is nested, of type list"),
        ({"a": [{"b": 1}, {"b": 2}]}, "column 'a' is nested, of type struct"),
        ({"a": [b"x", b"y"]}, "column 'a' holds bytes"),
        ({"a": [date(2024, 1, 1)] * 2}, "column 'a' holds dates, such as '2024-01-01'"),
        ({"a": ["2024-01-01", "2024-01-02"]}, "column 'a' holds dates"),
        ({"a": pa.array([1, 2], pa.duration("s"))}, "column 'a' holds durations"),
        ({"a": [1, None]}, r"column 'a' has no value in 1 row \(row 1, counted from 0\)"),
        ({"a": [1, float("nan")]}, r"column 'a' has no value in 1 row"),
        ({"a": [float("inf"), 1e300]}, r"column 'a' is infinite, or .* in 2 rows \(rows 0, 1, counted from 0\)"),
        ({"a": [None, None]}, "column 'a' has no value in 2 rows .* which is every row"),
        ({"b": [1, 2], "y": [0, None]}, "the target 'y' has no value in 1 row"),
        ({}, "no column is left to learn from"),
    ],
)
def test_bad_columns(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=f"t.parquet: {message}"):
        read({"y": [0, 1], **columns})


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,y\n1,2\n", "half"])
def test_no_parquet(content: bytes | str) -> None:
    write(GOOD)
    whole = Path("t.parquet").read_bytes()
    Path("t.parquet").write_bytes(whole[: len(whole) // 2] if isinstance(content, str) else content)
    with pytest.raises(DataError, match=r"t.parquet: not a Parquet file, or cut off or damaged: "):
        read_parquet("t.parquet", "y")


def test_damaged_within() -> None:
    rows = np.arange(10_000)
    write({"a": rows, "y": rows}, compression="snappy")
    content = bytearray(Path("t.parquet").read_bytes())
    content[200:2000] = bytes(1800)
    Path("t.parquet").write_bytes(content)
    with pytest.raises(DataError, match="cut off or damaged"):
        read_parquet("t.parquet", "y")


def test_files_that_are_not_there_or_differ_or_are_empty() -> None:
    write(GOOD)
    with pytest.raises(ArgumentError, match=r"there is no such file\n.*did you mean 't.parquet'"):
        read_parquet("tt.parquet", "y")
    Path("folder").mkdir()
    with pytest.raises(ArgumentError, match=r"folder: there is no file that ends in \.parquet"):
        read_parquet("folder", "y")
    write({"a": [1], "c": [1], "y": ["no"]}, "u.parquet")
    with pytest.raises(DataError, match=r"u.parquet: there is no column 'b', which t.parquet has"):
        read_parquet(["t.parquet", "u.parquet"], "y")
    with pytest.raises(DataError, match="there are no rows"):
        read({name: column[:0] for name, column in GOOD.items()})


def test_a_dropped_column_may_be_anything() -> None:
    assert read({**GOOD, "c": [[1], [2], [3]]}, drop=["c"]).feature_names == ("a", "b")
