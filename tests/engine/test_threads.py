"""How many threads a config gets: one for a small dense net, every core for anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.config.schema import Experiment
from dnnrun.data.load import resolve_data
from dnnrun.engine.chance import chance_loss, far_from_chance
from dnnrun.engine.threads import ALL, choose_threads

DENSE = "model: {layers: [Flatten, {Dense: {units: 128, activation: relu}}, {Dropout: 0.2}, {Dense: 10}]}\n"
MNIST = "dataset: {source: mnist, limit: 50}\n"


@pytest.mark.parametrize(
    ("lines", "threads"),
    [
        ("", 1),
        (MNIST + DENSE, 1),
        (MNIST + DENSE + "batch_size: 4096\n", ALL),
        (MNIST + "model: {layers: [Flatten, {Dense: 4096}, {Dense: 10}]}\n", ALL),
        (MNIST + "model: {layers: [{Reshape: [[28, 28, 1]]}, {Conv2D: [4, 3]}, Flatten, {Dense: 10}]}\n", ALL),
        ("model: own:net\n", ALL),
        ("threads: 3\n", 3),
    ],
)
def test_threads(lines: str, threads: int, load: Callable[..., Experiment]) -> None:
    lines = lines.replace("{Conv2D: [4, 3]}", "{Conv2D: {filters: 4, kernel_size: 3}}")
    lines = lines.replace("{Reshape: [[28, 28, 1]]}", "{Reshape: {target_shape: [28, 28, 1]}}")
    assert choose_threads(*resolve_data(load(lines))) == threads


@pytest.mark.parametrize(
    ("lines", "loss"),
    [
        ("", 1.0986),
        (MNIST + DENSE, 2.3026),
        ("dataset: pima\nloss: binary_crossentropy\nmodel: {layers: [{Dense: 1}]}\n", 0.6931),
        ("dataset: boston_housing\nloss: mse\nmodel: {layers: [{Dense: 1}]}\n", None),
    ],
)
def test_what_chance_gives(lines: str, loss: float | None, load: Callable[..., Experiment], folder: Path) -> None:
    found = chance_loss(*resolve_data(load(lines)))
    assert found == (None if loss is None else pytest.approx(loss, abs=1e-4))


def test_a_loss_far_from_chance_is_remarked_on() -> None:
    assert far_from_chance(2.9, 2.3026) is None
    assert far_from_chance(120.0, None) is None
    assert "the untrained model's loss is 120, and chance gives 2.303" in str(far_from_chance(120.0, 2.3026))
