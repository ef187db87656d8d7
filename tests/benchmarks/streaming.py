"""Rows that stay on disk against the same rows in memory: rows a second in training, and the memory at its peak.

Each of the two is a ``dnnrun train`` of its own, one after the other, on a file that is written for the occasion and
deleted again. ``make bench-data`` runs this with 20 million rows, which are a table of 10 GB; ``--rows`` takes fewer,
and ``--steps`` ends the epoch after so many steps, the same ones in both. Rows a second are those of the epoch, by the
run's own clock, without reading labels and looking through the file before it. In memory, 20 million rows take more
than 21 GB: where that is not free, the rows in memory are as many of the first ones as there is room for.

The rows of a table are a block of random ones again and again: they take as long to read as others, and less to write.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from dnnrun.data.memory import COPIES, free_memory

COMMAND = Path(sys.executable).parent / "dnnrun"
COLUMNS = 68
BLOCK = 250_000  # rows that are repeated
SHARE, GIGABYTES = 0.8, 1.5  # what is wanted of a large table
BATCH = 256  # rows a step on tables
SIZE = 64  # of an image
TABLE = """\
name: {name}
dataset:
  source: {{{kind}: {{path: {path}, target: label}}}}
  in_memory: {in_memory}
  test_split: 0.001
  shuffle: false  # of the split: the test rows are the last, and need not be looked for in all of the file
model:
  activation: relu
  layers:
    - {{Dense: {units}}}
    - {{Dense: {units}}}
    - {{Dense: {units}}}
    - {{Dense: {units}}}
    - {{Dense: {{units: 1, activation: sigmoid}}}}
optimizer: Adam
loss: binary_crossentropy
metrics: [accuracy]
batch_size: 256
{steps}
"""
IMAGES = """\
name: {name}
dataset: {{source: {{images: {{path: {path}}}}}, in_memory: {in_memory}, test_split: 0.02}}
model:
  activation: relu
  layers:
    - {{Conv2D: {{filters: 16, kernel_size: 3}}}}
    - MaxPooling2D
    - {{Conv2D: {{filters: 32, kernel_size: 3}}}}
    - GlobalAveragePooling2D
    - {{Dense: {{units: 2, activation: softmax}}}}
optimizer: Adam
loss: sparse_categorical_crossentropy
metrics: [accuracy]
"""


@dataclass(frozen=True)
class Cost:
    """What a training took.

    Args:
        rows_a_second: in its epoch, without what comes before and after.
        seconds: from the start of the command to its end.
        gigabytes: of memory at its peak, each of 10**9 bytes.
    """

    rows_a_second: float
    seconds: float
    gigabytes: float


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Args:
        write: makes so many rows at a path.
        config: that trains on them.
        share: of the rows that ``--rows`` says.
    """

    write: Callable[[Path, int], None]
    config: str
    share: float


def block_of(rows: int) -> Any:
    """Return a table of numbers with a label that depends on them."""
    import pyarrow as pa

    random = np.random.default_rng(0)
    x = np.round(random.normal(size=(rows, COLUMNS)), 4)
    label = (x @ random.normal(size=COLUMNS) > 0).astype(np.int8)
    return pa.table({**{f"x{column}": x[:, column] for column in range(COLUMNS)}, "label": label})


