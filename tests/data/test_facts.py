"""The facts of data: counted cheaply, they are those of the arrays that are trained on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dnnrun.api.validation import problems_of
from dnnrun.config.load import complete
from dnnrun.data.facts.cheap import BUNDLED, cheap_facts
from dnnrun.data.facts.of_arrays import facts_of_dataset, facts_of_source
from dnnrun.data.facts.of_table import LARGEST, facts_of_csv
from dnnrun.data.load import load_dataset
from dnnrun.data.sources import bundled, scikit
from dnnrun.data.sources.csv import read_csv

BUNDLED_SETS = ("mnist", "fashion_mnist", "iris", "pima", "boston_housing")
SCIKIT_SETS = ("wine", "breast_cancer", "digits", "diabetes")
CLASSES = {"loss": "sparse_categorical_crossentropy", "model": {"layers": ["Flatten", {"Dense": 10}]}}
NUMBERS = {"loss": "mse", "model": {"layers": [{"Dense": 1}]}}


def experiment(dataset: Any, **keys: Any) -> Any:
    return complete({"optimizer": "Adam", **CLASSES, "dataset": dataset, **keys})


def test_the_shipped_facts_are_those_of_the_bundled_data() -> None:
    """``DNNRUN_WRITE_CASES=1`` writes them anew."""
    made = {
        **{name: getattr(bundled, name)() for name in BUNDLED_SETS},
        **{name: getattr(scikit, name)() for name in SCIKIT_SETS},
    }
    facts = {name: asdict(facts_of_source(data)) for name, data in made.items()}
    if os.environ.get("DNNRUN_WRITE_CASES"):
        lines = ",\n".join(f'"{name}": {json.dumps(about)}' for name, about in facts.items())
        BUNDLED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    assert json.loads(BUNDLED.read_text(encoding="utf-8")) == json.loads(json.dumps(facts))


@pytest.mark.parametrize(
    ("dataset", "keys"),
    [
        ({"source": "iris", "test_split": 0.2, "validation_split": 0.1}, {}),
        ({"source": "pima", "test_split": 0.25, "limit": 100}, {"loss": "binary_crossentropy"}),
        ({"source": "boston_housing", "validation_split": 0.3}, NUMBERS),
        ({"source": "mnist", "validation_split": 0.1}, {}),
    ],
)
def test_they_foretell_what_is_trained_on(dataset: Any, keys: Any) -> None:
    config = experiment(dataset, **keys)
    told, found = cheap_facts(config), facts_of_dataset(load_dataset(config))
    assert told is not None
    same = ("task", "shapes", "is_whole", "is_image", "classes", "are_vectors")
    assert [getattr(told, name) for name in same] == [getattr(found, name) for name in same]
    assert dict(told.rows) == dict(found.rows)
    assert len(told.label_counts) == len(found.label_counts)


TABLES = {
    "numbers": "a,b,y\n1,2.5,3\n4,-5,6\n",
    "classes as text": "a,b,y\n1,2,no\n4,5,yes\n3,3,no\n",
    "truths": "a,b,y\n1,true,0\n4,FALSE,1\n",
    "blanks and quotes": 'a,"b",y\n 1 , 2 ,"x, y"\n3,4,z\n',
    "texts, truths and numbers": "s,t,n,y\nred,1,1.5,no\nblue,0,300,yes\nred,1,7,no\n",
    "a mark at the beginning": "\ufeffa,b,y\n1,2,3\n4,5,6\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_counted_cheaply_is_the_table_read(text: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    told, found = facts_of_csv(str(file), "y"), facts_of_source(read_csv(str(file), "y"))
    assert told is not None
    assert told == replace(found, label_counts=told.label_counts, is_whole=told.is_whole)
    assert list((told.label_counts or {}).values()) == list((found.label_counts or {}).values())


def test_a_table_with_text_has_no_shape_yet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("s,n,y\nred,1.5,no\nblue,300,yes\nred,,no\n")
    source = {"csv": {"path": str(tmp_path / "a.csv"), "target": "y", "impute": {"n": "mean"}}}
    facts = cheap_facts(experiment({"source": source}))
    assert facts is not None
    assert (facts.shapes, facts.classes, facts.label_counts, facts.rows) == ({}, ("no", "yes"), (2, 1), {"train": 3})
    assert facts.columns == {"s": "text", "n": "number"}
    assert not [
        problem for problem in problems_of(experiment({"source": source}), facts) if "inputs go" in problem.what
    ]


def test_labels_of_a_table_with_text_are_told_whether_it_is_read_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("s,n,t,y\n" + "red,1.5,true,no\nblue,300,false,yes\nred,2,true,no\n" * 4)
    config = experiment({"source": {"csv": {"path": str(tmp_path / "a.csv"), "target": "y"}}})
    told, found = cheap_facts(config), facts_of_dataset(load_dataset(config))
    assert told == found
    wide = experiment(
        {**config.dataset.model_dump(), "source": config.dataset.source, "preprocess": {"n": []}},
        model={"layers": [{"Embedding": {"input_dim": 2, "output_dim": 2}}]},
    )
    assert [problem.rule for problem in problems_of(wide, found) if "Embedding" in problem.what] == []


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("1,2,0\n3,4,1\n", {"header": False, "target": 2}),
        ("1,2,0\n3,4,1\n", {"columns": ["a", "b", "c"], "target": "c"}),
        ("a;b;c\n1,5;2;0\n3;4;1\n", {"decimal": ",", "target": "c"}),
        (
            "a,b,c,w,g,t\n1,2,0,1,p,2024-01-31\n3,4,1,1,q,2024-01-31\n",
            {"target": "c", "weights": "w", "group": "g", "time": "t"},
        ),
    ],
)
def test_they_follow_the_arguments(text: str, options: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    told, found = facts_of_csv(str(file), **options), facts_of_source(read_csv(str(file), **options))
    assert told is not None
    assert told == replace(found, label_counts=told.label_counts)


def test_separator_drop_and_test_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;a;y\nx;1;0\ny;2;1\n")
    (tmp_path / "b.csv").write_text("id;a;y\nz;1;0\n")
    facts = facts_of_csv(str(tmp_path / "a.csv"), "y", separator=";", drop="id", test=str(tmp_path / "b.csv"))
    assert facts is not None
    assert (facts.rows, facts.test_rows, facts.shape) == (2, 1, (1,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,y\n",
        "a,y\n1,2,3\n",
        "a,b\n1,2\n",
        "y\n1\n",
        "a,y\nx,1\n1,1\n",
        "a,y\n,1\n",
        "a,y\ninf,1\n",
        "a,y\n\xff",
        "a,y\n2024-01-31,1\n",
        "a;y\n1,5;1\n",
        "a,y\n1,NA\n",
        "a,a,y\n1,2,3\n",
        ",y\n1,3\n",
    ],
)
def test_nothing_is_said_of_a_table_that_its_reader_may_refuse(text: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(text.encode("latin-1"))
    assert facts_of_csv(str(file), "y") is None
    assert facts_of_csv(str(tmp_path / "none.csv"), "y") is None


@pytest.mark.parametrize(
    "options",
    [
        {"drop": "y"},
        {"drop": "a"},
        {"weights": "word"},
        {"weights": "gap"},
        {"group": "gap"},
        {"time": "word"},
        {"time": "a", "group": "a"},
        {"impute": "mode"},
        {"impute": "constant"},
        {"impute": "median", "fill": 0},
        {"impute": {"none": "median"}},
        {"impute": {"y": "median"}},
        {"impute": {"word": "mean"}},
        {"impute": "constant", "fill": {"gap": "unknown"}},
        {"test": "other.csv"},
    ],
    ids=str,
)
def test_nothing_is_said_where_an_argument_may_be_refused(options: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,word,gap\n1,p,2\n")
    (tmp_path / "table.csv").write_text("a,word,gap,y\n1,p,2,0\n2,q,,1\n")
    options = {"impute": {"gap": "mean"}} | options
    if "test" in options:
        options["test"] = str(tmp_path / options["test"])
    if options.get("drop") == "a":
        options["drop"] = ["a", "word", "gap"]
    assert facts_of_csv(str(tmp_path / "table.csv"), "y", **options) is None


def test_gaps_that_are_filled(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,word,y\n1,p,0\n,,1\n3,q,1\n")
    facts = facts_of_csv(str(file), "y", impute={"a": "median", "word": "constant"}, fill="unknown")
    assert facts is not None
    assert (facts.rows, facts.shape, facts.input_range) == (3, None, (1.0, 3.0))


def test_nothing_is_said_of_a_large_table(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,y\n" + "1,2\n" * (LARGEST // 4))
    assert facts_of_csv(str(file), "y") is None


def test_arrays_in_a_small_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(24.0).reshape(6, 4), y=np.array([0, 1, 2] * 2))
    facts = cheap_facts(experiment({"source": {"npz": {"path": str(tmp_path / "a.npz")}}}))
    assert facts is not None
    assert (facts.classes, facts.label_counts, facts.input_range) == (("0", "1", "2"), (2, 2, 2), (0.0, 23.0))
    (tmp_path / "b.npz").write_bytes(b"PK")
    assert cheap_facts(experiment({"source": {"npz": {"path": str(tmp_path / "b.npz")}}})) is None


def test_a_function_of_the_users_own_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("raise SystemExit('this must not run')\ndef make(): ...\n")
    assert cheap_facts(experiment({"source": "mine:make"})) is None
