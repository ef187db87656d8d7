"""What the tests of the config language share: a config that is right, and a folder to spoil it in."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.config import catalog
from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from tests.support import with_lines

VALID = """\
dataset: mnist
model:
  layers:
    - Flatten
    - {Dense: {units: 10, activation: softmax}}
optimizer: {Adam: {learning_rate: 1e-3}}
loss: sparse_categorical_crossentropy
"""

LAYERS = """\
import keras


class Gate(keras.layers.Layer):
    def __init__(self, width=2, inner=None, **kwargs): ...
"""


@pytest.fixture(autouse=True)
def _described_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the installed Keras for the one that the catalogue describes, so that messages do not depend on it."""
    monkeypatch.setattr(catalog, "installed_keras", catalog.described_keras)


@pytest.fixture
def valid() -> str:
    """A config with nothing wrong in it."""
    return VALID


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write files into the current directory, which is a new one; returns the path of the last."""
    monkeypatch.chdir(tmp_path)

    def write_files(**texts: str) -> Path:
        for name, text in texts.items():
            path = Path(*name.split("__")).with_suffix(".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write_files


@pytest.fixture
def my_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of the user's own, ``my_pkg``, in the current directory, which is a new one."""
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "my_pkg"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "layers.py").write_text(LAYERS)
    (package / "nets.py").write_text("def make(input_shape, width=2, inner=None): ...\n")
    return package


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Experiment]:
    """Load a config that is valid but for the lines given, which take the place of those with the same keys."""

    def load_lines(lines: str = "", *overrides: str) -> Experiment:
        return load_config(write(config=with_lines(VALID, lines)), overrides)

    return load_lines
