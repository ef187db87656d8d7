"""``cross_validation``: every fold is a run, which can be trained again alone, and together they have a mean."""

from __future__ import annotations

import json
import statistics

import pytest

from tests.end_to_end.conftest import CONFIGS, Dnnrun


@pytest.mark.slow
def test_three_folds_of_iris(dnnrun: Dnnrun) -> None:
    keys = ["--set", "cross_validation=3", "--epochs", "2"]
    done = dnnrun("train", CONFIGS / "iris_softmax.yaml", *keys, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [fold["fold"] for fold in found["folds"]] == [1, 2, 3]
    assert [run.name.partition("-iris")[2] for run in dnnrun.runs()] == [f"_softmax-fold{n}" for n in (1, 2, 3)]
    records = [json.loads((run / "run.json").read_text()) for run in dnnrun.runs()]
    assert [record["fold"] for record in records] == [
        {"number": number, "of": 3, "group": found["group"]} for number in (1, 2, 3)
    ]
    accuracies = [fold["test"]["accuracy"] for fold in found["folds"]]
    assert found["summary"]["accuracy"]["mean"] == pytest.approx(statistics.fmean(accuracies))
    assert found["summary"]["accuracy"]["deviation"] == pytest.approx(statistics.pstdev(accuracies))
    assert "fold 2 of 3  held-out rows: loss " in done.err

    again = dnnrun("verify", dnnrun.runs()[-1])  # in a process in which no fold was trained before it
    assert again.out == "bit-identical: compared 2 epochs and the final weights\n"
