"""What a saved model says about raw rows in files is what it said about the same rows when the run ended."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

import dnnrun
from dnnrun import Run
from dnnrun.api.explaining_predictions import explain_by_permutation
from dnnrun.api.predicting import predict_files
from dnnrun.errors import ConfigError, DataError
from dnnrun.running.predictions import Prediction

OWN_LAYER = """\
import keras


class Doubled(keras.layers.Layer):
    def call(self, x):
        return x * 2
"""
CLASSES = ("high", "low", "middle")
DENSE = {
    "name": "dense",
    "seed": 1,
    "dataset": {"source": {"csv": {"path": "rows.csv", "target": "kind", "test": "held.csv"}}},
    "model": {"layers": [{"Dense": 8}, {"Dense": {"units": 3, "activation": "softmax"}}]},
    "loss": "sparse_categorical_crossentropy",
    "optimizer": "Adam",
    "epochs": 2,
}


def _config(source: dict[str, Any], layers: list[Any], loss: Any, **more: Any) -> dict[str, Any]:
    dataset = {"source": source, **more.pop("dataset", {})}
    return {**DENSE, "dataset": dataset, "model": {"layers": layers, **more.pop("model", {})}, "loss": loss, **more}


def _write(path: Path, frame: pd.DataFrame) -> None:
    frame.to_csv(path, index=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with data of every kind, the current one for as long as these tests last."""
    folder = tmp_path_factory.mktemp("predicting")
    draw = np.random.default_rng(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, rows in (("rows", 60), ("held", 30)):
            numbers = draw.normal(size=(rows, 2)).round(3)
            kinds = np.array(["low", "middle", "high"])[np.arange(rows) % 3]
            city = np.array(["Bonn", "Ulm", "Aachen"])[draw.integers(0, 3, rows)]
            age = np.where(np.arange(rows) % 7 == 3, np.nan, draw.integers(18, 80, rows))
            frame = pd.DataFrame({"a": numbers[:, 0], "b": numbers[:, 1], "kind": kinds})
            _write(folder / f"{name}.csv", frame)
            mixed = frame.assign(city=city, age=age, member=np.arange(rows) % 2 == 0, price=numbers.sum(axis=1) + age)
            mixed["price"] = mixed["price"].fillna(0.5)
            _write(folder / f"{name}_mixed.csv", mixed)
            words = np.array(["fine", "dull", "long", "short"])
            texts = [" ".join(words[draw.integers(0, 4, 5)]) for _ in range(rows)]
            _write(folder / f"{name}_text.csv", pd.DataFrame({"review": texts, "kind": kinds}))
            pixels = draw.integers(0, 256, (rows, 8, 8), dtype=np.uint8)
            np.savez(folder / f"{name}.npz", x=pixels, y=np.arange(rows) % 2)
            for number, picture in enumerate(pixels):
                place = folder / name / str(number % 2)
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(picture).save(place / f"{number:03}.png")
        yield folder


@pytest.fixture(scope="module")
def train(folder: Path) -> Callable[[dict[str, Any]], Run]:
    """Return a function that trains a config, each once."""
    known: dict[str, Run] = {}

    def trained(config: dict[str, Any]) -> Run:
        key = json.dumps(config)
        if key not in known:
            known[key] = Run(dnnrun.train(config, runs_dir=folder / "runs").path)
        return known[key]

    return trained


FILES = {"path": "rows_mixed.csv", "target": "kind", "test": "held_mixed.csv"}
MIXED = _config(
    {"csv": {**FILES, "drop": "price", "impute": {"age": "median"}}},
    [{"Dense": {"units": 3, "activation": "softmax"}}],
    "sparse_categorical_crossentropy",
    name="mixed",
)
TEXT = _config(
    {"text": {"path": "rows_text.csv", "text": "review", "target": "kind", "test": "held_text.csv"}},
    [
        {"Embedding": {"input_dim": 50, "output_dim": 4}},
        "GlobalAveragePooling1D",
        {"Dense": {"units": 3, "activation": "softmax"}},
    ],
    "sparse_categorical_crossentropy",
    dataset={"preprocess": [{"TextVectorization": {"max_tokens": 50, "output_sequence_length": 6}}]},
    name="text",
)
CONV = _config(
    {"images": {"path": "rows", "test": "held"}},
    [{"Reshape": {"target_shape": [8, 8, 1]}}, {"Conv2D": {"filters": 4, "kernel_size": 3}}, "Flatten", {"Dense": 1}],
    {"BinaryCrossentropy": {"from_logits": True}},
    name="conv",
)


def _predicted(run: Run, *inputs: str, **options: Any) -> pd.DataFrame:
    out = io.StringIO()
    predict_files(run, run.load_model(), inputs, out, **options)
    return pd.read_csv(io.StringIO(out.getvalue()))


@pytest.mark.parametrize(
    ("config", "inputs"), [(DENSE, ["held.csv"]), (MIXED, ["held_mixed.csv"]), (TEXT, ["held_text.csv"])]
)
def test_files_of_test_rows_give_what_the_run_recorded(
    train: Callable[..., Run], config: dict[str, Any], inputs: list[str]
) -> None:
    run = train(config)
    for batch_size in (256, 7):
        table = _predicted(run, *inputs, batch_size=batch_size)
        numbers = table[[name for name in table if name.startswith("p_")]].to_numpy()
        np.testing.assert_allclose(numbers, run.predictions["predicted"], atol=1e-6)
        assert table["predicted"].tolist() == [CLASSES[number] for number in run.predictions["predicted_class"]]
        assert table["row"].tolist() == list(range(30))


def test_pictures_in_a_folder_with_probabilities_of_logits(train: Callable[..., Run]) -> None:
    run = train(CONV)
    table = _predicted(run, "held")
    assert table["file"].is_monotonic_increasing
    # The source takes the classes in turn, so the test rows are in the order of their numbers.
    table = table.sort_values("file", key=lambda files: files.str.rsplit("/").str[-1]).reset_index()
    raw = run.predictions["predicted"][:, 0]
    np.testing.assert_allclose(table["p_1"], 1 / (1 + np.exp(-raw)), atol=1e-6)
    np.testing.assert_allclose(table["p_0"] + table["p_1"], 1, atol=1e-6)
    assert (table["predicted"] == (raw > 0)).all()
    assert _predicted(run, "held/0/*.png", "held/1").equals(_predicted(run, "held"))


def test_columns_stand_in_any_order_and_gaps_are_filled_as_in_the_training(
    train: Callable[..., Run], folder: Path
) -> None:
    run = train(MIXED)
    frame = pd.read_csv("held_mixed.csv")
    _write(folder / "turned.csv", frame[frame.columns[::-1]].drop(columns=["kind", "price"]))
    expected = _predicted(run, "held_mixed.csv")
    assert _predicted(run, "turned.csv").drop(columns="file").equals(expected.drop(columns="file"))
    with_gaps = run.predict(frame[frame["age"].isna()])
    assert isinstance(with_gaps, Prediction)
    filled = run.predict(frame[frame["age"].isna()].assign(age=run.record["dataset"]["filled"]["age"][0]))
    assert isinstance(filled, Prediction)
    np.testing.assert_array_equal(with_gaps.numbers, filled.numbers)
    _write(folder / "held_gap.csv", frame.assign(city=frame["city"].where(frame.index != 1)))
    with pytest.raises(DataError, match=r"held.*'city' has no value in 1 row \(line 3\)"):
        _predicted(run, "held_gap.csv")


def test_a_single_row_needs_no_axis_of_rows(train: Callable[..., Run]) -> None:
    dense, mixed, conv, text = (train(config) for config in (DENSE, MIXED, CONV, TEXT))
    expected = dense.predictions["predicted"][0]
    row = pd.read_csv("held.csv").iloc[0]
    array = row[["a", "b"]].to_numpy(np.float64)
    for given in (row, row.to_dict(), array, array.tolist(), array[None], {"b": row["b"], "a": row["a"]}):
        said = dense.predict(given)
        assert isinstance(said, Prediction)
        np.testing.assert_allclose(said.numbers, expected[None], atol=1e-6)
    of_mixed = mixed.predict(pd.read_csv("held_mixed.csv").iloc[0])
    assert isinstance(of_mixed, Prediction)
    np.testing.assert_allclose(of_mixed.numbers[0], mixed.predictions["predicted"][0], atol=1e-6)
    picture = conv.predict(Path("held/0/000.png"))
    pixels = conv.predict(np.asarray(Image.open("held/0/000.png")))
    assert isinstance(picture, Prediction)
    assert isinstance(pixels, Prediction)
    np.testing.assert_array_equal(picture.numbers, pixels.numbers)
    of_text = text.predict(pd.read_csv("held_text.csv")["review"][0])
    assert isinstance(of_text, Prediction)
    np.testing.assert_allclose(of_text.numbers[0], text.predictions["predicted"][0], atol=1e-6)


def test_stdin_and_every_format_say_the_same(train: Callable[..., Run], folder: Path) -> None:
    run = train(DENSE)
    expected = _predicted(run, "held.csv")
    with Path("held.csv").open("rb") as stream:
        given = _predicted(run, "-", stdin=stream)
    assert given["file"].unique().tolist() == ["-"]
    assert given.drop(columns="file").equals(expected.drop(columns="file"))
    for name in ("out.parquet", "out.csv", "out.jsonl"):
        assert predict_files(run, run.load_model(), ["held.csv"], folder / name) == 30
    parquet = pq.read_table("out.parquet").to_pandas()
    np.testing.assert_allclose(parquet["p_low"], expected["p_low"], atol=1e-7)
    lines = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["predicted"] for line in lines] == expected["predicted"].tolist()
    assert lines[3]["probabilities"]["low"] == pytest.approx(expected["p_low"][3])
    with Path("out.csv").open(encoding="utf-8") as stream:
        assert next(csv.reader(stream)) == ["file", "row", "predicted", "p_high", "p_low", "p_middle"]
    best = _predicted(run, "held.csv", top_k=2)
    assert list(best) == ["file", "row", "top_1", "p_1", "top_2", "p_2"]
    assert best["top_1"].tolist() == expected["predicted"].tolist()


