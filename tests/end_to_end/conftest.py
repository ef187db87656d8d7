"""The installed command, run as a person runs it: in a process of its own, in a folder of its own.

Most tests run what it runs in a fork of a process that has TensorFlow loaded; see `warm_command`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.end_to_end.warm_command import WarmCommand

COMMAND = Path(sys.executable).parent / "dnnrun"
CONFIGS = Path(__file__).parents[2] / "configs"
PATIENCE = 120  # seconds after which a command is taken to hang


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Dnnrun:
    """Runs ``dnnrun`` in ``folder``."""

    folder: Path
    warm: WarmCommand

    def __call__(self, *arguments: str | Path, **environment: str) -> Done:
        """Run a command to its end, without waiting for TensorFlow to start."""
        with Path(os.devnull).open() as nothing, _written() as out, _written() as err:
            code = self.warm.run(
                [str(COMMAND), *map(str, arguments)],
                self.folder,
                {**os.environ, **environment},
                (nothing, out, err),
                PATIENCE,
            )
            out.seek(0)
            err.seek(0)
            return Done(code, out.read(), err.read())

    def installed(self, *arguments: str | Path, **environment: str) -> Done:
        """Run the installed command to its end."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=PATIENCE)
        return Done(process.returncode, out, err)

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start the installed command."""
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs(self) -> list[Path]:
        """The run directories made in the folder, the oldest first."""
        return sorted(path for path in (self.folder / "runs").glob("*") if path.is_dir())

    def write(self, name: str, text: str) -> Path:
        """Put a file into the folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


def _written() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmCommand]:
    command = WarmCommand()
    yield command
    command.end()


@pytest.fixture
def dnnrun(tmp_path: Path, warm: WarmCommand) -> Dnnrun:
    return Dnnrun(tmp_path, warm)


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something that a running command does; fail if the command ends or nothing happens."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the command did not come to that point"
        time.sleep(0.05)


def rows_of(run: Path) -> list[str]:
    """Return the lines of a history below its header."""
    history = run / "history.csv"
    return history.read_text().splitlines()[1:] if history.exists() else []


def without_seconds(run: Path) -> list[list[str]]:
    """Return the cells of a history but for the seconds, which differ from run to run."""
    lines = [line.split(",") for line in (run / "history.csv").read_text().splitlines()]
    assert lines[0][-1] == "seconds"
    return [cells[:-1] for cells in lines]
