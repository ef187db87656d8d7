"""One loss or one for each output: told apart, merged, compared and written down as what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dnnrun.components import Component
from dnnrun.config.differences import flatten
from dnnrun.config.load import load_config
from dnnrun.config.outputs import is_by_output
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment

Load = Callable[..., Experiment]

TWO = """\
model:
  layers:
    - Flatten
    - {Dense: {units: 8, name: trunk}}
    - {Dense: {units: 1, name: size}}
    - {Dense: {units: 10, name: kind, inputs: trunk}}
loss: {size: mse, kind: {SparseCategoricalCrossentropy: {from_logits: true}}}
loss_weights: {kind: 0.5}
metrics: {kind: [accuracy]}
"""


@pytest.mark.parametrize(
    ("loss", "layers", "expected"),
    [
        ("mse", (), False),
        ({"Huber": {"delta": 0.5}}, (), False),
        ({"Huber": 0.5}, (), False),
        ({"my.losses:make": "mse"}, (), False),
        ({"size": "mse"}, (), True),
        ({"size": {"Huber": {"delta": 1}}}, (), True),
        ({"size": "my.losses:own"}, (), True),
        ({"size": Component("mse")}, (), True),
        ({"size": "msee"}, (), False),
        ({"size": "msee"}, ("size",), True),
        ({"size": "msee", "kind": "mssee"}, (), True),
        ({"Huber": None, "delta": 1}, (), False),
        ({"mse": "mse", "dice": "dice"}, (), True),
        ({}, (), False),
        (None, (), False),
    ],
)
def test_a_loss_with_arguments_and_losses_by_output(loss: Any, layers: tuple[str, ...], expected: bool) -> None:
    assert is_by_output(loss, layers) is expected


def test_outputs_in_the_order_of_the_loss(load: Load) -> None:
    size, kind = load(TWO).outputs
    assert (size.name, size.loss, size.metrics, size.weight) == ("size", Component("mse"), (), 1.0)
    assert (kind.name, kind.metrics, kind.weight) == ("kind", (Component("accuracy"),), 0.5)
    assert kind.loss_path == ("loss", "kind")


def test_a_single_loss_is_one_output_without_a_name(load: Load) -> None:
    [output] = load("metrics: [accuracy]").outputs
    assert (output.name, output.loss_path, output.metrics_path) == ("", ("loss",), ("metrics",))
    assert [metric.name for metric in output.metrics] == ["accuracy"]


def test_one_of_several_losses_is_overridden(load: Load) -> None:
    changed = load(TWO, "loss.size=mae", "loss.kind.SparseCategoricalCrossentropy.ignore_class=3")
    assert changed.loss == {
        "size": Component("mae"),
        "kind": Component("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 3}),
    }
    one = load(TWO, "loss.size={Huber: {delta: 2}}", "loss.kind={CategoricalHinge: {}}")
    assert one.loss == {"size": Component("Huber", {"delta": 2}), "kind": Component("CategoricalHinge")}


def test_a_loss_takes_the_place_of_several(write: Callable[..., Path], valid: str) -> None:
    layers = "model: {layers: [Flatten, {Dense: {units: 10, name: kind}}]}\n"
    base = f"dataset: mnist\n{layers}optimizer: Adam\nloss: {{kind: mse}}\n"
    assert load_config(write(base=base, over="extends: base.yaml\nloss: {Huber: {delta: 2}}\n")).loss == Component(
        "Huber", {"delta": 2}
    )
    assert load_config(write(base=base, over="extends: base.yaml\nloss: {kind: mae}\n")).loss == {
        "kind": Component("mae")
    }


def test_the_resolved_config_reads_as_the_same(load: Load, write: Callable[..., Path]) -> None:
    experiment = load(TWO)
    assert to_plain(load_config(write(again=to_yaml(experiment)))) == to_plain(experiment)
    assert experiment.changed(epochs=2).outputs == experiment.outputs


def test_losses_are_compared_by_output(load: Load) -> None:
    flat = flatten(to_plain(load(TWO)))
    assert flat["loss", "size"] == "mse"
    assert flat["loss", "kind"] == "SparseCategoricalCrossentropy"
    assert flat["loss", "kind", "SparseCategoricalCrossentropy", "from_logits"] is True
    assert flatten({"loss": {"kind": "mse"}}) == {("loss", "kind"): "mse"}
    assert flatten({"loss": {"Huber": {"delta": 2}}}) == {("loss",): "Huber", ("loss", "Huber", "delta"): 2}