def test_what_fails_in_the_middle_leaves_no_file(train: Callable[..., Run], folder: Path) -> None:
    run = train(CONV)
    (folder / "broken.png").write_bytes(b"no picture")
    target = folder / "kept.csv"
    target.write_text("what was there before", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.png: no image"):
        predict_files(run, run.load_model(), ["held", "broken.png"], target)
    assert target.read_text(encoding="utf-8") == "what was there before"
    assert not list(folder.glob(".part-*"))


def test_values_of_a_regression_and_of_several_outputs(train: Callable[..., Run]) -> None:
    csv_source = {
        "path": "rows_mixed.csv",
        "target": "price",
        "test": "held_mixed.csv",
        "drop": "kind",
        "impute": "median",
    }
    csv_source = {**csv_source, "drop": ["kind", "city", "member"]}
    regression = train(_config({"csv": csv_source}, [{"Dense": 1}], "mse", name="values"))
    table = _predicted(regression, "held_mixed.csv")
    np.testing.assert_allclose(table["predicted"], regression.predictions["predicted"][:, 0], rtol=1e-5)
    several = train(
        _config(
            {"csv": {**csv_source, "target": {"price": "price", "kind": "kind"}, "drop": ["city", "member"]}},
            [
                {"Dense": {"units": 4, "name": "shared", "inputs": "rows"}},
                {"Dense": {"units": 1, "name": "price", "inputs": "shared"}},
                {"Dense": {"units": 3, "activation": "softmax", "name": "kind", "inputs": "shared"}},
            ],
            {"price": "mse", "kind": "sparse_categorical_crossentropy"},
            name="several",
        )
    )
    table = _predicted(several, "held_mixed.csv")
    np.testing.assert_allclose(table["price_predicted"], several.predictions["price/predicted"][:, 0], rtol=1e-5)
    np.testing.assert_allclose(table["kind_p_low"], several.predictions["kind/predicted"][:, 1], atol=1e-6)


def test_an_estimator_says_what_its_run_recorded(train: Callable[..., Run]) -> None:
    source = MIXED["dataset"]
    run = train({"name": "forest", "seed": 1, "dataset": source, "model": {"sklearn": "RandomForestClassifier"}})
    table = _predicted(run, "held_mixed.csv")
    numbers = table[[name for name in table if name.startswith("p_")]].to_numpy()
    np.testing.assert_allclose(numbers, run.predictions["predicted"], atol=1e-6)


def test_what_predictions_rest_on(train: Callable[..., Run], folder: Path) -> None:
    run = train(MIXED)
    model = run.load_model()
    out = io.StringIO()
    predict_files(run, model, ["held_mixed.csv"], out, explain=True)
    table = pd.read_csv(io.StringIO(out.getvalue()))
    effects = [name for name in table if name.startswith("effect_")]
    assert effects == ["effect_a", "effect_b", "effect_city", "effect_age", "effect_member"]
    assert table[effects].abs().sum().min() > 0
    told = explain_by_permutation(run, model, "held_mixed.csv", repeats=3)
    assert told.score == pytest.approx((table["predicted"] == pd.read_csv("held_mixed.csv")["kind"]).mean())
    assert {len(falls) for falls in told.falls.values()} == {3}
    with pytest.raises(DataError, match="there is no column 'sort' with the labels"):
        explain_by_permutation(run, model, "held_mixed.csv", label="sort")


def test_heat_maps_lie_beside_the_output(train: Callable[..., Run], folder: Path) -> None:
    run = train(CONV)
    (folder / "out").mkdir()
    predict_files(run, run.load_model(), ["held/0/000.png", "held/1/001.png"], folder / "out" / "p.csv", explain=True)
    written = sorted(path.name for path in (folder / "out" / "p-explained").iterdir())
    assert written == ["000.png", "001.png"]
    with pytest.raises(ConfigError, match="heat maps need a place"):
        predict_files(run, run.load_model(), ["held"], io.StringIO(), explain=True)


def test_code_of_ones_own_is_imported_only_where_that_is_allowed(
    train: Callable[..., Run], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    (folder / "own_layers.py").write_text(OWN_LAYER, encoding="utf-8")
    layers = [{"own_layers:Doubled": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]
    run = Run(dnnrun.train({**DENSE, "model": {"layers": layers}}, runs_dir=folder / "runs", allow_code=True).path)
    with pytest.raises(ConfigError, match=r"cannot be loaded without code of your own.*own_layers:Doubled"):
        run.predict([1.0, 2.0])
    said = run.predict([1.0, 2.0], allow_code=True)
    assert isinstance(said, Prediction)
    assert said.probabilities is not None
