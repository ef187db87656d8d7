"""What the trivial guess scores: the entropy of the classes' shares, the deviation from the mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dnnrun.config.outputs import ONLY
from dnnrun.engine.preparation import Prepared
from dnnrun.engine.trivial_guess import trivial_guess
from tests.engine.conftest import BOSTON, PIMA

Build = Callable[..., Prepared]


def trivial_of(prepared: Prepared) -> dict[str, float]:
    rows = prepared.dataset.splits.get("test", prepared.dataset.train)
    columns = prepared.model(rows.x[:1]).shape[1]
    guess = trivial_guess(
        prepared.model, prepared.experiment, prepared.dataset, rows, prepared.builder, columns={ONLY: columns}
    )
    assert guess is not None
    metrics: dict[str, float] = guess["metrics"]
    return metrics


def test_trivial_guess_of_several_classes_is_the_entropy_of_their_shares(build: Build) -> None:
    prepared = build("dataset: {source: iris, test_split: 0.2}\nmetrics: [accuracy]")
    share = np.bincount(prepared.dataset.train.y) / len(prepared.dataset.train)
    y = prepared.dataset.splits["test"].y
    metrics = trivial_of(prepared)
    assert metrics["accuracy"] == pytest.approx(np.mean(y == np.argmax(share)))
    assert metrics["loss"] == pytest.approx(-np.log(share[y]).mean(), rel=1e-5)


@pytest.mark.parametrize(
    "lines",
    [
        "model: {layers: [{Dense: 3}]}\nloss: {SparseCategoricalCrossentropy: {from_logits: true}}",
        "dataset: {source: iris, one_hot: true}\nloss: categorical_crossentropy",
        "model: {layers: [{Dense: {units: 5, activation: softmax}}]}",
        "precision: mixed_bfloat16",
    ],
)
def test_trivial_guess_is_the_same_in_every_form_of_the_labels(lines: str, build: Build) -> None:
    metrics = trivial_of(build(lines + "\nmetrics: [accuracy]"))
    assert metrics["loss"] == pytest.approx(math.log(3), rel=1e-4)
    assert metrics["accuracy"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("activation", "loss"),
    [(", activation: sigmoid", "binary_crossentropy"), ("", "{BinaryCrossentropy: {from_logits: true}}")],
)
@pytest.mark.filterwarnings("ignore:Keras's accuracy takes an output above 0.5")
def test_trivial_guess_of_two_classes(activation: str, loss: str, build: Build) -> None:
    prepared = build(PIMA % (activation, loss))
    share = prepared.dataset.train.y.mean()
    test = prepared.dataset.splits["test"].y.mean()
    metrics = trivial_of(prepared)
    assert metrics["loss"] == pytest.approx(-test * math.log(share) - (1 - test) * math.log(1 - share), rel=1e-4)
    assert metrics["accuracy"] == pytest.approx(1 - test)


def test_trivial_guess_under_a_hinge_loss_is_the_sign_of_the_commoner_class(build: Build) -> None:
    metrics = trivial_of(build((PIMA % (", activation: tanh", "hinge")).replace("[accuracy]", "[hinge]")))
    assert metrics["loss"] == pytest.approx(2 * 67 / 192)
    assert metrics["hinge"] == pytest.approx(metrics["loss"])


def test_trivial_guess_of_regression_is_the_mean(build: Build) -> None:
    prepared = build(BOSTON)
    mean, y = prepared.dataset.train.y.mean(), prepared.dataset.splits["test"].y
    metrics = trivial_of(prepared)
    assert metrics["mae"] == pytest.approx(np.abs(y - mean).mean(), rel=1e-4)
    assert metrics["loss"] == pytest.approx(np.square(y - mean).mean(), rel=1e-4)


def test_the_trivial_guess_leaves_the_metrics_of_the_model_alone(build: Build) -> None:
    prepared = build("metrics: [accuracy]")
    assert trivial_of(prepared)["accuracy"] > 0
    assert float(prepared.model.get_metrics_result()["accuracy"]) == 0


@pytest.mark.parametrize("loss", ["mse", "MeanSquaredError"])
def test_trivial_guess_counts_rows_by_their_weights(build: Build, loss: str) -> None:
    prepared = build(BOSTON.replace("loss: mse", f"loss: {loss}"))
    test = prepared.dataset.splits["test"]
    weights = np.linspace(0, 2, len(test))
    weighted = replace(prepared, dataset=replace(prepared.dataset, test=replace(test, weights=weights)))
    errors = np.square(test.y[:, 0] - prepared.dataset.train.y.mean())  # type: ignore[call-overload]
    assert trivial_of(weighted)["loss"] == pytest.approx((errors * weights).mean(), rel=1e-4)
