"""Rows to predict: read in the form of the training rows, and what is said of those that are not.

The messages are golden: `prediction_messages.txt`, written anew with ``DNNRUN_WRITE_CASES=1``.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dnnrun.data.dataset import by_name
from dnnrun.data.prediction.form import Batch, RowForm, form_of_rows
from dnnrun.data.prediction.reading import read_inputs
from dnnrun.data.prediction.values import batches_of
from dnnrun.errors import DataError, RunError

GOLDEN = Path(__file__).parent / "prediction_messages.txt"


def _form(shape: Any, dtype: Any, features: Any = None, source: Any = "mine", **more: Any) -> RowForm:
    data = {"input_shape": shape, "dtype": dtype, "features": features, **more}
    return form_of_rows({"dataset": data, "config": {"dataset": {"source": source}}})


TABLE = _form([3], "float32", ["a", "b", "c"])
MIXED = _form({"": [3]}, {"a": "float32", "city": "text", "c": "float32"}, ["a", "city", "c"], filled={"a": [2.5, 3]})
DIVIDED = _form(
    {"left": [2], "right": [1]}, {"left": "float32", "right": "float32"}, {"left": ["a", "c"], "right": ["b"]}
)
NAMELESS = _form([2], "float32", ["1", "2"], {"csv": {"path": "x.csv", "target": 0, "header": False}})
GERMAN = _form([2], "float32", ["a", "b"], {"csv": {"path": "x.csv", "target": "y", "decimal": ",", "missing": "?"}})
PICTURES = _form([4, 6], "uint8")
COLOURED = _form([4, 6, 3], "uint8", source={"images": {"path": "x", "size": [4, 6]}})
TEXTS = _form([1], "text")
REVIEWS = _form([1], "text", source={"text": {"path": "x.csv", "text": "review", "target": "y"}})
ARRAYS = _form([2, 2], "float32")
TWO = _form({"left": [2], "right": [2, 2]}, {"left": "float32", "right": "float32"})


def _read(form: RowForm, *inputs: str, **options: Any) -> list[Batch]:
    return list(read_inputs(inputs, form, **options))


def _x(form: RowForm, *inputs: str, **options: Any) -> Any:
    batches = _read(form, *inputs, **options)
    if len(batches) == 1:
        return batches[0].x
    return np.concatenate([by_name(batch.x)[""] for batch in batches])


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.parquet", "x.tsv"])
def test_columns_are_found_by_name_and_others_left_aside(folder: Path, name: str) -> None:
    frame = pd.DataFrame({"label": ["u", "v"], "c": [3, 6], "a": [1.5, 4], "note": ["", "n"], "b": [2, 5]})
    if name.endswith(".parquet"):
        frame.to_parquet(folder / name)
    else:
        text = frame.to_csv(index=False, sep="\t" if name.endswith(".tsv") else ";")
        (folder / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    (batch,) = _read(TABLE, name)
    np.testing.assert_array_equal(batch.x, np.array([[1.5, 2, 3], [4, 5, 6]], np.float32))
    assert batch.where == {"file": [name] * 2, "row": [0, 1]}
    divided = _x(DIVIDED, name)
    assert divided["left"].tolist() == [[1.5, 3], [4, 6]]
    assert divided["right"].tolist() == [[2], [5]]


def test_texts_stay_texts_and_gaps_are_filled_as_recorded(folder: Path) -> None:
    (folder / "x.csv").write_text("a,city,c\n,007,1\n4,Ulm,2\n", encoding="utf-8")
    x = _x(MIXED, "x.csv")
    assert x["a"].tolist() == [[2.5], [4]]
    assert x["city"].tolist() == [["007"], ["Ulm"]]


@pytest.mark.parametrize(
    ("arguments", "filled"),
    [
        ({"impute": "constant", "fill": {"a": 7, "city": "none"}}, {"a": 2.5, "city": "none"}),
        ({"impute": {"city": "constant", "c": "median"}, "fill": "none"}, {"a": 2.5, "city": "none"}),
        ({"impute": {"c": "constant"}, "fill": 1}, {"a": 2.5, "c": 1}),
        ({"impute": "most_frequent"}, {"a": 2.5}),
        ({}, {"a": 2.5}),
    ],
)
def test_constants_of_the_config_fill_gaps_that_no_training_row_had(
    arguments: dict[str, Any], filled: dict[str, Any]
) -> None:
    source = {"csv": {"path": "x.csv", "target": "y", **arguments}}
    dtypes = {"a": "float32", "city": "text", "c": "float32"}
    assert _form({"": [3]}, dtypes, ["a", "city", "c"], source, filled={"a": [2.5, 3]}).filled == filled


def test_files_are_written_as_the_config_says(folder: Path) -> None:
    (folder / "german.csv").write_text("a;b\n1,5;2\n", encoding="utf-8")
    assert _x(GERMAN, "german.csv").tolist() == [[1.5, 2]]
    (folder / "whole.csv").write_text("9,1,2\n9,3,4\n", encoding="utf-8")
    (folder / "features.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    for name in ("whole.csv", "features.csv"):
        assert _x(NAMELESS, name).tolist() == [[1, 2], [3, 4]]


def test_a_long_table_is_never_whole_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnnrun.data.sources.delimited.Delimited.spans.__defaults__", (1000,))
    rows = np.arange(3000).reshape(1000, 3)
    np.savetxt(folder / "x.csv", rows, fmt="%d", delimiter=",", header="a,b,c", comments="")
    batches = _read(TABLE, "x.csv")
    assert len(batches) > 5
    np.testing.assert_array_equal(np.concatenate([np.asarray(batch.x) for batch in batches]), rows)
    assert [row for batch in batches for row in batch.where["row"]] == list(range(1000))


def test_pictures_are_made_what_the_model_takes(folder: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    (folder / "in" / "deep").mkdir(parents=True)
    Image.fromarray(pixels).save(folder / "in" / "deep" / "a.png")
    Image.fromarray(np.stack([pixels] * 3, axis=2)).save(folder / "in" / "b.bmp")
    assert _x(PICTURES, "in").tolist() == [pixels.tolist()] * 2
    assert _x(COLOURED, "in").shape == (2, 4, 6, 3)
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "other.png")
    assert _x(PICTURES, "other.png", resize=True).shape == (1, 4, 6)
    assert _x(COLOURED, "other.png").shape == (1, 4, 6, 3)  # as its config resizes


def test_texts_of_files_lines_and_columns(folder: Path) -> None:
    for name, text in (("a.txt", "first\nsecond"), ("b.txt", "\ufeffthird")):
        (folder / name).write_text(text, encoding="utf-8")
    assert _x(TEXTS, "*.txt").tolist() == [["first\nsecond"], ["third"]]
    assert _x(TEXTS, "-", stdin=io.BytesIO(b"one\r\ntwo\n")).tolist() == [["one"], ["two"]]
    (folder / "x.csv").write_text('stars,review\n1,"long, dull"\n5,fine\n', encoding="utf-8")
    assert _x(REVIEWS, "x.csv").tolist() == [["long, dull"], ["fine"]]


def test_arrays_with_and_without_the_axis_of_rows(folder: Path) -> None:
    rows = np.arange(12, dtype=np.float64).reshape(3, 2, 2)
    np.save(folder / "rows.npy", rows)
    np.save(folder / "row.npy", rows[1])
    np.save(folder / "turned.npy", np.asfortranarray(rows))
    np.savez_compressed(folder / "x.npz", x_test=rows, y_test=np.zeros(3))
    for name in ("rows.npy", "x.npz", "turned.npy"):
        np.testing.assert_array_equal(_x(ARRAYS, name), rows)
    np.testing.assert_array_equal(_x(ARRAYS, "row.npy"), rows[1:2])
    np.savez(folder / "two.npz", left=np.ones((3, 2)), right=rows)
    assert {name: array.shape for name, array in _x(TWO, "two.npz").items()} == {"left": (3, 2), "right": (3, 2, 2)}


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": 2, "c": 3},
        [{"c": 3, "b": 2, "a": 1}],
        {"a": [1], "b": np.array([2]), "c": (3,)},
        pd.Series({"b": 2, "a": 1, "c": 3}),
        pd.DataFrame({"b": [2], "a": [1], "c": [3], "label": ["x"]}),
        [1, 2, 3],
        np.array([[1, 2, 3]]),
    ],
)
def test_rows_of_python(value: Any) -> None:
    (batch,) = batches_of(value, TABLE)
    assert np.asarray(batch.x).tolist() == [[1, 2, 3]]


def test_a_run_that_says_nothing_of_its_rows() -> None:
    with pytest.raises(RunError, match="does not say what rows its model takes"):
        form_of_rows({"status": "failed"})


def _files(folder: Path) -> None:
    texts = {
        "empty.csv": "",
        "no_rows.csv": "a,b,c\n",
        "columns.csv": "a,B,d\n1,2,3\n",
        "one_column.csv": "a|b:c\n1\n",
        "cells.csv": "a,b,c\n1,2,3\n1,,3\n1,x,3\n1,NA,1e60\n",
        "ragged.csv": "a,b,c\n1,2,3\n1,2\n",
        "mixed.csv": "a,city,c\n1,,3\n,Ulm,\n",
        "one.csv": "1\n",
        "blank.txt": " \n",
        "reviews.csv": "text_of_review,stars\nfine,5\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "latin.txt").write_bytes("schön".encode("latin-1"))
    pd.DataFrame({"a": [1, None], "b": [1, 2], "c": [1, 2]}).to_parquet(folder / "gaps.parquet")
    (folder / "broken.parquet").write_bytes(b"PAR1 and no more")
    Image.fromarray(np.zeros((9, 5), np.uint8)).save(folder / "size.png")
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "nothing").mkdir()
    np.save(folder / "shape.npy", np.zeros((3, 2)))
    np.save(folder / "fractions.npy", np.full((4, 6), 0.5))
    np.save(folder / "nan.npy", np.array([[[1, 2], [3, 4]], [[1, 2], [np.nan, 4]]]))
    np.save(folder / "words.npy", np.array([["a", "b"], ["c", "d"]]))
    np.save(folder / "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    (folder / "cut.npy").write_bytes((folder / "nan.npy").read_bytes()[:-8])
    np.savez(folder / "lacks.npz", left=np.zeros((3, 2)), rihgt=np.zeros((3, 2, 2)))
    np.savez(folder / "lengths.npz", left=np.zeros((3, 2)), right=np.zeros((2, 2, 2)))
    np.savez(folder / "several.npz", one=np.zeros((3, 2, 2)), two=np.zeros((2, 2, 2)))


CASES: Mapping[str, tuple[RowForm, tuple[str, ...]]] = {
    "there is no file": (TABLE, ("column.csv",)),
    "nothing as the pattern says": (TABLE, ("*.xlsx",)),
    "an empty table": (TABLE, ("empty.csv",)),
    "a table without rows": (TABLE, ("no_rows.csv",)),
    "wrong columns": (TABLE, ("columns.csv",)),
    "one column": (TABLE, ("one_column.csv",)),
    "cells without value, of text, too large": (TABLE, ("cells.csv",)),
    "a ragged table": (TABLE, ("ragged.csv",)),
    "gaps that nothing fills": (MIXED, ("mixed.csv",)),
    "gaps in Parquet": (TABLE, ("gaps.parquet",)),
    "broken Parquet": (TABLE, ("broken.parquet",)),
    "no names and too few columns": (NAMELESS, ("one.csv",)),
    "a picture for a table": (TABLE, ("size.png",)),
    "a table for pictures": (PICTURES, ("cells.csv",)),
    "a picture of another size": (PICTURES, ("size.png",)),
    "a broken picture": (PICTURES, ("broken.png",)),
    "an empty folder": (PICTURES, ("nothing",)),
    "pixels as fractions": (PICTURES, ("fractions.npy",)),
    "an array of another shape": (ARRAYS, ("shape.npy",)),
    "an array with NaN": (ARRAYS, ("nan.npy",)),
    "an array of texts": (ARRAYS, ("words.npy",)),
    "an array of objects": (ARRAYS, ("objects.npy",)),
    "an array that is cut off": (ARRAYS, ("cut.npy",)),
    "several arrays": (ARRAYS, ("several.npz",)),
    "a table for arrays": (ARRAYS, ("cells.csv",)),
    "an input that is lacking": (TWO, ("lacks.npz",)),
    "inputs of different lengths": (TWO, ("lengths.npz",)),
    "one array for two inputs": (TWO, ("shape.npy",)),
    "a text that is blank": (TEXTS, ("blank.txt",)),
    "a text in another encoding": (TEXTS, ("latin.txt",)),
    "no column of texts": (TEXTS, ("reviews.csv",)),
    "not the run's column of texts": (REVIEWS, ("reviews.csv",)),
}
VALUES: Mapping[str, Callable[[], Any]] = {
    "a frame without a column": lambda: pd.DataFrame({"a": [1], "b": [2]}),
    "a row with a gap": lambda: {"a": 1, "b": None, "c": 3},
    "a row with a text": lambda: [{"a": 1, "b": 2, "c": 3}, {"a": 1, "b": "two", "c": 3}],
    "a row that is too short": lambda: [1, 2],
    "no rows": lambda: pd.DataFrame({"a": [], "b": [], "c": []}),
}


def test_messages(folder: Path) -> None:
    _files(folder)
    written = []
    for name, (form, inputs) in CASES.items():
        with pytest.raises(DataError) as caught:
            _read(form, *inputs)
        written.append(f"# {name}\n{caught.value}\n")
    with pytest.raises(DataError) as caught:
        _read(TABLE, "-", stdin=io.BytesIO(b"a,b\n1,2\n"))
    written.append(f"# wrong columns on stdin\n{caught.value}\n")
    for name, value in VALUES.items():
        with pytest.raises(DataError) as caught:
            list(batches_of(value(), TABLE))
        written.append(f"# Python: {name}\n{caught.value}\n")
    text = "\n".join(written)
    if os.environ.get("DNNRUN_WRITE_CASES"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
