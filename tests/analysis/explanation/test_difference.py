"""What is said of two runs: whether they differ by more than chance, and which differences of config go with that."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from scipy import stats

from dnnrun.analysis.explanation import explain_difference
from dnnrun.analysis.explanation.config_differences import differences_of
from dnnrun.config.differences import dotted
from dnnrun.store import Run
from tests.analysis.explanation.histories import MakeRun, evaluation, healthy, overfitted, trained

DATA: dict[str, Any] = {"dataset": {"fingerprint": "abc", "rows": {"train": 8000, "validation": 2000}}}


def predictions(wrong: slice, rows: int = 1000) -> dict[str, Any]:
    true = np.arange(rows) % 2
    said = true.copy()
    said[wrong] = 1 - said[wrong]
    return {"true": true, "predicted_class": said, "predicted": said.astype(float)}


def pair(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any], **kept: Any) -> tuple[Run, Run]:
    facts = {**DATA, "predictions": predictions(slice(0, 100)), "evaluation": evaluation(0.9)}
    others = {**facts, "predictions": predictions(slice(50, 250)), "evaluation": evaluation(0.8), **kept}
    return trained(make_run, healthy(), config, **facts), trained(make_run, healthy(), other, **others)


def texts(first: Run, second: Run) -> dict[str, str]:
    return {finding.rule: finding.text for finding in explain_difference(first, second).findings}


@pytest.fixture
def other(config: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(config)


def test_classes_are_compared_row_by_row(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    summary = explain_difference(*pair(make_run, config, other)).summary
    assert "A has test accuracy 0.9000 and B 0.8000: A is better by 0.1000" in summary
    assert "150 are right in A alone and 50 in B alone" in summary
    assert stats.binomtest(150, 200).pvalue < 0.001
    assert "in less than one of 1,000 cases (McNemar's exact test)" in summary


def test_no_more_than_chance(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    kept = {"predictions": predictions(slice(50, 155)), "evaluation": evaluation(0.895)}
    summary = explain_difference(*pair(make_run, config, other, **kept)).summary
    chance = 100 * stats.binomtest(55, 105).pvalue
    assert f"in {chance:.0f} % of all cases" in summary
    assert summary.endswith("So they do not tell the two apart.")


def test_numbers_are_compared_by_their_errors(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    true = rng.normal(size=(80, 1))
    near, far = true + rng.normal(0, 0.1, true.shape), true + rng.normal(0, 1.0, true.shape)
    figures = {"split": "test", "rows": 80, "task": "regression", "metrics": {"loss": 0.01}}
    facts = {**DATA, "evaluation": figures}
    history = {"loss": [1.0, 0.5]}
    first = trained(make_run, history, config, **facts, predictions={"true": true, "predicted": near})
    worse = {"evaluation": figures | {"metrics": {"loss": 1.0}}, "predictions": {"true": true, "predicted": far}}
    summary = explain_difference(first, trained(make_run, history, other, **DATA, **worse)).summary
    assert "A is better by 0.9900" in summary
    assert "Wilcoxon" in summary
    assert "in less than one of 1,000 cases" in summary


@pytest.mark.parametrize(("rows", "words"), [(30, "no more than the draw"), (5000, "more than the draw")])
def test_without_predictions_by_the_shares(
    make_run: MakeRun, config: dict[str, Any], other: dict[str, Any], rows: int, words: str
) -> None:
    first = trained(make_run, healthy(), config, **DATA, evaluation=evaluation(0.9, rows=rows))
    second = trained(make_run, healthy(), other, **DATA, evaluation=evaluation(0.87, rows=rows))
    assert words in explain_difference(first, second).summary


def test_one_difference_goes_with_the_result(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    other["optimizer"] = {"SGD": {"learning_rate": 0.01}}
    explanation = explain_difference(*pair(make_run, config, other))
    assert [dotted(difference.path) for difference in explanation.differences] == ["optimizer"]
    [text] = [finding.text for finding in explanation.findings if finding.rule == "one-difference"]
    assert "optimizer ({Adam: {learning_rate: 0.001}} in A, {SGD: {learning_rate: 0.01}} in B)" in text
    assert "goes with it" in text


def test_of_several_each_is_to_be_tried_alone(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    other["batch_size"] = 128
    other["model"]["layers"].insert(2, {"Dropout": {"rate": 0.2}})
    explanation = explain_difference(*pair(make_run, config, other))
    [finding] = [finding for finding in explanation.findings if finding.rule == "several-differences"]
    assert "model.layers ([Flatten, Dense, Dense] in A, [Flatten, Dense, Dropout, Dense] in B)" in finding.text
    assert "batch_size (32 in A, 128 in B)" in finding.text
    assert [remedy.options for remedy in finding.remedies if remedy.edits] == [
        "--set 'model.layers=[Flatten, {Dense: {units: 128}}, {Dense: {units: 10, activation: softmax}}]'",
        "--set batch_size=32",
    ]


def test_the_seed_alone(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    assert "what chance makes of one config" in texts(*pair(make_run, config, other | {"seed": 7}))["only-the-seed"]


def test_the_same_config(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    assert "same-config" in texts(*pair(make_run, config, other | {"name": "again", "tags": ["b"]}))


def test_what_one_has_alone_and_what_bears_on_it(
    make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]
) -> None:
    other["model"]["layers"][1]["Dense"]["units"] = 2048
    other["class_weight"] = "balanced"
    first = trained(make_run, healthy(), config, **DATA)
    text = texts(first, trained(make_run, overfitted(30, 6), other, **DATA))["overfitting"]
    assert text.startswith("B alone: The model has been overfitting since epoch 6")
    assert text.endswith("bears on it: model.layers.1.Dense.units.")


def test_fitting_and_generalizing_are_told_apart(
    make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]
) -> None:
    first = trained(make_run, {"loss": [0.5, 0.1], "val_loss": [0.6, 0.5]}, config, **DATA)
    second = trained(make_run, {"loss": [0.5, 0.3], "val_loss": [0.6, 0.4]}, other, **DATA)
    assert "B generalizes better" in texts(first, second)["course"]


def test_other_data(make_run: MakeRun, config: dict[str, Any], other: dict[str, Any]) -> None:
    other["dataset"]["source"] = "fashion_mnist"
    first, second = pair(make_run, config, other, dataset={"fingerprint": "xyz"})
    explanation = explain_difference(first, second)
    assert "figures of different data" in explanation.summary
    assert "other-data" in [finding.rule for finding in explanation.findings]
    assert [dotted(difference.path) for difference in explanation.differences] == ["dataset"]


def test_runs_that_have_nothing_to_compare(make_run: MakeRun, config: dict[str, Any]) -> None:
    empty = trained(make_run, {}, config, evaluation=None)
    assert explain_difference(empty, empty).summary == "The two have no figure in common."


@pytest.mark.parametrize(
    ("key", "value", "places"),
    [
        ("epochs", 9, ["epochs"]),
        ("threads", 2, []),
        ("callbacks", [{"EarlyStopping": {"monitor": "val_loss"}}], ["callbacks"]),
        ("optimizer", {"Adam": {"learning_rate": 0.1}}, ["optimizer.Adam.learning_rate"]),
        ("optimizer", "Adam", ["optimizer.Adam.learning_rate"]),
        ("optimizer", "SGD", ["optimizer"]),
        ("loss", "mse", ["loss"]),
    ],
)
def test_places(config: dict[str, Any], key: str, value: Any, places: list[str]) -> None:
    assert [dotted(difference.path) for difference in differences_of(config, config | {key: value})] == places
