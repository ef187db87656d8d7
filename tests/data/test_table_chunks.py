"""Tables that are read piece by piece hold what they hold when they are read whole."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnrun.data import imputing
from dnnrun.data.dataset import Dataset, SourceData, by_name
from dnnrun.data.sources import parquet, table
from dnnrun.data.sources.csv import read_csv, stream_csv
from dnnrun.data.sources.delimited import Delimited, Notation
from dnnrun.data.sources.parquet import read_parquet, stream_parquet
from dnnrun.errors import DataError

ROWS = 2_000


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few hundred rows, and no file so small that it is read whole."""
    monkeypatch.setattr(table, "LARGE", 0)
    monkeypatch.setattr("dnnrun.data.sources.table_source.LARGE", 0)
    monkeypatch.setattr(Delimited.spans, "__defaults__", (8_000,))
    monkeypatch.setattr(parquet, "PIECE", 8_000)


def columns() -> dict[str, list[Any]]:
    """Columns of every kind, odd only far down."""
    rng = np.random.default_rng(5)
    return {
        "f": [repr(value) for value in rng.normal(size=ROWS).tolist()],
        "i": [*range(ROWS - 1), 0.5],
        "t": ["true" if value else "FALSE" for value in rng.integers(0, 2, ROWS)],
        "s": [*map(str, range(700)), *(['so-called "red"', "two\nlines, no more", "x"] * 434)[: ROWS - 700]],
        "w": rng.integers(1, 4, ROWS).tolist(),
        "y": [*[7] * (ROWS - 1), "other"],
    }


def write(made: dict[str, list[Any]], name: str = "t.csv") -> str:
    with Path(name).open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(made)
        writer.writerows(zip(*made.values(), strict=True))
    return name


def joined(chunks: Any) -> dict[str, Any]:
    """All pieces below one another, read from the last to the first."""
    read = {piece: by_name(chunks.read(piece)) for piece in reversed(range(len(chunks.rows)))}
    assert [len(next(iter(read[piece].values()))) for piece in range(len(read))] == list(chunks.rows)
    return {name: np.concatenate([read[piece][name] for piece in range(len(read))]) for name in read[0]}


def assert_same(streamed: SourceData, whole: SourceData) -> None:
    assert len(streamed.x.rows) > 3
    found, expected = joined(streamed.x), by_name(whole.x)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype.kind == array.dtype.kind
        assert np.array_equal(found[name], array)
    for name in ("y", "weights"):
        assert np.array_equal(getattr(streamed, name), getattr(whole, name))
    assert (streamed.feature_names, streamed.files) == (whole.feature_names, whole.files)


