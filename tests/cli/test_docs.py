"""What ``dnnrun docs`` and ``dnnrun schema`` print, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dnnrun.cli.app import app
from dnnrun.config.json_schema import build_schema
from dnnrun.config.reader import read_text


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_an_object_has_its_arguments_and_an_example() -> None:
    done = run("docs", "layers", "Dense")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[:2] == ["Dense, a layer", "Just your regular densely-connected NN layer."]
    rows = {line.split()[0]: line for line in lines if line}
    assert rows["units"].endswith("required")
    assert rows["kernel_initializer"].split("  ")[-1].strip() == "glorot_uniform"
    example = "\n".join(lines[lines.index("in a config") + 1 :])
    assert read_text(example, "example").value == {
        "model": {"layers": [{"Dense": {"units": 64, "activation": "relu"}}]}
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ["topic", "layers", "datasets"]),
        (["layers"], ["Dense", "Flatten"]),
        (["optimizer"], ["Optimizer that implements the Adam algorithm. Also called adam."]),
        (["datasets"], ["csv", "A table in CSV files"]),
        (["csv"], ["argument", "default", "meaning", "what fills gaps: mean, median, most_frequent or constant"]),
        (["config"], ["dataset.validation_split", "extends"]),
        (["keys", "model"], ["model.layers"]),
        (["Dense"], ["Dense, a layer"]),
        (["dropout"], ["Dropout, a layer"]),
        (["mse"], ["mean_squared_error, a loss", "MeanSquaredError, a metric"]),
        (["metrics", "accuracy"], ["accuracy, a metric", "    - accuracy"]),
        (["rules"], ["softmax-one-unit", "monitor-missing"]),
        (["softmax-one-unit"], ["softmax divides by the sum over the units"]),
    ],
    ids=" ".join,
)
def test_what_is_printed(arguments: list[str], said: list[str]) -> None:
    done = run("docs", *arguments)
    assert done.exit_code == 0
    for text in said:
        assert text in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Dens"], "did you mean 'Dense'?"),
        (["layers", "Adam"], "dnnrun docs optimizers Adam"),
        (["lyers", "Dense"], "there is no topic 'lyers'"),
        (["config", "stratify"], "it is written dataset.stratify"),
        (["validation_split"], "dnnrun docs config dataset.validation_split"),
        (["rules", "softmax-one-units"], "did you mean 'softmax-one-unit'?"),
    ],
    ids=" ".join,
)
def test_what_there_is_not(arguments: list[str], says: str) -> None:
    done = run("docs", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize(
    ("arguments", "key"),
    [([], "topics"), (["config"], "keys"), (["layers"], "layers"), (["datasets"], "datasets"), (["mse"], "objects")],
    ids=" ".join,
)
def test_json(arguments: list[str], key: str) -> None:
    done = run("docs", *arguments, "--json")
    assert done.exit_code == 0
    [(name, items)] = json.loads(done.stdout).items()
    assert name == key
    assert all(item["name"] and item["about"] for item in items)


def test_the_schema_is_printed_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run("schema")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert json.loads(printed.stdout) == build_schema()
    written = run("schema", "--output", "mine.json")
    assert (written.exit_code, written.stdout) == (0, "")
    assert "# yaml-language-server: $schema=mine.json" in written.stderr
    assert Path("mine.json").read_text() == printed.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


def test_a_schema_that_cannot_be_written(tmp_path: Path) -> None:
    done = run("schema", "-o", str(tmp_path / "nowhere" / "x.json"))
    assert done.exit_code == 4
    assert "cannot write" in done.stderr
