"""What the tests of the data share: a way from a few lines of a config to its data, in a folder of their own."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dnnrun.config.load import load_config
from dnnrun.config.schema import Experiment
from dnnrun.data.dataset import Dataset
from dnnrun.data.load import load_dataset


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new current directory, from which modules are imported and afterwards forgotten; data sets are sought in it."""
    for name, value in {"HOME": str(tmp_path / "home"), "DNNRUN_DATA": str(tmp_path), "DNNRUN_OFFLINE": "1"}.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_DATA_HOME", "KERAS_HOME", "DNNRUN_DATA_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    known = set(sys.modules)
    importlib.invalidate_caches()
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    """Make an experiment from the lines of its dataset section and further top-level keys."""

    def make(dataset: str, **keys: object) -> Experiment:
        lines = {"model": "{layers: [{Dense: 1}]}", "optimizer": "Adam", "loss": "mse", **keys}
        text = "dataset:\n" + textwrap.indent(textwrap.dedent(dataset).strip(), "  ") + "\n"
        Path("config.yaml").write_text(text + "".join(f"{key}: {value}\n" for key, value in lines.items()))
        return load_config("config.yaml")

    return make


@pytest.fixture
def load(experiment: Callable[..., Experiment]) -> Callable[..., Dataset]:
    """Load the data of such an experiment; import paths are allowed."""

    def make(dataset: str, **keys: object) -> Dataset:
        return load_dataset(experiment(dataset, **keys), allow_code=True)

    return make