@pytest.mark.parametrize("drop", [[], ["s"]], ids=["columns of several kinds", "numbers"])
def test_pieces_hold_what_the_table_holds(drop: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {"weights": "w", "drop": drop}
    whole = read_csv(write(columns()), "y", **options)
    assert whole.y.tolist()[-2:] == ["7", "other"]
    monkeypatch.setattr(Delimited.spans, "__defaults__", (8_000,))
    assert_same(stream_csv("t.csv", "y", **options), whole)


@pytest.mark.usefixtures("small_pieces")
def test_a_large_table_in_memory_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(columns())
    by_pieces = read_csv(file, "y", weights="w")
    monkeypatch.setattr("dnnrun.data.sources.table_source.LARGE", 1 << 30)
    monkeypatch.setattr(table, "LARGE", 1 << 30)
    whole = read_csv(file, "y", weights="w")
    assert all(np.array_equal(array, whole.x[name]) for name, array in by_pieces.x.items())
    assert np.array_equal(by_pieces.y, whole.y)


@pytest.mark.usefixtures("small_pieces")
def test_parquet() -> None:
    made = columns() | {"y": [value % 3 for value in range(ROWS)]}
    cells = pa.table({**made, "f": list(map(float, made["f"])), "t": [text == "true" for text in made["t"]]})
    pq.write_table(cells, "t.parquet", row_group_size=100)
    assert_same(stream_parquet("t.parquet", "y", weights="w"), read_parquet("t.parquet", "y", weights="w"))


@pytest.mark.usefixtures("small_pieces")
def test_several_files_and_a_test_set() -> None:
    made = columns()
    half = ROWS // 2
    write({name: cells[:half] for name, cells in made.items()}, "1.csv")
    write({name: cells[half:] for name, cells in reversed(made.items())}, "2.csv")
    write({name: cells[:9] for name, cells in made.items()}, "test.csv")
    data = stream_csv("[12].csv", "y", weights="w", test="test.csv")
    whole = read_csv("[12].csv", "y", weights="w", test="test.csv")
    assert_same(data, whole)
    assert joined(data.x_test)["s"].tolist() == whole.x_test["s"].tolist()
    assert data.y_test.tolist() == ["7"] * 9


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("read", [read_csv, stream_csv])
@pytest.mark.parametrize(
    ("row", "line", "message"),
    [
        (1500, "1,x,1", "column 'b' holds text, such as 'x', in 1 row (line 1502)"),
        (1500, "1,,1", "column 'b' has no value in 1 row (line 1502)"),
        (1500, "1,inf,1", "column 'b' is infinite, or too large for 32 bits, in 1 row (line 1502)"),
        (1500, "1,2", "2 cells where the first line has 3 columns"),
        (1500, "1,2,", "the target 'y' has no value in 1 row (line 1502)"),
        (1500, '1,"2,3', "2 cells where the first line has 3 columns"),
    ],
)
def test_mistakes_far_down(read: Callable[..., SourceData], row: int, line: str, message: str) -> None:
    lines = [f"{number},{number % 7},{number % 2}" for number in range(2_000)]
    lines[row] = line
    Path("t.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    with pytest.raises(DataError) as caught:
        read("t.csv", "y")
    assert message in str(caught.value)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("with_text", [True, False])
@pytest.mark.parametrize("impute", ["mean", "median", "most_frequent", "constant, fill: {a: -1, b: 9, s: none}"])
def test_gaps_of_what_stays_on_disk_are_filled_as_in_memory(
    load: Callable[..., Dataset], impute: str, with_text: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imputing, "_AT_ONCE", ROWS)  # a column a time
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=(2, ROWS)).round(2).astype(str)
    numbers[:, rng.random(ROWS) < 0.2] = ""
    words = ["" if word == 3 else f"w{word}" for word in rng.integers(0, 5, ROWS)]
    made = {"a": list(numbers[0]), "b": list(numbers[1]), "whole": [1] * ROWS, "y": [0, 1] * (ROWS // 2)}
    write({**made, "s": words} if with_text else made)
    if with_text and impute in {"mean", "median"}:
        impute = f"{{a: {impute}, b: {impute}, s: most_frequent}}"
    elif not with_text:
        impute = impute.replace(", s: none", "")
    source = (
        f"source: {{csv: {{path: t.csv, target: y, impute: {impute}}}}}\ntest_split: 0.25\nshuffle: false\nlimit: 1400"
    )
    held, streamed = load(f"{source}\nin_memory: true"), load(f"{source}\nin_memory: false")
    assert streamed.is_streamed
    assert streamed.filled == held.filled
    assert set(held.filled) == ({"a", "b", "s"} if with_text else {"a", "b"})
    for split, rows in held.splits.items():
        read = by_name(streamed.splits[split].take(slice(None)).x)
        assert {name: array.tolist() for name, array in by_name(rows.x).items()} == {
            name: array.tolist() for name, array in read.items()
        }


@pytest.mark.usefixtures("small_pieces")
def test_a_test_set_on_disk_may_have_gaps_where_the_rows_have_none() -> None:
    write({"a": [1, 2] * 500, "b": [1, ""] * 500, "y": [0, 1] * 500})
    write({"a": [1, ""] * 500, "b": [1, 2] * 500, "y": [0, 1] * 500}, "held_out.csv")
    data = stream_csv("t.csv", "y", test="held_out.csv", impute="mean")
    assert set(data.impute) == {"a", "b"}
    assert np.isnan(joined(data.x)[""][1, 1])


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_changes_while_it_is_in_use() -> None:
    data = stream_csv(write(columns()), "y", drop=["s"])
    Path("t.csv").write_text("f,i,t,s,w,y\n1,2,3,4,5,6\n")
    with pytest.raises(DataError, match=r"t\.csv: the file has changed while it was in use"):
        data.x.read(0)


def test_pieces_end_where_rows_end() -> None:
    Path("t.csv").write_bytes(b'\xef\xbb\xbfa,b\n1,"x\ny"\n2,"a ""b""\n\n\n"\r\n' + b"3,z\n" * 50 + b"4,last")
    file = Delimited(Path("t.csv"), "path", Notation())
    spans = list(file.spans(5))
    assert spans[0][0] == 3 + len(b"a,b\n")
    assert spans[-1][1] == Path("t.csv").stat().st_size
    assert [begin for begin, _ in spans[1:]] == [end for _, end in spans[:-1]]
    cells = [row for span in spans for row in file.read(["a", "b"], span=span).to_pylist()]
    assert cells == file.read(["a", "b"]).to_pylist()


@pytest.mark.usefixtures("small_pieces")
def test_whole_labels_take_as_few_bytes_as_the_largest_of_them_needs() -> None:
    made = {**columns(), "y": [*[-1, 1] * (ROWS // 2 - 1), 300, 0]}
    streamed = stream_csv(write(made), "y")
    assert streamed.y.dtype == np.int16
    assert streamed.y.tolist() == made["y"]
