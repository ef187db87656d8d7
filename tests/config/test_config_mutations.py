"""Whatever stands in a file, reading it ends in an experiment or in a ConfigError; never in another exception."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dnnrun.config.load import load_config, parse_experiment
from dnnrun.config.overrides import apply_override
from dnnrun.config.reader import Document, read_text
from dnnrun.config.resolved import to_yaml
from dnnrun.errors import ConfigError
from tests.mutations import VALUES, mutated_bytes, mutated_text, mutated_value, paths_in

VALID = """\
name: all
tags: [a, b]
seed: 1
dataset:
  source: {csv: {path: d.csv, target: y}}
  validation_split: 0.2
  preprocess: [{Rescaling: 0.5}]
model:
  activation: relu
  layers:
    - Flatten
    - {Dense: {units: 8, kernel_initializer: {HeNormal: {seed: 3}}, kernel_regularizer: {L2: 1e-4}}}
    - {Bidirectional: {layer: {LSTM: 4}}}
    - 'my_pkg.layers:Gate': 3
    - {Dense: 10}
optimizer: {SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 10}}}}
loss: {Huber: {delta: 0.5}}
metrics: [accuracy, {TopKCategoricalAccuracy: {k: 3}}]
callbacks: [{EarlyStopping: {patience: 2}}, ModelCheckpoint]
class_weight: {0: 1, spam: 2.5}
initial_weights: w.keras
threads: 2
"""
KEYS = ["dataset", "model", "optimizer", "loss", "metrics", "callbacks", "class_weight", "tags", "name", "threads"]


@pytest.fixture(autouse=True)
def _own_layers(my_package: Path) -> None:
    """Have the package that `VALID` names."""


def succeeds(read: Callable[..., Any], *arguments: Any) -> bool:
    """Return whether a call succeeds; where it does not, it must be by a ConfigError that says something."""
    try:
        read(*arguments)
    except ConfigError as error:
        problems, message = error.problems, str(error)
    else:
        return True
    assert problems
    assert all(problem.what for problem in problems)
    message.encode()  # or it could not be printed
    return False


def read(text: str) -> None:
    document = read_text(text, "config.yaml")
    if not isinstance(document.value, dict):
        raise ConfigError("no mapping")
    to_yaml(parse_experiment(document))


def test_the_config_is_valid() -> None:
    assert succeeds(read, VALID)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_values(seed: int) -> None:
    rng, valid, well = random.Random(seed), read_text(VALID, "c").value, 0
    for _ in range(200):
        value = valid
        for _ in range(rng.choice([1, 1, 2, 5])):
            value = mutated_value(rng, value) if value else valid
        well += succeeds(parse_experiment, Document(value))  # with no places at all
        if rng.random() < 0.3:
            succeeds(read, yaml.safe_dump(value, allow_unicode=True))
    assert 0 < well < 200


@pytest.mark.parametrize("seed", range(8))
def test_mutated_texts(seed: int) -> None:
    rng, well = random.Random(seed), 0
    for _ in range(100):
        text = VALID
        for _ in range(rng.choice([1, 1, 2, 5])):
            text = mutated_text(rng, text)
        well += succeeds(read, text)
    assert well < 100


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files(seed: int, tmp_path: Path) -> None:
    """The whole road, with bytes that are no text, paths, and overrides."""
    rng = random.Random(seed)
    path = tmp_path / "config.yaml"
    keys = [".".join(map(str, path)) for path in paths_in(read_text(VALID, "c").value)]
    for _ in range(60):
        content = mutated_text(rng, VALID).encode()
        path.write_bytes(mutated_bytes(rng, content) if rng.random() < 0.5 else content)
        key = rng.choice([*keys, mutated_text(rng, "model.layers.1.Dense.units"), "extends", ".", "9" * 5000, "²"])
        value = rng.choice([json.dumps(rng.choice(VALUES)), mutated_text(rng, "{Adam: 0.1}")])
        succeeds(load_config, path, rng.choice([[], [f"{key}={value}"]]))


@pytest.mark.parametrize("seed", range(4))
def test_mutated_overrides(seed: int) -> None:
    rng, document = random.Random(seed), read_text(VALID, "c")
    keys = [".".join(map(str, path)) for path in paths_in(document.value) if path]
    for _ in range(150):
        key = rng.choice([*keys, mutated_text(rng, rng.choice(keys))])
        value = rng.choice([json.dumps(rng.choice(VALUES)), mutated_text(rng, "{Adam: 0.1}")])
        assignment = f"{key}={value}"
        succeeds(lambda text: parse_experiment(apply_override(document, f"--set {text}", text)), assignment)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, derandomize=True, max_examples=80, suppress_health_check=list(HealthCheck))
@given(key=st.sampled_from([*KEYS, "extends"]), value=JSON)
@example(key="model", value={"layers": [{"Dense": {"units": {1: 2}}}]})
def test_any_value_for_a_key(key: str, value: Any) -> None:
    succeeds(parse_experiment, Document({**read_text(VALID, "c").value, key: value}))


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    succeeds(read, text)


def test_extends_of_any_value(tmp_path: Path, write: Callable[..., Path]) -> None:
    for value in VALUES:
        path = write(config="")
        path.write_text(json.dumps({"extends": value}))
        succeeds(load_config, path)
