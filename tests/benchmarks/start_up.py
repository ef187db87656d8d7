"""How long the commands that only read take, from start to end: ``make bench-start``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMAND = Path(sys.executable).parent / "dnnrun"
CONFIG = Path(__file__).parents[2] / "configs" / "mnist_adam.yaml"
ROUNDS = 15
# The wanted times are those of a two-core machine with nothing else to do.
CASES = {"--help": (["--help"], 0.35), "validate mnist_adam": (["validate", str(CONFIG)], 0.5)}


def main() -> None:
    for name, (arguments, wanted) in CASES.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run([COMMAND, *arguments], stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - began)
        print(f"{name:<20}  median {statistics.median(times):.2f} s  slowest {max(times):.2f} s  wanted {wanted} s")


if __name__ == "__main__":
    main()
