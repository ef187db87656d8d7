"""``dnnrun baseline``, and ``compare`` after it: what is printed, and what is left in the runs."""

from __future__ import annotations

import json

import pytest

from dnnrun import Run
from tests.end_to_end.conftest import CONFIGS, Dnnrun


@pytest.mark.slow
def test_baselines_of_a_config(dnnrun: Dnnrun) -> None:
    # Not in a fork: threads of OpenMP, which scikit-learn computes with, do not survive one.
    done = dnnrun.installed("baseline", CONFIGS / "iris_softmax.yaml", "--cv", "3", "--json")
    assert done.code == 0, done.err
    printed = json.loads(done.out)
    assert list(printed["baselines"]) == ["trivial", "linear", "knn", "tree"]
    names = [Run(path).record["name"] for path in dnnrun.runs()]  # by name where they began in the same second
    assert sorted(names) == sorted(f"iris_softmax-{name}" for name in printed["baselines"])
    tree = printed["baselines"]["tree"]
    assert tree["test"]["accuracy"] > 0.8
    assert tree["cross_validation"]["metrics"]["accuracy"]["mean"] > 0.8
    cards = [Run(path).files["card"].read_text(encoding="utf-8") for path in dnnrun.runs()]
    assert any("scikit-learn's DecisionTreeClassifier (max_depth: 5)" in card for card in cards)
    assert all("by 30 test rows only" in card for card in cards)
    compared = dnnrun("compare", "runs")
    assert "cv accuracy" in " ".join(compared.out.split())
    assert "DecisionTreeClassifier" in compared.out
