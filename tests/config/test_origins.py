"""Every value of a resolved config is told where it comes from, and the printed config is the same experiment."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.config.differences import dotted
from dnnrun.config.load import complete, load_config
from dnnrun.config.origins import origins, to_annotated_yaml
from dnnrun.config.resolved import to_plain, to_yaml
from dnnrun.config.schema import Experiment
from tests.config.test_resolved import CONFIGS, TRICKY

Load = Callable[..., Experiment]
Write = Callable[..., Path]


def assert_same_again(experiment: Experiment, folder: Path) -> None:
    """Also: without its comments, the text is that of ``resolved.yaml``."""
    printed = to_annotated_yaml(experiment)
    path = folder / "printed.yaml"
    path.write_text(printed, encoding="utf-8", newline="\n")
    assert to_plain(load_config(path)) == to_plain(experiment)
    plain = to_yaml(experiment).split("\n")
    assert len(plain) == len(printed.split("\n"))
    for line, annotated in zip(plain, printed.split("\n"), strict=True):
        assert annotated == line or annotated.startswith(f"{line}  ")


def origins_of(experiment: Experiment) -> dict[str, str]:
    return {dotted(path): origin for path, origin in origins(experiment).items()}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs(path: Path, tmp_path: Path) -> None:
    experiment = load_config(path)
    assert_same_again(experiment, tmp_path)
    assert set(origins_of(experiment)) >= {"dataset.limit", "jit"}
    for path_in_config, origin in origins(experiment).items():
        if not origin.startswith("default"):
            value = functools.reduce(operator.getitem, path_in_config, to_plain(experiment))
            file, _, line = origin.rpartition(":")
            assert Path(file).parent == path.parent
            said = Path(file).read_text().splitlines()[int(line) - 1].lower()
            assert str(path_in_config[-1]).lower() in said or str(value).lower() in said


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_texts(load: Load, tmp_path: Path, text: str) -> None:
    assert_same_again(load().changed(description=text, tags=(text, "plain"), class_weight={text: 1.0}), tmp_path)


def test_long_texts_have_their_comment_behind_their_last_line(load: Load, tmp_path: Path) -> None:
    experiment = load(f'description: {"many words " * 30}\ntags: ["two\\nlines"]\n')
    assert_same_again(experiment, tmp_path)
    printed = to_annotated_yaml(experiment).split("\n")
    [last] = [line for line in printed if line.endswith("# config.yaml:6")]
    assert last.startswith("  ")


def test_files_the_command_line_and_defaults(write: Write, valid: str, tmp_path: Path) -> None:
    write(base=valid + "epochs: 3\nseed: null\n", config="extends: base.yaml\n\noptimizer: {Adam: {beta_1: 0.8}}\n")
    overrides = [("--epochs 5", "epochs=5"), "model.layers.1.Dense.units=12", "metrics=[accuracy, AUC]"]
    experiment = load_config("config.yaml", overrides)
    found = origins_of(experiment)
    expected = {
        "name": "the file's name",
        "description": "default",
        "tags": "default",
        "seed": "base.yaml:9",
        "dataset.source": "base.yaml:1",
        "dataset.shuffle": "default",
        "dataset.preprocess": "default, chosen by the data",
        "model.name": "default",
        "model.layers.0": "base.yaml:4",
        "model.layers.1.Dense.units": "--set model.layers.1.Dense.units=12",
        "model.layers.1.Dense.activation": "base.yaml:5",
        "optimizer.Adam.learning_rate": "base.yaml:6",
        "optimizer.Adam.beta_1": "config.yaml:3",
        "metrics.1": "--set metrics=[accuracy, AUC]",
        "epochs": "--epochs 5",
    }
    assert {key: found[key] for key in expected} == expected
    assert_same_again(experiment, tmp_path)


@pytest.mark.parametrize(
    ("base", "over", "learning_rate"),
    [
        ("{Adam: 0.1}", "{Adam: {beta_1: 0.8}}", "base.yaml:1"),
        ("{adam: 0.1}", "{Adam: {beta_1: 0.8}}", "base.yaml:1"),
        ("{Adam: {beta_1: 0.8}}", "{Adam: 0.1}", "config.yaml:2"),
    ],
)
def test_a_first_argument_comes_from_where_its_value_stands(
    write: Write, valid: str, base: str, over: str, learning_rate: str
) -> None:
    rest = valid.replace("optimizer: {Adam: {learning_rate: 1e-3}}\n", "")
    write(base=f"optimizer: {base}\n{rest}", config=f"extends: base.yaml\noptimizer: {over}")
    assert origins_of(load_config("config.yaml"))["optimizer.Adam.learning_rate"] == learning_rate


def test_a_first_argument_that_is_a_list(load: Load) -> None:
    found = origins_of(load("model:\n  layers:\n    - {Reshape:\n        [28,\n        28]}\n"))
    assert [key for key in found if key.startswith("model.layers")] == [
        "model.layers.0.Reshape.target_shape.0",
        "model.layers.0.Reshape.target_shape.1",
    ]
    assert found["model.layers.0.Reshape.target_shape.0"] == "config.yaml:7"


@pytest.mark.usefixtures("my_package")
def test_keys_that_are_numbers_and_import_paths(load: Load, tmp_path: Path) -> None:
    experiment = load("""
        model: {'my_pkg.nets:make': {width: 3, inner: {a: [1, {b: null}]}}}
        class_weight: {0: 1, spam: 2.5}
        """)
    found = origins(experiment)
    assert found["class_weight", 0] == "config.yaml:6"
    assert found["model", "my_pkg.nets:make", "inner", "a", 1, "b"] == "config.yaml:5"
    assert_same_again(experiment, tmp_path)


def test_what_is_null_in_the_file_is_given_there(load: Load) -> None:
    found = origins_of(load("name: null\nseed: null\ndataset: {source: mnist, preprocess: null}\n"))
    assert (found["name"], found["seed"], found["dataset.preprocess"]) == (
        "the file's name", "config.yaml:8", "config.yaml:9",
    )  # fmt: skip


def test_a_comment_is_one_short_line(load: Load, tmp_path: Path) -> None:
    experiment = load("", "description='two\n\nlines'", f"tags=[{'word, ' * 40}]")
    assert_same_again(experiment, tmp_path)
    assert max(map(len, to_annotated_yaml(experiment).split("\n"))) <= 180


def test_without_a_file() -> None:
    mapping = {"dataset": "mnist", "model": {"layers": ["Flatten"]}, "optimizer": "Adam", "loss": "mse"}
    found = origins_of(complete(mapping))
    assert (found["loss"], found["dataset.source"], found["epochs"]) == ("given", "given", "default")
    assert set(origins_of(Experiment.model_validate(mapping)).values()) == {"given"}
