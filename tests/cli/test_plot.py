"""What ``dnnrun plot`` writes and prints, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dnnrun import ConfigError, RunError
from dnnrun import plot as plot_run
from dnnrun.cli.app import app
from dnnrun.store import RunWriter


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of one run in ./runs that has finished two epochs and is still running."""
    monkeypatch.chdir(tmp_path)
    writer = RunWriter.create(Path("runs"), "mnist", {"config": {"model": {"layers": []}}})
    for epoch, loss in enumerate((0.5, 0.3), 1):
        writer.append_history({"epoch": epoch, "loss": loss, "accuracy": 1 - loss, "learning_rate": 0.1, "seconds": 1})
    writer.close()
    return writer.path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["plot", *arguments])


def test_every_plot_that_the_run_has_is_kept_in_it(path: Path) -> None:
    done = run("latest")
    assert done.exit_code == 0
    assert {f"{path}/plots/loss.png", f"{path}/plots/metrics.png"} <= set(done.stdout.splitlines())
    assert all(Path(line).read_bytes().startswith(b"\x89PNG") for line in done.stdout.splitlines())


def test_one_plot_goes_into_a_file_and_several_into_a_folder() -> None:
    assert run("mnist", "loss", "-o", "made/curve.svg").stdout == "made/curve.svg\n"
    ET.parse("made/curve.svg")
    assert run("mnist", "loss", "metrics", "--format", "svg", "-o", "all").stdout == "all/loss.svg\nall/metrics.svg\n"
    assert run("mnist", "loss", "-o", "all").stdout == "all/loss.png\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["latest", "los"], "did you mean 'loss'?"),
        (["latest", "loss", "metrics", "-o", "a.png"], "is one file, for several pictures"),
        (["latest", "-o", "a.png"], "name one plot, or a folder"),
        (["latest", "loss", "-o", "a.png", "--format", "svg"], "ends as another format than svg"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_drawn(path: Path, arguments: list[str], said: str) -> None:
    refused = run(*arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert not any((path / "plots").iterdir())


def test_a_plot_without_numbers_is_told_of_and_the_others_are_drawn(path: Path) -> None:
    done = run("latest", "loss", "confusion_matrix", "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout) == {"run": str(path), "plots": [f"{path}/plots/loss.png"]}
    assert f"plot 'confusion_matrix': {path} has no numbers for it" in done.stderr
    assert "it needs an evaluation by classes" in done.stderr


def test_a_damaged_file_is_told_of_once(path: Path) -> None:
    (path / "run.json").write_text("{")
    done = run("latest", "loss", "metrics")
    assert (done.exit_code, done.stdout) == (4, "")
    assert done.stderr.count("damaged") == 1
    assert "plots 'loss', 'metrics': " in done.stderr


def test_a_run_before_its_first_epoch_has_nothing_to_draw() -> None:
    RunWriter.create(Path("runs"), "new", {}).close()
    done = run("new")
    assert done.exit_code == 4
    assert "has nothing to draw yet" in done.stderr


def test_from_python_the_files_are_returned_and_what_fails_is_raised(path: Path) -> None:
    assert plot_run(path, ["loss"], output="x", image_format="pdf") == [Path("x/loss.pdf")]
    with pytest.raises(RunError, match="has no numbers for it"):
        plot_run(path, ["samples"])
    with pytest.raises(ConfigError, match="'bmp' is no format"):
        plot_run(path, image_format="bmp")


def test_activation_functions_are_drawn_into_the_current_folder_or_a_file() -> None:
    assert run("activations", "swish", "relu").stdout == "activations.png\n"
    assert run("activations", "tanh", "-o", "made/t.svg", "--json").stdout == '{"plots": ["made/t.svg"]}\n'
    assert "tanh" in Path("made/t.svg").read_text()


@pytest.mark.parametrize(("name", "said"), [("gelo", "did you mean 'gelu'?"), ("softmax", "of several numbers")])
def test_an_activation_function_that_there_is_not_is_refused(name: str, said: str) -> None:
    refused = run("activations", name)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_neither_tensorflow_nor_pyplot_is_started(path: Path) -> None:
    program = f"""
import sys
from typer.testing import CliRunner
from dnnrun.cli.app import app
assert CliRunner().invoke(app, ["plot", {str(path)!r}]).exit_code == 0
print(sorted({{"tensorflow", "keras", "matplotlib.pyplot"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
