"""``dnnrun init``: what it writes and prints, that it writes over nothing, and that its proposals learn something."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dnnrun import Run
from dnnrun.data.sources.bundled import FILES
from dnnrun.starter.templates import TEMPLATES
from tests.end_to_end.conftest import Dnnrun

UNUSED = "id,a,note,y\n" + "".join(f"{i},{i * 7 % 13},n{i},{i % 2}\n" for i in range(60))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "target", "metric"),
    [("iris", "species", "accuracy"), ("pima", "Outcome", "AUC"), ("boston_housing", "medv", "mean_absolute_error")],
)
def test_a_proposal_beats_the_trivial_guess(table: str, target: str, metric: str, dnnrun: Dnnrun) -> None:
    shutil.copy(FILES / f"{table}.csv", dnnrun.folder)
    done = dnnrun("init", "--csv", f"{table}.csv", "--target", target)
    assert (done.code, done.err) == (0, "")
    assert dnnrun("validate", f"{table}.yaml").out == f"{table}.yaml: ok\n"
    trained = dnnrun("train", f"{table}.yaml")
    assert trained.code == 0, trained.err
    assert "warning" not in trained.err
    [path] = dnnrun.runs()
    evaluation = Run(path).evaluation
    assert evaluation["split"] == "test"
    reached, guessed = evaluation["metrics"], evaluation["trivial"]["metrics"]
    assert reached["loss"] < 0.85 * guessed["loss"]
    if metric == "mean_absolute_error":
        assert reached[metric] < 0.5 * guessed[metric]
    else:
        assert reached[metric] > guessed[metric] + 0.2
        assert reached["accuracy"] > guessed["accuracy"] + 0.04


def test_what_is_said_of_a_table(dnnrun: Dnnrun) -> None:
    dnnrun.write("my table.csv", UNUSED)
    done = dnnrun("init", "--csv", "my table.csv", "--target", "y")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[:-2] == [
        "my table.yaml written",
        "  data      60 rows: 38 to learn from, 10 for validation, 12 for the test",
        "  task      binary (two whole numbers): 'y' is 0 (30 rows), 1 (30 rows)",
        "  features  1 of 3 columns: a",
        "  left out  'id': it counts the rows",
        "            'note': 60 different texts in 60 rows, such as 'n0': too many to be kinds",
        "  model     Dense 16 > Dense 1: 49 parameters, 10% dropout",
        "next",
    ]
    assert [line.split("dnnrun ")[-1] for line in lines[-2:]] == ["validate 'my table.yaml'", "train 'my table.yaml'"]
    assert dnnrun("validate", "my table.yaml").code == 0


def test_what_was_decided_as_json(dnnrun: Dnnrun) -> None:
    dnnrun.write("t.csv", UNUSED)
    printed = json.loads(dnnrun("init", "--csv", "t.csv", "--target", "y", "--json").out)
    assert (printed["config"], printed["task"], printed["classes"]) == ("t.yaml", "binary", ["0", "1"])
    assert printed["rows"] == {"all": 60, "train": 38, "validation": 10, "test": 12}
    assert list(printed["left_out"]) == ["id", "note"]
    assert printed["features"] == ["a"]
    printed = json.loads(dnnrun("init", "--csv", "t.csv", "--target", "a", "-o", "-", "--json").out)
    assert printed["task"] == "regression"
    assert printed["text"].startswith("# 'a' of t.csv: a number.")


def test_nothing_is_written_over(dnnrun: Dnnrun) -> None:
    path = dnnrun.write("mnist.yaml", "mine")
    dnnrun.write("mnist.csv", UNUSED)
    (dnnrun.folder / "folder").mkdir()
    (dnnrun.folder / "nowhere.yaml").symlink_to("gone.yaml")
    for arguments, says in (
        (["mnist"], "mnist.yaml: is there already"),
        (["--csv", "mnist.csv", "--target", "y"], "mnist.yaml: is there already"),
        (["cnn", "--output", "mnist.yaml"], "--output"),
        (["cnn", "--output", "folder"], "name a file in it"),
        (["cnn", "--output", "nowhere.yaml"], "is there already"),
        (["cnn", "--output", "no/where.yaml"], "there is no folder 'no'"),
    ):
        done = dnnrun("init", *arguments)
        assert (done.code, done.out) == (2, "")
        assert says in done.err
    assert path.read_text() == "mine"
    assert not (dnnrun.folder / "gone.yaml").exists()
    assert {item.name for item in dnnrun.folder.iterdir()} == {"mnist.yaml", "mnist.csv", "folder", "nowhere.yaml"}


def test_dash_prints_the_config_and_nothing_else(dnnrun: Dnnrun) -> None:
    dnnrun.write("t.csv", UNUSED)
    done = dnnrun("init", "--csv", "t.csv", "--target", "y", "--output", "-")
    assert done.code == 0
    assert "left out  'id'" in done.err
    assert not list(dnnrun.folder.glob("*.yaml"))
    dnnrun.write("printed.yaml", done.out)
    assert dnnrun("validate", "printed.yaml").code == 0


def test_templates_are_listed_and_written(dnnrun: Dnnrun) -> None:
    listed = dnnrun("init", "--list")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(TEMPLATES)
    assert json.loads(dnnrun("init", "--list", "--json").out) == TEMPLATES
    assert dnnrun("init", "cnn").out.startswith("cnn.yaml written\nnext\n")
    assert dnnrun("validate", "cnn.yaml").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "templates: mnist"),
        (["mnits"], 2, "did you mean 'mnist'?"),
        (["t.csv"], 2, "--csv t.csv --target COLUMN"),
        (["--csv", "t.csv"], 2, "for example --target y"),
        (["--csv", "t.csv", "--target", "Y"], 3, "did you mean 'y'?"),
        (["--csv", "gone.csv", "--target", "y"], 3, "there is no such file"),
        (["--csv", "t.csv", "--target", "y", "--task", "x"], 2, "one of binary, multiclass, regression"),
        (["--csv", "t.csv", "--target", "note"], 3, "has 60 different texts in 60 rows"),
    ],
)
def test_mistakes(arguments: list[str], code: int, says: str, dnnrun: Dnnrun) -> None:
    dnnrun.write("t.csv", UNUSED)
    done = dnnrun("init", *arguments)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert "Traceback" not in done.err
    assert [path.name for path in dnnrun.folder.iterdir()] == ["t.csv"]


def test_a_folder_that_cannot_be_written_to(dnnrun: Dnnrun) -> None:
    done = dnnrun("init", "mnist", "--output", Path("/proc/mnist.yaml"))
    assert done.code == 4
    assert "cannot write /proc/mnist.yaml" in done.err
