"""The rules about the course of a training, on made histories of which the truth is known."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from dnnrun.analysis.explanation import explain
from tests.analysis.explanation.histories import (
    CHANCE,
    MakeRun,
    evaluation,
    falling,
    found,
    healthy,
    noisy,
    rules_of,
    trained,
    with_dataset,
)


def options(finding: Any) -> list[str]:
    return [remedy.options for remedy in finding.remedies]


class TestDivergence:
    def test_when_and_after_what(self, make_run: MakeRun) -> None:
        history = {"loss": [2.5, 40.0, 9e5, math.nan], "val_loss": [3.0, 50.0, 1e6, math.nan]}
        finding = found(trained(make_run, history, status="diverged", evaluation=None), "divergence")
        assert finding is not None
        assert finding.epoch == 4
        assert "broke down in epoch 4" in finding.text
        assert "after 900,000 in the epoch before and 2.5000 in epoch 1: it had been growing" in finding.text
        assert "The learning rate was 0.001" in finding.text
        assert options(finding)[:2] == [
            "--set optimizer.Adam.learning_rate=0.0001",
            "--set optimizer.Adam.clipnorm=1.0",
        ]

    def test_in_the_first_epoch(self, make_run: MakeRun) -> None:
        run = trained(make_run, {}, status="diverged", evaluation=None, failure="the loss became nan in epoch 1")
        finding = found(run, "divergence")
        assert finding is not None
        assert finding.epoch == 1
        assert "before the first step it was 2.4000" in finding.text
        assert rules_of(run) == ["divergence"]

    def test_infinite_counts_as_well(self, make_run: MakeRun) -> None:
        assert found(trained(make_run, {"loss": [1.0, math.inf]}), "divergence") is not None

    def test_a_metric_without_a_value_does_not(self, make_run: MakeRun) -> None:
        assert found(trained(make_run, healthy() | {"auc": [math.nan] * 30}), "divergence") is None


class TestInitialLoss:
    def test_inputs_that_are_not_scaled(self, make_run: MakeRun) -> None:
        finding = found(trained(make_run, healthy(), untrained={"loss": 118.3}), "initial-loss")
        assert finding is not None
        assert "was 118.30; " in finding.text
        assert "has 2.3026" in finding.text
        assert options(finding) == ["--set 'dataset.preprocess=[Normalization]'"]

    @pytest.mark.parametrize("untrained", [{"loss": 2.9}, {"loss": None}, None, {"loss": "x"}, []])
    def test_silent(self, make_run: MakeRun, untrained: Any) -> None:
        assert found(trained(make_run, healthy(), untrained=untrained), "initial-loss") is None


class TestNotLearning:
    def test_the_commonest_class_for_all(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        config["model"]["layers"][1]["Dense"]["kernel_initializer"] = "zeros"
        history = {"loss": [2.302] * 8, "accuracy": [0.101] * 8, "val_loss": [2.303] * 8, "val_accuracy": [0.1] * 8}
        run = trained(make_run, history, config, evaluation=evaluation(0.1), untrained={"loss": 2.3026})
        finding = found(run, "not-learning")
        assert finding is not None
        assert "its accuracy is 0.1010, and always naming the commonest class has 0.1000" in finding.text
        assert options(finding)[:2] == [
            "--set model.layers.1.Dense.kernel_initializer=glorot_uniform",
            "--set optimizer.Adam.learning_rate=0.01",
        ]
        assert not {"no-better-than-guess", "underfitting", "unnamed-classes", "confused-classes"} & set(rules_of(run))

    def test_a_rare_class_does_not_fool_it(self, make_run: MakeRun) -> None:
        data = with_dataset(label_counts={"train": [7200, 800]})
        history = {"loss": [0.33] * 8, "accuracy": [0.9] * 8}
        assert found(trained(make_run, history, chance_loss=math.log(2), **data), "not-learning") is not None
        better = {"loss": [0.2] * 8, "accuracy": [0.93] * 8}
        assert found(trained(make_run, better, chance_loss=math.log(2), **data), "not-learning") is None


class TestUnderfitting:
    def test_hardly_better_than_a_guess(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        config["model"]["layers"].insert(2, {"Dropout": {"rate": 0.8}})
        config["model"]["layers"][1]["Dense"]["units"] = 2
        history = {"loss": [2.2, 2.16, 2.15, *[2.14] * 9], "accuracy": [0.2] * 12}
        history |= {"val_loss": [2.2, 2.16, 2.15, *[2.14] * 9], "val_accuracy": [0.2] * 12}
        finding = found(trained(make_run, history, config, evaluation=evaluation(0.2)), "underfitting")
        assert finding is not None
        assert "2.1400, and a guess that does not look at them has 2.3026, so that 7.1 % of it are gone" in finding.text
        assert options(finding)[:2] == [
            "--set model.layers.2.Dropout.rate=0.4",
            "--set model.layers.1.Dense.units=4",
        ]

    def test_a_penalty_in_the_loss_tells_nothing(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        config["model"]["layers"][1]["Dense"]["kernel_regularizer"] = {"L2": {"l2": 0.01}}
        history = {"loss": [2.2] * 12, "accuracy": [0.9] * 12}
        assert found(trained(make_run, history, config), "underfitting") is None


class TestLearningRateHigh:
    def test_worse_than_untrained(self, make_run: MakeRun) -> None:
        history = {"loss": [80.0, 3.2, 3.1, 3.3, 3.2], "val_loss": [3.0, 3.1, 3.2, 3.1, 3.2]}
        finding = found(trained(make_run, history), "learning-rate-high")
        assert finding is not None
        assert "was 2.4000 before the first step and is 3.2000 at epoch 5, so that the training made it" in finding.text
        assert options(finding)[0] == "--set optimizer.Adam.learning_rate=0.0001"

    @pytest.mark.parametrize("seed", range(10))
    def test_jumps(self, make_run: MakeRun, seed: int) -> None:
        run = trained(make_run, {"loss": noisy(falling(30, end=0.9, pace=3), 0.3, seed)})
        finding = found(run, "learning-rate-high")
        assert finding is not None
        assert "jumps about" in finding.text

    def test_it_rises_again(self, make_run: MakeRun) -> None:
        history = {"loss": [*falling(15, end=0.4, pace=3), *[0.4 + 0.05 * step for step in range(1, 11)]]}
        finding = found(trained(make_run, history), "learning-rate-high")
        assert finding is not None
        assert finding.epoch == 15
        assert "has risen to 0.8750 on average over the last 2 epochs" in finding.text

    def test_jumps_next_to_nothing_are_none(self, make_run: MakeRun) -> None:
        loss = noisy(falling(60, end=0.002, pace=4), 0.3, 1)
        assert found(trained(make_run, {"loss": loss}), "learning-rate-high") is None


class TestLearningRateLow:
    def test_slow_and_steady(self, make_run: MakeRun) -> None:
        history = {
            "loss": [2.35 - 0.01 * epoch for epoch in range(12)],
            "accuracy": [0.1 + 0.01 * e for e in range(12)],
        }
        finding = found(trained(make_run, history), "learning-rate-low")
        assert finding is not None
        assert "from 2.4000 to 2.2400 in 12 epochs" in finding.text
        assert options(finding) == [
            "--set optimizer.Adam.learning_rate=0.01",
            "--set optimizer.Adam.learning_rate=0.1",
        ]

    def test_a_fall_that_slows_down_is_none(self, make_run: MakeRun) -> None:
        assert found(trained(make_run, {"loss": falling(12, end=1.9, pace=3)}), "learning-rate-low") is None

    def test_a_fall_that_comes_far_is_none(self, make_run: MakeRun) -> None:
        history = {"loss": [2.2 - 0.18 * epoch for epoch in range(12)]}
        assert found(trained(make_run, history), "learning-rate-low") is None

    def test_a_schedule_is_scaled_where_it_begins(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        schedule = {"ExponentialDecay": {"initial_learning_rate": 1e-5, "decay_steps": 100, "decay_rate": 0.9}}
        config["optimizer"] = {"SGD": {"learning_rate": schedule}}
        history = {"loss": [2.35 - 0.01 * epoch for epoch in range(12)]}
        finding = found(trained(make_run, history, config), "learning-rate-low")
        assert finding is not None
        assert options(finding)[0] == (
            "--set optimizer.SGD.learning_rate.ExponentialDecay.initial_learning_rate=0.0001"
        )


class TestUnsteadyValidation:
    @pytest.mark.parametrize("seed", range(10))
    def test_few_rows(self, make_run: MakeRun, seed: int) -> None:
        data = with_dataset(rows={"train": 200, "validation": 40})
        history = healthy(40) | {"val_loss": noisy([0.5] * 40, 0.3, seed)}
        finding = found(trained(make_run, history, **data), "unsteady-validation")
        assert finding is not None
        assert "There are only 40 validation rows" in finding.text
        assert options(finding)[0] == "--set dataset.validation_split=0.3"

    @pytest.mark.parametrize("seed", range(10))
    def test_where_the_training_jumps_too_the_steps_are_to_blame(self, make_run: MakeRun, seed: int) -> None:
        history = {name: noisy([0.5] * 40, 0.3, seed) for name in ("loss", "val_loss")}
        rules = rules_of(trained(make_run, history))
        assert "unsteady-validation" not in rules
        assert "learning-rate-high" in rules


class TestStillImproving:
    def test_ended_on_the_way(self, make_run: MakeRun) -> None:
        history = {name: falling(10, end=0.2, pace=6) for name in ("loss", "val_loss")}
        finding = found(trained(make_run, history), "still-improving")
        assert finding is not None
        assert finding.severity == "problem"
        assert "while the loss on the validation rows was still falling" in finding.text
        assert "lowest in epoch 10 of 10" in finding.text
        assert options(finding) == ["--set epochs=20"]
        assert "dnnrun resume" in finding.remedies[0].words

    def test_the_training_loss_alone_is_a_remark(self, make_run: MakeRun) -> None:
        finding = found(trained(make_run, {"loss": falling(10, end=0.2, pace=6)}), "still-improving")
        assert finding is not None
        assert finding.severity == "remark"
        assert "cannot be told" in finding.text

    def test_not_while_it_runs(self, make_run: MakeRun) -> None:
        history = {name: falling(10, end=0.2, pace=6) for name in ("loss", "val_loss")}
        assert found(trained(make_run, history, status=None), "still-improving") is None


class TestPlateau:
    def test_most_of_the_time_for_nothing(self, make_run: MakeRun) -> None:
        history = {name: falling(100, end=0.3, pace=3) for name in ("loss", "val_loss")}
        finding = found(trained(make_run, history), "plateau")
        assert finding is not None
        assert finding.epoch is not None
        assert 14 <= finding.epoch <= 18  # 14 by the formula
        assert f"{100 - finding.epoch} % of the epochs brought nothing" in finding.text
        assert options(finding) == [
            "--set 'callbacks=[{EarlyStopping: {monitor: val_loss, patience: 10, restore_best_weights: true}}]'",
            "--set 'callbacks=[{ReduceLROnPlateau: {monitor: val_loss, factor: 0.1, patience: 5}}]'",
        ]

    def test_a_rise_is_no_plateau(self, make_run: MakeRun) -> None:
        loss = [*falling(20, end=0.3, pace=3), *[0.3 + 0.01 * step for step in range(80)]]
        assert found(trained(make_run, {"loss": falling(100, end=0.1, pace=9), "val_loss": loss}), "plateau") is None


class TestEarlyStopping:
    @pytest.fixture
    def stopping(self, config: dict[str, Any]) -> dict[str, Any]:
        arguments = {"monitor": "val_loss", "patience": 6, "restore_best_weights": True}
        return config | {"callbacks": [{"EarlyStopping": arguments}], "epochs": 50}

    def run(self, make_run: MakeRun, config: dict[str, Any], kept: int, history: Any = None) -> Any:
        val_loss = [0.9, 0.7, 0.6, 0.55, 0.6, 0.62, 0.63, 0.64, 0.66, 0.67]
        history = history or {"loss": falling(10, end=0.1, pace=5), "val_loss": val_loss}
        run = make_run(config=config, history=history, weights_from_epoch=kept, evaluation=evaluation())
        return found(run, "early-stopping")

    def test_what_it_chose(self, make_run: MakeRun, stopping: dict[str, Any]) -> None:
        finding = self.run(make_run, stopping, kept=4)
        assert finding.severity == "remark"
        assert finding.epoch == 4
        assert "after epoch 10 of 50: val_loss was best in epoch 4 (0.5500)" in finding.text
        assert "in the 6 epochs after that (patience: 6)" in finding.text
        assert "The model has the weights of epoch 4, the best ones." in finding.text
        assert finding.remedies == ()

    def test_weights_that_were_not_put_back(self, make_run: MakeRun, stopping: dict[str, Any]) -> None:
        stopping["callbacks"][0]["EarlyStopping"].pop("restore_best_weights")
        finding = self.run(make_run, stopping, kept=10)
        assert finding.severity == "problem"
        assert "weights of epoch 10, where val_loss was 0.6700, and not the best ones" in finding.text
        assert options(finding) == ["--set callbacks.0.EarlyStopping.restore_best_weights=true"]

    def test_a_patience_that_noise_uses_up(self, make_run: MakeRun, stopping: dict[str, Any]) -> None:
        stopping["callbacks"][0]["EarlyStopping"]["patience"] = 2
        history = {
            "loss": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
            "val_loss": [1.0, 0.85, 0.9, 0.7, 0.68, 0.71, 0.69],
        }
        finding = self.run(make_run, stopping, kept=5, history=history)
        assert "A patience of 2 is short" in finding.text
        assert options(finding) == ["--set callbacks.0.EarlyStopping.patience=10"]

    def test_nothing_where_it_never_came_to_that(self, make_run: MakeRun, stopping: dict[str, Any]) -> None:
        assert self.run(make_run, stopping | {"epochs": 10}, kept=10) is None


class TestValidationBetter:
    def test_dropout_is_at_work_in_training_only(self, make_run: MakeRun, config: dict[str, Any]) -> None:
        config["model"]["layers"].insert(2, {"Dropout": {"rate": 0.5}})
        history = {"loss": falling(40, end=0.5, pace=6), "val_loss": falling(40, end=0.3, pace=6)}
        finding = found(trained(make_run, history, config), "validation-better")
        assert finding is not None
        assert options(finding) == ["--set model.layers.2.Dropout.rate=0.25"]
        assert found(trained(make_run, history), "validation-better") is None


def test_problems_come_before_remarks(make_run: MakeRun) -> None:
    history = {name: falling(10, end=0.2, pace=6) for name in ("loss", "val_loss")}
    run = trained(make_run, history, untrained={"loss": 118.3})
    severities = [finding.severity for finding in explain(run).findings]
    assert severities == sorted(severities)
    assert set(severities) == {"problem", "remark"}


def test_the_config_is_not_changed(make_run: MakeRun, config: dict[str, Any]) -> None:
    before = copy.deepcopy(config)
    explain(trained(make_run, {"loss": [CHANCE] * 9}, config))
    assert config == before
