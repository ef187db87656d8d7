"""What is filled in of a config before its data is read is what a run would fill in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dnnrun.config.load import load_config
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.data.load import resolve_data
from dnnrun.validation import resolve

CONFIGS = Path(__file__).parents[1] / "configs"
REST = "model: {layers: [Flatten, {Dense: 2}]}\noptimizer: Adam\nloss: sparse_categorical_crossentropy\nseed: null\n"


# One of each way to use the data that is part of dnnrun: reading them takes a second.
FORMS = ["boston_regression", "fashion_onehot", "iris_branches", "iris_softmax", "mnist_adam", "pima_early_stopping"]


@pytest.mark.parametrize("path", [CONFIGS / f"{name}.yaml" for name in FORMS], ids=lambda path: path.stem)
def test_shipped_configs(path: Path) -> None:
    kept, _ = resolve_data(load_config(path))
    assert to_yaml(resolve(path)) == to_yaml(kept)


def test_what_only_the_data_can_tell_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("def make(): ...\n")
    config = tmp_path / "config.yaml"
    config.write_text("dataset: {source: 'own:make'}\n" + REST)
    assert resolve(config).dataset.preprocess is None
    np.savez(tmp_path / "small.npz", x=np.zeros((4, 3, 3), np.uint8), y=np.arange(4) % 2)
    config.write_text("dataset: {source: {npz: small.npz}}\n" + REST)
    assert to_plain(resolve(config))["dataset"]["preprocess"] == [{"Rescaling": {"scale": 1 / 255}}]
    assert resolve(config, ["dataset.preprocess=[]"]).dataset.preprocess == ()
    assert resolve(config).seed is None
