"""How long it takes to read many runs, each command as a whole from start to end: ``make bench-runs``.

The runs were written a moment ago, so that their files are in the operating system's memory.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.made_runs import make_runs

COMMAND = Path(sys.executable).parent / "dnnrun"
ROUNDS = 7
MANY, SWEPT, FEW = "many", "swept", "few"
FOLDERS = {MANY: (10_000, False), SWEPT: (1_000, True), FEW: (10, True)}  # runs, and whether all their files are there
EPOCHS = 100
# The wanted times are those of a two-core machine with nothing else to do.
CASES = {
    ("list", MANY): 2.0,
    ("list", MANY, "--json"): 2.0,
    ("list", MANY, "--where", "val_accuracy > 0.9", "--sort", "val_accuracy"): 2.0,
    ("compare", SWEPT): 2.0,
    ("compare", FEW): 1.0,
}


def seconds_of(command: Sequence[str], folder: str) -> tuple[float, float]:
    """Return how long a command takes, and how much of the processors' time, which other work changes little."""
    began = time.perf_counter()
    process = subprocess.Popen([COMMAND, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"dnnrun {' '.join(command)} failed"
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Make the runs, time the commands in turn, and exit with 1 where one takes longer than is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (count, complete) in FOLDERS.items():
            make_runs(Path(folder) / name, count, epochs=EPOCHS, complete=complete)
            print(f"{name}: {count:,} runs of {EPOCHS} epochs{'' if complete else ', the record of each alone'}")
        os.sync()
        missed = False
        for command, wanted in CASES.items():
            rounds = [seconds_of(command, folder) for _ in range(ROUNDS)]
            wall, processor = (statistics.median(each) for each in zip(*rounds, strict=True))
            missed |= wall > wanted
            slowest = max(seconds for seconds, _ in rounds)
            figures = f"median {wall:.2f} s  slowest {slowest:.2f} s  processor {processor:.2f} s  wanted {wanted} s"
            print(f"{'dnnrun ' + ' '.join(command):<72}  {figures}", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
