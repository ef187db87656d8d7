"""Files that a config names are looked for from the folder of the file that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.config.load import load_config

Write = Callable[..., Path]
CSV = """\
dataset:
  source: {csv: {path: rows.csv, target: y, test: ../test.csv}}
  validation: {csv: {path: /v.csv, target: y}}
"""


def with_dataset(valid: str, dataset: str) -> str:
    return valid.replace("dataset: mnist\n", dataset)


def test_from_the_folder_of_the_config(write: Write, valid: str, tmp_path: Path) -> None:
    write(configs__a=with_dataset(valid, CSV + "initial_weights: w/best.weights.h5\n"))
    experiment = load_config("configs/a.yaml")
    assert experiment.dataset.source.arguments["path"] == str(tmp_path / "configs" / "rows.csv")
    assert experiment.dataset.source.arguments["test"] == str(tmp_path / "test.csv")
    assert experiment.dataset.validation is not None
    assert experiment.dataset.validation.arguments["path"] == "/v.csv"
    assert experiment.initial_weights == str(tmp_path / "configs" / "w" / "best.weights.h5")


def test_the_target_is_no_path(write: Write, valid: str) -> None:
    write(configs__a=with_dataset(valid, CSV))
    assert load_config("configs/a.yaml").dataset.source.arguments["target"] == "y"


def test_a_first_argument_alone(write: Write, valid: str, tmp_path: Path) -> None:
    write(configs__a=with_dataset(valid, "dataset: {source: {npz: arrays.npz}}\n"))
    assert load_config("configs/a.yaml").dataset.source.arguments == {"path": str(tmp_path / "configs" / "arrays.npz")}


def test_from_the_folder_of_the_base_that_names_it(write: Write, valid: str, tmp_path: Path) -> None:
    write(
        shared__base=with_dataset(valid, "dataset: {source: {npz: arrays.npz}}\ninitial_weights: w.keras\n"),
        configs__a="extends: ../shared/base.yaml\ndataset: {source: {npz: {x_train: images}}, stratify: true}\n",
    )
    experiment = load_config("configs/a.yaml")
    assert experiment.dataset.source.arguments["path"] == str(tmp_path / "shared" / "arrays.npz")
    assert experiment.dataset.source.arguments["x_train"] == "images"
    assert experiment.initial_weights == str(tmp_path / "shared" / "w.keras")


def test_from_the_current_directory_on_the_command_line(write: Write, valid: str, tmp_path: Path) -> None:
    write(configs__a=with_dataset(valid, CSV))
    overrides = ["dataset.source.csv.path=here.csv", "initial_weights=w.keras"]
    experiment = load_config("configs/a.yaml", overrides)
    assert experiment.dataset.source.arguments["path"] == str(tmp_path / "here.csv")
    assert experiment.dataset.source.arguments["test"] == str(tmp_path / "test.csv")
    assert experiment.initial_weights == str(tmp_path / "w.keras")


def test_a_whole_source_on_the_command_line(write: Write, valid: str, tmp_path: Path) -> None:
    write(configs__a=valid)
    source = load_config("configs/a.yaml", ["dataset.source={csv: {path: d/x.csv, target: 0}}"]).dataset.source
    assert source.arguments == {"path": str(tmp_path / "d" / "x.csv"), "target": 0}


def test_home(write: Write, valid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = write(configs__a=with_dataset(valid, "dataset: {source: {npz: ~/a.npz}}\n"))
    assert load_config(path).dataset.source.arguments["path"] == str(tmp_path / "home" / "a.npz")
