"""Loading the model of a run: what is wrong with a file that cannot be loaded, and a user's own classes in it."""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from dnnrun.engine.loading import load_model
from dnnrun.errors import ConfigError, RunError

OWN = """
import keras

class Tripled(keras.layers.Layer):
    def call(self, x):
        return x * 3
"""


def saved(layer: keras.layers.Layer, folder: Path) -> Path:
    file = folder / "model.keras"
    keras.Sequential([keras.Input((2,)), layer]).save(file)
    return file


def test_a_model_is_loaded_without_being_compiled(tmp_path: Path) -> None:
    model = load_model(saved(keras.layers.Dense(3), tmp_path))
    assert model.output_shape == (None, 3)
    assert not model.compiled


def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path) -> None:
    file = saved(keras.layers.Dense(3), tmp_path)
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(RunError, match="or its end is missing"):
        load_model(file)


def test_a_class_of_the_users_own_is_imported_only_where_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_of_test_loading.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    tripled = __import__("own_of_test_loading").Tripled
    file = saved(tripled(), tmp_path)
    del sys.modules["own_of_test_loading"]
    own = ["own_of_test_loading:Tripled"]
    with pytest.raises(ConfigError, match="off by default: own_of_test_loading:Tripled"):
        load_model(file, own)
    assert "own_of_test_loading" not in sys.modules
    model = load_model(file, own, allow_code=True)
    assert np.asarray(model(np.ones((1, 2), np.float32))).tolist() == [[3, 3]]
