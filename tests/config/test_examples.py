"""Every example of every object is a config that nothing is wrong with."""

from __future__ import annotations

from pathlib import Path

import pytest

from dnnrun.components import Kind
from dnnrun.config import catalog
from dnnrun.config.examples import OWN, example_of
from dnnrun.config.load import parse_experiment
from dnnrun.config.reader import read_text
from dnnrun.config.reference import TOPICS
from tests.config.conftest import VALID
from tests.support import with_lines


@pytest.fixture(autouse=True)
def _own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the module that examples name where an object of the user's own is wanted."""
    monkeypatch.chdir(tmp_path)
    module = tmp_path / (OWN.partition(":")[0].replace(".", "/") + ".py")
    module.parent.mkdir()
    module.write_text("def name(*arguments): ...\n")


@pytest.mark.parametrize("kind", TOPICS.values())
def test_examples_are_valid(kind: Kind) -> None:
    names = list(catalog.entries(kind))
    assert len(names) >= 6
    for name in names:
        text = example_of(kind, name)
        assert name in text
        assert "..." not in text.replace("...x,xy->...y", ""), f"{kind} {name}: give its arguments a value in _VALUES"
        parse_experiment(read_text(with_lines(VALID, text), f"{kind} {name}"))


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("layers", "Flatten", "model:\n  layers:\n    - Flatten"),
        ("layers", "Dense", "model:\n  layers:\n    - {Dense: {units: 64, activation: relu}}"),
        ("layers", "Dropout", "model:\n  layers:\n    - {Dropout: {rate: 0.2}}"),
        ("optimizers", "Adam", "optimizer: {Adam: {learning_rate: 0.001}}"),
        ("losses", "mse", "loss: mse"),
        ("metrics", "accuracy", "metrics:\n  - accuracy"),
        ("callbacks", "ModelCheckpoint", "callbacks:\n  - {ModelCheckpoint: {save_best_only: true}}"),
        ("regularizers", "L2", "model:\n  layers:\n    - {Dense: {units: 64, kernel_regularizer: {L2: {l2: 0.01}}}}"),
        ("sources", "csv", "dataset:\n  source: {csv: {path: data.csv, target: label}}"),
        ("sources", "images", "dataset:\n  source: {images: {path: pets, size: [128, 128]}}"),
    ],
)
def test_examples_show_what_matters(kind: Kind, name: str, text: str) -> None:
    assert example_of(kind, name) == text
