"""``dnnrun train configs/mnist_adam.yaml`` against a plain script that does the same: wall time and peak memory.

The two take turns, so that whatever else the machine does falls on both. ``make bench`` runs this.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).parent / "dnnrun"
CONFIG = Path(__file__).parents[2] / "configs" / "mnist_adam.yaml"
SCRIPT = Path(__file__).with_name("plain_script.py")
ROUNDS = 3
SHARE = 0.4  # of the script's wall time, at most


@dataclass(frozen=True)
class Cost:
    """What a process took.

    Args:
        seconds: from start to end.
        mebibytes: of memory at its peak.
    """

    seconds: float
    mebibytes: float


def cost_of(*command: str | Path) -> Cost:
    """Run a command to its end."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen([*command, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, f"{command[0]} failed"
        return Cost(time.perf_counter() - began, usage.ru_maxrss / 1024)


def main() -> None:
    """Print what each round took, and the medians."""
    print(f"{'':8} {'seconds':>17} {'ratio':>7} {'MiB':>15} {'ratio':>7}")
    rounds = []
    for number in range(ROUNDS):
        rounds.append((cost_of(COMMAND, "train", CONFIG, "--runs-dir"), cost_of(sys.executable, SCRIPT)))
        print(line(f"round {number + 1}", *rounds[-1]), flush=True)
    ours, plain = (
        Cost(statistics.median(cost.seconds for cost in each), statistics.median(cost.mebibytes for cost in each))
        for each in zip(*rounds, strict=True)
    )
    print(line("median", ours, plain))
    met = ours.seconds <= SHARE * plain.seconds and ours.mebibytes <= plain.mebibytes
    print(f"wanted: at most {SHARE} of the time, and no more memory: {'met' if met else 'not met'}")
    sys.exit(0 if met else 1)


def line(label: str, ours: Cost, plain: Cost) -> str:
    """Return one line of the table: dnnrun, the script, and the ratio of the two, of each figure."""
    times = f"{ours.seconds:8.1f} {plain.seconds:8.1f} {ours.seconds / plain.seconds:7.2f}"
    memory = f"{ours.mebibytes:7.0f} {plain.mebibytes:7.0f} {ours.mebibytes / plain.mebibytes:7.2f}"
    return f"{label:8} {times} {memory}"


if __name__ == "__main__":
    main()
