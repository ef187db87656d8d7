"""Overfitting on made histories of which the truth is known."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from dnnrun.analysis.explanation import explain
from tests.analysis.explanation.histories import MakeRun, falling, overfitted, rules_of


@pytest.mark.parametrize(("epochs", "turn"), [(8, 3), (20, 6), (200, 40)])
def test_the_epoch_and_the_rise_are_named(make_run: MakeRun, epochs: int, turn: int) -> None:
    run = make_run(history=overfitted(epochs, turn), weights_from_epoch=epochs)
    [finding] = [finding for finding in explain(run).findings if finding.rule == "overfitting"]
    assert finding.severity == "problem"
    assert finding.epoch == turn
    assert f"since epoch {turn}: the loss on the validation rows was lowest there (0.4000)" in finding.text
    assert f"The model has the weights of epoch {epochs}" in finding.text


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_overfitting(make_run: MakeRun, seed: int) -> None:
    rng = random.Random(seed)
    history = {"loss": falling(40, start=1.0, end=0.3, pace=5), "val_loss": falling(40, start=1.0, end=0.35, pace=5)}
    history = {name: [value + rng.gauss(0, 0.02) for value in values] for name, values in history.items()}
    assert "overfitting" not in rules_of(make_run(history=history))


@pytest.mark.parametrize("seed", range(20))
def test_it_is_seen_through_noise(make_run: MakeRun, seed: int) -> None:
    assert "overfitting" in rules_of(make_run(history=overfitted(40, 12, noise=0.04, seed=seed)))


def test_a_rise_of_both_losses_is_something_else(make_run: MakeRun) -> None:
    history = overfitted(20, 6)
    assert "overfitting" not in rules_of(make_run(history={**history, "loss": history["val_loss"]}))


@pytest.mark.parametrize(
    "history",
    [
        {},
        {"loss": [0.5]},
        {"loss": [1.0, 0.5], "val_loss": [0.6, 0.9]},
        {"loss": [math.nan] * 9, "val_loss": [math.nan] * 9},
        {"loss": falling(9, start=1, end=0.1, pace=5)},
    ],
)
def test_too_little_to_tell(make_run: MakeRun, history: dict[str, list[float]]) -> None:
    assert "overfitting" not in rules_of(make_run(history=history))


def test_weights_that_were_put_back_make_it_a_remark(make_run: MakeRun) -> None:
    run = make_run(history=overfitted(20, 6), weights_from_epoch=6)
    [finding] = [finding for finding in explain(run).findings if finding.rule == "overfitting"]
    assert finding.severity == "remark"
    assert "not harmed" in finding.text
    assert not any("EarlyStopping" in remedy.options for remedy in finding.remedies)


def test_remedies_name_what_the_config_has(make_run: MakeRun, config: dict[str, Any]) -> None:
    run = make_run(history=overfitted(20, 6), config=config)
    [finding] = [finding for finding in explain(run).findings if finding.rule == "overfitting"]
    options = [remedy.options for remedy in finding.remedies]
    assert options == [
        "--set 'callbacks=[{EarlyStopping: {monitor: val_loss, patience: 2, restore_best_weights: true}}]'",
        "--set 'model.layers=[Flatten, {Dense: {units: 128}}, {Dropout: {rate: 0.3}}, "
        "{Dense: {units: 10, activation: softmax}}]'",
        "--set 'model.layers.1.Dense.kernel_regularizer={L2: 0.0001}'",
        "--set model.layers.1.Dense.units=64",
    ]
    assert finding.remedies[1].lines() == [
        "model:",
        "  layers:",
        "    - Flatten",
        "    - {Dense: {units: 128}}",
        "    - {Dropout: {rate: 0.3}}",
        "    - {Dense: {units: 10, activation: softmax}}",
    ]
