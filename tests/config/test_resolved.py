"""The resolved config reads as the same experiment again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dnnrun.config.load import load_config
from dnnrun.config.reader import read_text
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
Load = Callable[..., Experiment]

TRICKY = [
    "1e-3", "no", "null", "~", "0o17", "0x1F", "012", "1_000", "1:30", "", " ", " x", "x ", "a: b", "a #b", "#", "- a",
    "-", "?", ":", "[a", "{a", "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "'", '"', "'a'", '"a"', "true", "True",
    ".inf", ".nan", "-.inf", "<<", "=", "2026-11-23", "a\nb", "\n", "a\n", "\ta", "a\\b", "é", "日本語",
    "\N{GRINNING FACE}", "\u2028", "\x85", "\x07", "\ufeff", "---", "...", "word " * 60, "x" * 300,
]  # fmt: skip


def assert_same_again(experiment: Experiment, folder: Path) -> None:
    path = folder / "resolved.yaml"
    path.write_text(to_yaml(experiment), encoding="utf-8", newline="\n")
    again = load_config(path)
    assert to_plain(again) == to_plain(experiment)
    assert to_yaml(again) == to_yaml(experiment)


def test_configs_are_seen() -> None:
    assert len(CONFIGS) >= 1
    assert "mnist_adam" in {path.stem for path in CONFIGS}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs(path: Path, tmp_path: Path) -> None:
    assert_same_again(load_config(path), tmp_path)


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_texts(load: Load, tmp_path: Path, text: str) -> None:
    experiment = load().changed(description=text, tags=(text, "plain"), class_weight={text: 1.0, 0: 2.0, "0": 3.0})
    assert_same_again(experiment, tmp_path)


@pytest.mark.usefixtures("my_package")
def test_everything_at_once(load: Load, tmp_path: Path) -> None:
    experiment = load("""
        name: all of it
        seed: null
        dataset:
          source: {csv: {path: d.csv, target: y, drop: [a, b], separator: ;}}
          validation: {csv: {path: v.csv, target: y}}
          stratify: true
          preprocess: [{Normalization: {axis: -1}}]
        model:
          name: net
          activation: {LeakyReLU: 0.1}
          layers:
            - {Dense: {units: 8, kernel_initializer: {HeNormal: {seed: 3}}, kernel_regularizer: {L2: 1e-4}}}
            - {Bidirectional: {layer: {LSTM: 4}}}
            - 'my_pkg.layers:Gate': 3
            - 'my_pkg.layers:Gate': {width: 3, inner: {a: [1, {b: null}]}}
        optimizer: {SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 10}}}}
        metrics: [accuracy, {TopKCategoricalAccuracy: {k: 3}}]
        callbacks: [{EarlyStopping: {patience: 2}}, {ModelCheckpoint: {save_best_only: true}}]
        class_weight: {0: 1, spam: 2.5}
        threads: 2
        jit: false
        """)
    assert_same_again(experiment, tmp_path)


@pytest.mark.usefixtures("my_package")
def test_a_model_of_ones_own(load: Load, tmp_path: Path) -> None:
    for model in ("my_pkg.nets:make", "{'my_pkg.nets:make': {width: 3}}", "{'my_pkg.nets:make': 3}"):
        assert_same_again(load(f"model: {model}"), tmp_path)


def test_defaults_are_written_out(load: Load) -> None:
    resolved = read_text(to_yaml(load()), "r").value
    assert list(resolved) == list(Experiment.model_fields)
    assert resolved["dataset"]["validation_split"] == 0.0
    assert resolved["batch_size"] == 32
    assert resolved["name"] == "config"


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text(text: str) -> None:
    experiment = Experiment.model_validate({
        "description": text, "dataset": "mnist", "model": {"layers": [{"Dense": 1}]}, "optimizer": "Adam",
        "loss": "mse",
    })  # fmt: skip
    assert read_text(to_yaml(experiment), "r").value["description"] == text


@settings(deadline=None, derandomize=True)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float(number: float) -> None:
    experiment = Experiment.model_validate({
        "dataset": "mnist", "model": {"layers": [{"Dense": 1}]}, "optimizer": {"Adam": number}, "loss": "mse",
    })  # fmt: skip
    assert read_text(to_yaml(experiment), "r").value["optimizer"] == {"Adam": {"learning_rate": number}}
