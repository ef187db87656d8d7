"""What is on the screen: results on stdout, progress on stderr, nothing of TensorFlow's."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import COMMAND, CONFIGS, Dnnrun

SMALL = ("--epochs", "3", "--set", "dataset.limit=64")


@pytest.mark.slow
def test_without_a_terminal_there_is_a_line_an_epoch(dnnrun: Dnnrun) -> None:
    done = dnnrun("train", CONFIGS / "iris_softmax.yaml", *SMALL)
    assert done.code == 0, done.err
    lines = done.err.splitlines()
    assert lines[0].startswith("iris_softmax  Three species")
    assert [line.split("  ")[0] for line in lines[6:]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert "data  iris: 64 training, 24 validation, 30 test rows of 4, 3 classes" in done.err
    assert "\x1b" not in done.err + done.out
    assert "cuda" not in done.err.lower()
    assert "tensorflow" not in done.err.lower()
    assert re.search(r"^completed: 3 epochs in .* best epoch \d by val_loss", done.out.strip())
    assert re.search(r"^accuracy +0\.\d+ +0\.3333$", done.out, re.MULTILINE)
    [run] = dnnrun.runs()
    log = (run / "train.log").read_text()
    assert log.count("epoch ended") == 3
    assert "run ended: completed" in log


@pytest.mark.slow
def test_on_a_terminal_there_is_a_live_bar(dnnrun: Dnnrun) -> None:
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "train", CONFIGS / "mnist_adam.yaml", "--epochs", "2", "--set", "dataset.limit=20000"],
        cwd=dnnrun.folder,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
        stdin=inside,
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    shown = _read_all(terminal)
    assert process.wait(timeout=60) == 0
    assert "━" in shown
    assert re.search(r"epoch 2/2.*loss 0\.\d+.*left", shown)
    assert "completed" in shown
    assert "cuda" not in shown.lower()
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert len(re.findall(r"epoch 1/2  loss \S+  accuracy \S+  val_loss \S+  val_accuracy \S+  \S+ s", plain)) == 1


@pytest.mark.slow
def test_quiet_prints_the_path_alone_and_json_one_object(dnnrun: Dnnrun) -> None:
    quiet = dnnrun("train", CONFIGS / "iris_softmax.yaml", "--smoke", "--quiet")
    assert (quiet.code, quiet.err) == (0, "")
    [run] = dnnrun.runs()
    assert quiet.out == f"runs/{run.name}\n"
    as_json = dnnrun("train", CONFIGS / "iris_softmax.yaml", "--smoke", "--json")
    assert "epoch 1/1" in as_json.err
    assert json.loads(as_json.out)["test"].keys() == {"loss", "accuracy"}


@pytest.mark.slow
def test_what_callbacks_print_is_no_part_of_the_result(dnnrun: Dnnrun) -> None:
    changes = ("--smoke", "--set", "callbacks=[{ModelCheckpoint: {verbose: 1}}]")
    done = dnnrun("train", CONFIGS / "iris_softmax.yaml", "--json", *changes)
    assert json.loads(done.out)["status"] == "completed"
    assert "Epoch 1: saving model to" in done.err
    quiet = dnnrun("train", CONFIGS / "iris_softmax.yaml", "--quiet", *changes)
    assert (quiet.out.count("\n"), quiet.err) == (1, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["train", "--help"],
        ["validate", str(CONFIGS / "mnist_adam.yaml")],
        ["resolve", str(CONFIGS / "mnist_adam.yaml")],
        ["compare", "nothing-here"],
        ["init", "mnist"],
        ["init", "--list"],
        ["schema"],
        ["docs", "layers", "Dense"],
    ],
    ids=" ".join,
)
def test_commands_that_only_read_do_not_import_tensorflow(arguments: list[str], dnnrun: Dnnrun) -> None:
    assert _heavy_imports(arguments, dnnrun.folder) == "HEAVY []"


def test_looking_at_a_table_takes_pandas_alone(dnnrun: Dnnrun) -> None:
    table = "a,y\n" + "".join(f"{i * 7 % 13},{i % 2}\n" for i in range(20))
    dnnrun.write("t.csv", table)
    assert _heavy_imports(["init", "--csv", "t.csv", "--target", "y"], dnnrun.folder) == "HEAVY ['pandas']"


def _heavy_imports(arguments: list[str], folder: Path) -> str:
    """Run a command; return which of the packages that take long it has imported."""
    program = (
        "import sys\n"
        f"sys.argv = ['dnnrun', *{arguments!r}]\n"
        "from dnnrun.cli.app import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'tensorflow', 'keras', 'sklearn', 'matplotlib', 'pandas'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == "" or arguments[0] == "compare", done.stderr
    return done.stdout.splitlines()[-1]


def _read_all(terminal: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            part = b""
        if not part:
            break
        parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode(errors="replace")
