"""What the tests of the run directory share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dnnrun.store import RunWriter


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def writer(runs_dir: Path) -> RunWriter:
    return RunWriter.create(runs_dir, "mnist", {"config": {"epochs": 3}})


@pytest.fixture(scope="session")
def dead_pid() -> int:
    """The id of a process that was and is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def names_in() -> Callable[[Path], set[str]]:
    """Return everything in a directory, hidden files too."""
    return lambda folder: {path.name for path in folder.iterdir()}
