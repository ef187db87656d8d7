"""How long the commands that only read take, from start to end: ``make bench-start``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = Path(sys.executable).parent / "dnnrun"
CONFIG = Path(__file__).parents[2] / "configs" / "mnist_adam.yaml"
ROUNDS = 15
LINES = 200
# The wanted times are those of a two-core machine with nothing else to do.
CASES = {
    "--help": 0.35,
    f"validate {CONFIG}": 0.5,
    "validate long.yaml": 0.5,
    f"resolve {CONFIG}": 0.5,
    "docs layers": 0.5,
    "docs layers Dense": 0.5,
    "schema": 0.5,
}


def long_config() -> str:
    """Return a config of as many lines as the wanted time is for."""
    head = [*CONFIG.read_text(encoding="utf-8").splitlines(), "callbacks:"]
    callback = "  - {EarlyStopping: {monitor: val_loss, min_delta: 1e-4, patience: 4, mode: min}}"
    return "\n".join([*head, *[callback] * (LINES - len(head))]) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "long.yaml").write_text(long_config(), encoding="utf-8")
        for command, wanted in CASES.items():
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                subprocess.run([COMMAND, *command.split()], cwd=folder, stdout=subprocess.DEVNULL, check=True)
                times.append(time.perf_counter() - began)
            shown = command.replace(str(CONFIG), CONFIG.name)
            median, slowest = statistics.median(times), max(times)
            print(f"{shown:<28}  median {median:.2f} s  slowest {slowest:.2f} s  wanted {wanted} s")


if __name__ == "__main__":
    main()
