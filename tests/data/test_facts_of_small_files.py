"""What `validate` is told of small files that are read whole for it: the same as of the arrays that are trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dnnrun.api.validation import problems_of
from dnnrun.config.load import complete
from dnnrun.data.facts.cheap import cheap_facts
from dnnrun.data.facts.of_arrays import facts_of_dataset
from dnnrun.data.facts.of_table import LARGEST
from dnnrun.data.load import load_dataset
from tests.data.tfrecords import framed, record

ROWS = 24
LABELS = np.arange(ROWS) % 3


def _npz(folder: Path) -> dict[str, Any]:
    np.savez(folder / "a.npz", x=np.arange(ROWS * 4.0).reshape(ROWS, 4), y=LABELS)
    return {"npz": {"path": str(folder / "a.npz")}}


def _parquet(folder: Path) -> dict[str, Any]:
    table = pa.table({"a": np.arange(ROWS) / 2, "word": [f"w{row % 5}" for row in range(ROWS)], "y": LABELS})
    pq.write_table(table, folder / "a.parquet")
    return {"parquet": {"path": str(folder / "a.parquet"), "target": "y"}}


def _tfrecord(folder: Path) -> dict[str, Any]:
    records = (record(x=[float(row), 1.0], y=[int(label)]) for row, label in enumerate(LABELS))
    (folder / "a.tfrecord").write_bytes(b"".join(map(framed, records)))
    features = {"x": {"dtype": "float32", "shape": [2]}, "y": "int64"}
    return {"tfrecord": {"path": str(folder / "a.tfrecord"), "features": features, "target": "y"}}


def _texts(folder: Path) -> dict[str, Any]:
    for row, label in enumerate(LABELS):
        (folder / "texts" / str(label)).mkdir(parents=True, exist_ok=True)
        (folder / "texts" / str(label) / f"{row}.txt").write_text(f"text {row}")
    return {"text": {"path": str(folder / "texts")}}


def _text_column(folder: Path) -> dict[str, Any]:
    lines = "".join(f"text {row},{label}\n" for row, label in enumerate(LABELS))
    (folder / "a.csv").write_text(f"said,y\n{lines}")
    return {"text": {"path": str(folder / "a.csv"), "text": "said", "target": "y"}}


SOURCES = (_npz, _parquet, _tfrecord, _texts, _text_column)


def experiment(source: dict[str, Any], classes: int = 3, **dataset: Any) -> Any:
    layers = ["Flatten", {"Dense": {"units": classes, "activation": "softmax"}}]
    loss = "sparse_categorical_crossentropy"
    return complete(
        {"dataset": {"source": source, **dataset}, "model": {"layers": layers}, "loss": loss, "optimizer": "Adam"}
    )


@pytest.mark.parametrize("make", SOURCES)
def test_they_foretell_what_is_trained_on(tmp_path: Path, make: Any) -> None:
    config = experiment(make(tmp_path), validation_split=0.25)
    told, found = cheap_facts(config), facts_of_dataset(load_dataset(config))
    assert told is not None
    assert found is not None
    assert told.rows == found.rows == {"train": 18, "validation": 6}
    same = ("task", "shapes", "is_whole", "is_image", "classes", "are_vectors", "columns")
    assert [getattr(told, name) for name in same] == [getattr(found, name) for name in same]


@pytest.mark.parametrize("make", SOURCES)
def test_an_output_too_small_for_the_classes_is_found_before_training(tmp_path: Path, make: Any) -> None:
    source = make(tmp_path)
    config = experiment(source, classes=2)
    assert "output-units" in {problem.rule for problem in problems_of(config, cheap_facts(config))}
    sound = experiment(source)
    assert [p for p in problems_of(sound, cheap_facts(sound)) if p.severity == "error"] == []


@pytest.mark.parametrize("make", [_parquet, _tfrecord, _text_column])
def test_damaged_files_tell_nothing(tmp_path: Path, make: Any) -> None:
    config = experiment(make(tmp_path))
    file = next(path for path in tmp_path.iterdir() if path.is_file())
    file.write_bytes(b"\xff\x00" * 20)
    assert cheap_facts(config) is None


def test_large_files_are_not_read(tmp_path: Path) -> None:
    source = _text_column(tmp_path)
    with (tmp_path / "a.csv").open("a") as file:
        file.writelines("a long text of no consequence,1\n" for _ in range(LARGEST // 30))
    assert cheap_facts(experiment(source)) is None
