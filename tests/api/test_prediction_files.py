"""Predictions as they are written: the same in every format, numbers with the digits that they have."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from dnnrun.api.prediction_files import Writer, opened_writer
from dnnrun.errors import ConfigError, RunError
from dnnrun.running.predictions import Prediction

WHERE = {"file": ["x.csv", "x.csv"], "row": [0, 1]}
CLASSES = Prediction(
    np.array([[0.1, 0.9], [0.75, 0.25]], np.float32), np.array([1, 0]), ("no, never", "yes"), are_probabilities=True
)
VALUES = Prediction(np.array([[1.5], [np.nan]], np.float32))


def _write_and_fail(writer: Writer) -> None:
    writer.write(WHERE, {"": VALUES})
    raise KeyError


def _written(said: dict[str, Prediction], file_format: str | None, top_k: int | None = None) -> str:
    out = io.StringIO()
    with opened_writer(out, file_format, top_k) as writer:
        writer.write(WHERE, said)
    return out.getvalue()


def test_classes() -> None:
    assert _written({"": CLASSES}, None) == (
        'file,row,predicted,"p_no, never",p_yes\nx.csv,0,yes,0.1,0.9\nx.csv,1,"no, never",0.75,0.25\n'
    )
    assert _written({"": CLASSES}, None, top_k=1) == 'file,row,top_1,p_1\nx.csv,0,yes,0.9\nx.csv,1,"no, never",0.75\n'
    first, _ = _written({"": CLASSES}, "json", top_k=9).splitlines()
    assert first == ('{"file": "x.csv", "row": 0, "predicted": "yes", "probabilities": {"yes": 0.9, "no, never": 0.1}}')


def test_values_that_are_no_numbers_are_null() -> None:
    assert _written({"": VALUES}, None) == "file,row,predicted\nx.csv,0,1.5\nx.csv,1,\n"
    lines = [json.loads(line) for line in _written({"": VALUES}, "json").splitlines()]
    assert [line["predicted"] for line in lines] == [1.5, None]


def test_several_outputs_and_values_of_several_axes() -> None:
    said = {"kind": CLASSES, "maps": Prediction(np.arange(8, dtype=np.float32).reshape(2, 2, 2))}
    first, *_ = _written(said, None).splitlines()
    assert first.endswith(
        '"kind_p_no, never",kind_p_yes,maps_predicted_0,maps_predicted_1,maps_predicted_2,maps_predicted_3'
    )
    _, second = _written(said, "json").splitlines()
    assert json.loads(second)["outputs"]["maps"] == {"predicted": [[4, 5], [6, 7]]}


def test_a_file_takes_its_place_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(KeyError), opened_writer(target, None, None) as writer:
        _write_and_fail(writer)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigError, match=r"\.xlsx tells no format"), opened_writer(tmp_path / "a.xlsx", None, None):
        pass
    with pytest.raises(RunError, match="cannot write"), opened_writer(tmp_path / "no" / "a.csv", None, None):
        pass
