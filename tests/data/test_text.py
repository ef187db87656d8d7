"""Texts with labels, in tables and in folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from dnnrun.config.load import complete
from dnnrun.data.dataset import Dataset
from dnnrun.data.facts.cheap import cheap_facts, faults_of_data
from dnnrun.data.sources.text import read_text

SPARSE = "sparse_categorical_crossentropy"
Load = Callable[..., Dataset]
TABLE = 'review;label;note\n"good; very good";pos;1\nbad;neg;\n42;neg;\n'


def folders(where: str = "reviews") -> None:
    texts = {"neg/0.txt": "bad", "neg/1.txt": "worse\nstill", "pos/0.txt": "\ufeffgood né"}
    for name, text in texts.items():
        Path(where, name).parent.mkdir(parents=True, exist_ok=True)
        Path(where, name).write_text(text, encoding="utf-8")


def test_a_column_of_a_table(load: Load) -> None:
    Path("t.csv").write_text(TABLE)
    data = load("source: {text: {path: t.csv, text: review, target: label}}", loss=SPARSE)
    assert data.train.x.tolist() == [["good; very good"], ["bad"], ["42"]]
    assert data.train.x.dtype == object
    assert (data.class_names, data.train.y.tolist()) == (("neg", "pos"), [1, 0, 0])
    assert data.input_shape == (1,)


def test_several_files_and_a_test_set(load: Load) -> None:
    for name in ("a", "b", "held"):
        Path(f"{name}.csv").write_text(TABLE)
    source = "{text: {path: [a.csv, b.csv], text: review, target: label, test: held.csv}}"
    data = load(f"source: {source}", loss=SPARSE)
    assert {name: len(rows) for name, rows in data.splits.items()} == {"train": 6, "test": 3}


def test_numbers_to_predict_from_texts(load: Load) -> None:
    Path("t.csv").write_text("review,stars\ngood,4.5\nbad,1\n")
    data = load("source: {text: {path: t.csv, text: review, target: stars}}")
    assert (data.task, data.train.y.tolist()) == ("regression", [[4.5], [1]])


def test_a_folder_for_each_class(load: Load) -> None:
    folders()
    data = load("source: {text: reviews}", loss=SPARSE)
    assert data.train.x.tolist() == [["bad"], ["good né"], ["worse\nstill"]]
    assert [data.class_names[number] for number in data.train.y] == ["neg", "pos", "neg"]


def test_folders_for_training_and_test() -> None:
    folders("reviews/train")
    folders("reviews/test")
    data = read_text("reviews")
    assert data.x_test.tolist() == data.x.tolist()
    assert len(data.files) == 6


def test_another_encoding() -> None:
    for name in ("neg", "pos"):
        Path("reviews", name).mkdir(parents=True)
        Path("reviews", name, "0.txt").write_bytes("café".encode("latin-1"))
    assert read_text("reviews", encoding="latin-1").x.tolist() == [["café"], ["café"]]


def test_long_texts_take_no_more_memory_than_they_are_long() -> None:
    folders()
    Path("reviews/neg/0.txt").write_text("x" * 1_000_000)
    assert read_text("reviews").x.nbytes < 100


def test_the_fingerprint_covers_texts_and_classes() -> None:
    folders()
    prints = [read_text("reviews").fingerprint()]
    Path("reviews/neg/1.txt").rename("reviews/pos/1.txt")
    prints.append(read_text("reviews").fingerprint())
    Path("reviews/pos/1.txt").write_text("other")
    prints.append(read_text("reviews").fingerprint())
    assert len(set(prints)) == 3


def test_what_is_wrong_with_few_texts_is_found_before_training() -> None:
    folders()
    parts = {"model": {"layers": [{"Dense": 2}]}, "optimizer": "Adam", "loss": SPARSE}
    config = complete({"dataset": {"source": {"text": str(Path("reviews").resolve())}}, **parts})
    assert (facts := cheap_facts(config)) is not None
    assert facts.classes == ("neg", "pos")
    assert faults_of_data(config, facts) == []
    Path("reviews/neg/0.txt").write_bytes(b"")
    assert cheap_facts(config) is None
    assert ["there is no text in it" in problem.what for problem in faults_of_data(config, None)] == [True]
    assert np.all([problem.hint for problem in faults_of_data(config, None)])
