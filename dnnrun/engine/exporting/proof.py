"""The proof of an export: a fresh process that has only the format's runtime predicts the same, or it is no export."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dnnrun.data.dataset import Array
from dnnrun.engine.exporting.formats import Format
from dnnrun.engine.exporting.serving import Served
from dnnrun.engine.objects import in_one_line

TOLERANCE = 1e-5


@dataclass(frozen=True)
class Proof:
    """What came of it.

    Args:
        difference: the largest between two predictions; where these are larger than 1, as a part of their size. None
            where the runtime did not come to an answer.
        largest_absolute: the same without regard to their size.
        failure: why the runtime did not come to an answer, or what is wrong with it.
        versions: of what the process loaded.
        modules: the packages that it had loaded when it was done.
    """

    difference: float | None
    largest_absolute: float | None = None
    failure: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the export predicts the same."""
        return not self.failure and self.difference is not None and self.difference <= TOLERANCE


def prove(
    to: Format,
    model: Path,
    served: Served,
    rows: Mapping[str, Array],
    expected: Mapping[str, Array],
    own: Sequence[str] = (),
) -> Proof:
    """Have the runtime of a format load the model in a process of its own, and compare what it predicts.

    Args:
        to: the format.
        model: the exported file or folder.
        served: what was exported.
        rows: to ask for, by the safe names of the inputs.
        expected: what the run's model predicts, by the safe names of the outputs.
        own: import paths of the user's own code that Keras needs.
    """
    with tempfile.TemporaryDirectory(prefix="dnnrun-proof-") as folder:
        asked, answered, report = (Path(folder) / name for name in ("asked.npz", "answered.npz", "report.json"))
        _write(asked, rows)
        names = (json.dumps(dict(served.inputs)), json.dumps(dict(served.outputs)), json.dumps(list(own)))
        command = [sys.executable, "-P", "-W", "ignore", to.program, model.absolute(), asked, answered, report, *names]
        done = subprocess.run(  # noqa: S603
            list(map(str, command)), capture_output=True, text=True, errors="replace", check=False, env=_environment()
        )
        if done.returncode or not report.is_file():
            return Proof(None, failure=f"{to.title} cannot run it: {_last_words(done)}")
        facts: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        with np.load(answered, allow_pickle=False) as arrays:
            given = dict(arrays.items())
    return _compared(expected, given, facts)


def _compared(expected: Mapping[str, Array], given: Mapping[str, Array], facts: Mapping[str, Any]) -> Proof:
    versions, modules = facts["versions"], tuple(facts["modules"])
    if set(expected) != set(given):
        failure = f"it gives {', '.join(sorted(given))}, and not {', '.join(sorted(expected))}"
        return Proof(None, failure=failure, versions=versions, modules=modules)
    relative = absolute = 0.0
    for name, wanted in expected.items():
        if wanted.shape != given[name].shape:
            failure = f"{name} has shape {given[name].shape}, and not {wanted.shape}"
            return Proof(None, failure=failure, versions=versions, modules=modules)
        of_output = largest_differences(wanted, given[name])
        relative, absolute = max(relative, of_output[0]), max(absolute, of_output[1])
    return Proof(relative, absolute, versions=versions, modules=modules)


def largest_differences(wanted: Array, given: Array) -> tuple[float, float]:
    """Return the largest difference as a part of a prediction's size where that is above 1, and as it is.

    What is not a number has to be the same in both; otherwise the difference is infinite.
    """
    wanted, given = wanted.astype(np.float64), given.astype(np.float64)
    finite = np.isfinite(wanted) & np.isfinite(given)
    if not np.array_equal(wanted[~finite], given[~finite], equal_nan=True):
        return float("inf"), float("inf")
    apart = np.abs(wanted[finite] - given[finite])
    if not apart.size:
        return 0.0, 0.0
    return float(np.max(apart / np.maximum(1.0, np.abs(wanted[finite])))), float(np.max(apart))


def _write(path: Path, rows: Mapping[str, Array]) -> None:
    with path.open("wb") as file:
        np.savez(file, **{name: row.astype(str) if row.dtype.kind in "OS" else row for name, row in rows.items()})  # type: ignore[arg-type]


def _environment() -> dict[str, str]:
    """Return this process's environment; the process finds what this one does, also code in the current folder."""
    paths = [path for path in sys.path if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return f"its process was ended by signal {-done.returncode}"
    return in_one_line(ValueError(lines[-1])) if lines else f"its process ended with code {done.returncode}"