def write_csv(path: Path, rows: int) -> None:
    """Write a table as text, about 500 bytes a row."""
    from pyarrow import csv as text

    made = io.BytesIO()
    text.write_csv(block_of(min(rows, BLOCK)), made)
    head, lines = made.getvalue().split(b"\n", 1)
    with path.open("wb") as file:
        file.write(head + b"\n")
        for _ in range(rows // BLOCK):
            file.write(lines)
        file.write(b"".join(lines.splitlines(keepends=True)[: rows % BLOCK]))


def write_parquet(path: Path, rows: int) -> None:
    """Write a table in row groups."""
    from pyarrow import parquet

    block = block_of(min(rows, BLOCK))
    with parquet.ParquetWriter(path, block.schema) as writer:
        for begin in range(0, rows, BLOCK):
            writer.write_table(block.slice(0, min(BLOCK, rows - begin)), row_group_size=20_000)


def write_images(path: Path, rows: int) -> None:
    """Write a folder of pictures for each of two classes, told apart by how bright they are."""
    from PIL import Image

    random = np.random.default_rng(0)
    for label in ("dark", "light"):
        (path / label).mkdir(parents=True)
    for row in range(rows):
        label = ("dark", "light")[row % 2]
        pixels = random.integers(0, 200, (SIZE, SIZE, 3)) + 50 * (row % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(path / label / f"{row}.png", compress_level=1)


KINDS = {
    "csv": Kind(write_csv, TABLE, 1.0),
    "parquet": Kind(write_parquet, TABLE, 0.1),
    "images": Kind(write_images, IMAGES, 0.001),
}


def cost_of(config: Path, folder: Path, steps: int | None) -> Cost:
    """Train one epoch in a process of its own."""
    began = time.perf_counter()
    command: list[str | Path] = [COMMAND, "train", config, "--runs-dir", folder]
    errors = folder / f"{config.stem}.txt"
    with errors.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{config.stem} failed:\n{errors.read_text()[-3000:]}")
    [run] = (path for path in folder.iterdir() if path.is_dir() and path.name.endswith(config.stem))
    with (run / "history.csv").open() as file:
        epoch = next(csv.DictReader(file))
    rows = trained_rows(run, steps)
    shutil.rmtree(run)
    peak = usage.ru_maxrss * (1024 if sys.platform == "linux" else 1)
    return Cost(rows / float(epoch["seconds"]), time.perf_counter() - began, peak / 1e9)


def trained_rows(run: Path, steps: int | None) -> int:
    """Return how many rows an epoch of a run has."""
    rows = int(json.loads((run / "run.json").read_text())["dataset"]["rows"]["train"])
    return BATCH * steps if steps else rows


def compare(name: str, rows: int, folder: Path, given: argparse.Namespace) -> tuple[float, float]:
    """Write the rows of one kind, and train on them from disk and in memory, in turn.

    Returns:
        The ratio of the medians of rows a second, and the most memory of those from disk in gigabytes.
    """
    kind, path = KINDS[name], folder / f"rows.{name}"
    steps = given.steps if kind.config is TABLE else None
    began = time.perf_counter()
    kind.write(path, rows)
    size = sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*.png")))
    print(f"{name}: {rows:,} rows, {size / 1e9:.2f} GB, written in {time.perf_counter() - began:.0f} s", flush=True)
    paths, costs = {"false": path, "true": path}, {"false": list[Cost](), "true": list[Cost]()}
    fitting = free_memory() // 2 // (4 * COLUMNS * COPIES)
    if kind.config is TABLE and rows > fitting:
        paths["true"] = folder / f"first.{name}"
        kind.write(paths["true"], fitting)
        print(f"  in memory: the first {fitting:,} rows, as there is no room for all", flush=True)
    for turn in range(2 * given.turns):
        in_memory = ("false", "true")[turn % 2]
        config = folder / f"{name}-{in_memory}.yaml"
        ending = f"steps_per_epoch: {steps}" if steps else ""
        filled = {"name": config.stem, "kind": name, "path": paths[in_memory], "in_memory": in_memory}
        config.write_text(kind.config.format(**filled, units=given.units, steps=ending))
        cost = cost_of(config, folder, steps)
        costs[in_memory].append(cost)
        print(
            f"  {'in memory' if in_memory == 'true' else 'from disk'}  {cost.rows_a_second:>10,.0f} rows/s in training "
            f"{cost.seconds:>7.0f} s in all {cost.gigabytes:>7.2f} GB at most  (load {os.getloadavg()[0]:.1f})",
            flush=True,
        )
    for each in set(paths.values()):
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()
    disk, memory = (median(cost.rows_a_second for cost in costs[each]) for each in ("false", "true"))
    return disk / memory, max(cost.gigabytes for cost in costs["false"])


def main() -> None:
    """Print the figures of every kind, and whether a table meets what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000, help="of the csv table; a part of them of the others")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which files, separated by commas")
    parser.add_argument("--units", type=int, default=256, help="of each of four hidden layers on tables")
    parser.add_argument("--steps", type=int, help="of an epoch on a table, each of 256 rows; all rows unless given")
    parser.add_argument("--turns", type=int, default=1, help="how often each is trained; the ratio is of the medians")
    parser.add_argument("--folder", help="where to write; 20 million rows need 11 to 15 GB")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.platform()}")
    met = True
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for name in given.kinds.split(","):
            rows = max(int(given.rows * KINDS[name].share), 1000)
            ratio, gigabytes = compare(name, rows, Path(folder), given)
            wanted = f" (wanted: {SHARE} at least, less than {GIGABYTES} GB)" if name == "csv" else ""
            print(f"  ratio {ratio:.2f}, {gigabytes:.2f} GB from disk{wanted}", flush=True)
            met = met and (name != "csv" or (ratio >= SHARE and gigabytes < GIGABYTES))
    print("met" if met else "not met")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
