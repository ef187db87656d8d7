"""Seconds an epoch through ``model.fit``, as a tutorial would write it, and through dnnrun's engine, side by side.

Each of the two has a process of its own, because they want different numbers of threads; the processes take turns,
an epoch or a few each, so that whatever else the machine does falls on both. ``make bench`` runs this.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ENDLESS = 10**9  # epochs, of which as many are trained as are asked for
FILES = Path(__file__).parents[2] / "dnnrun" / "data" / "files"
DENSE = [{"Dense": {"units": 128, "activation": "relu"}}, {"Dropout": 0.2}]
SOFTMAX = {"Dense": {"units": 10, "activation": "softmax"}}
CLASSES = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
TWO_CLASSES = {"loss": "binary_crossentropy", "metrics": ["accuracy"]}


@dataclass(frozen=True)
class Workload:
    """One comparison.

    Args:
        layers: as in a config; what the tutorial builds has the same, but for the rescaling, which it does beforehand.
        options: the rest of the config.
        batch_size: rows a step.
        target: the ratio to reach on two cores, or None where it only must not be below 1.
        turns: how many are timed; one more goes before.
        epochs: how many make a turn: more than one where an epoch is over before the caches are warm.
    """

    layers: list[Any]
    options: dict[str, Any]
    batch_size: int
    target: float | None
    turns: int = 5
    epochs: int = 1


SIGMOID = {"Dense": {"units": 1, "activation": "sigmoid"}}
TABLE = [{"Dense": {"units": 60, "activation": "relu"}}] * 3
CONVOLUTIONS = [
    {"Conv2D": {"filters": 32, "kernel_size": 3, "activation": "relu"}},
    {"MaxPooling2D": {}},
    {"Conv2D": {"filters": 64, "kernel_size": 3, "activation": "relu"}},
    {"MaxPooling2D": {}},
    "Flatten",
    SOFTMAX,
]
WORDS = [{"Embedding": {"input_dim": 10000, "output_dim": 256}}, "GlobalMaxPooling1D", SIGMOID]
WIDE = [{"Dense": {"units": 1024, "activation": "relu"}}] * 2

WORKLOADS = {
    "mnist": Workload(["Flatten", *DENSE, SOFTMAX], CLASSES, 32, 7.0),
    "mnist2": Workload(["Flatten", *DENSE, *DENSE, SOFTMAX], CLASSES, 128, 5.0),
    "table": Workload([*TABLE, SIGMOID], TWO_CLASSES, 10, 10.0, turns=20, epochs=10),
    "words": Workload(WORDS, TWO_CLASSES, 500, 1.3),
    "images": Workload(CONVOLUTIONS, CLASSES, 128, 1.1),
    "wide": Workload(["Flatten", *WIDE, SOFTMAX], CLASSES, 128, None, turns=3),
}


def rows_of(name: str) -> tuple[Any, Any]:
    """Return the rows of a workload: MNIST, or numbers drawn in the shape of a table and of IMDb's reviews."""
    if name in {"mnist", "mnist2", "images", "wide"}:
        with np.load(FILES / "mnist.npz") as arrays:
            x, y = arrays["x_train"], arrays["y_train"]
        return (x[:12800, ..., None], y[:12800]) if name == "images" else (x, y)
    random = np.random.default_rng(0)
    if name == "table":
        return random.normal(size=(470, 17)).astype(np.float32), random.integers(0, 2, 470)
    return random.integers(1, 10000, (5000, 200), dtype=np.int32), random.integers(0, 2, 5000)


def make() -> tuple[Any, Any]:
    """Return the rows to the engine, as a user's own source does."""
    return rows_of(os.environ["WORKLOAD"])


def train_with_fit(name: str, turns: Any) -> None:
    """Train through ``fit``."""
    import keras

    workload, (x, y) = WORKLOADS[name], rows_of(name)
    if x.dtype == np.uint8:
        x = (x / 255.0).astype("float32")
    built = [_layer(keras, layer) for layer in workload.layers]
    inputs = keras.Input(x.shape[1:], dtype="int32" if x.dtype == np.int32 else "float32")
    model = keras.Sequential([inputs, *built])
    model.compile("adam", workload.options["loss"], metrics=workload.options["metrics"])
    model.fit(x, y, batch_size=workload.batch_size, epochs=ENDLESS, callbacks=[turns])


def _layer(keras: Any, written: Any) -> Any:
    if isinstance(written, str):
        return getattr(keras.layers, written)()
    [(name, arguments)] = written.items()
    kind = getattr(keras.layers, name)
    return kind(**arguments) if isinstance(arguments, dict) else kind(arguments)


def train_with_engine(name: str, turns: Any) -> None:
    """Train through the engine, with the callbacks and the looks around that a run has."""
    from dnnrun.config.load import complete
    from dnnrun.data.load import resolve_data
    from dnnrun.engine.feeding import Feed, Order
    from dnnrun.engine.fitting import Fitting, Position, Watch
    from dnnrun.engine.hooks import Hooks
    from dnnrun.engine.preparation import prepare

    workload = WORKLOADS[name]
    config = {
        "dataset": {"source": "epochs:make"},
        "model": {"layers": workload.layers},
        "optimizer": "Adam",
        "batch_size": workload.batch_size,
        **workload.options,
    }
    experiment, dataset = resolve_data(complete(config), allow_code=True)
    prepared = prepare(experiment, dataset, allow_code=True)
    feed = Feed.of(dataset.train, workload.batch_size)
    order = Order(feed.rows, workload.batch_size, seed=experiment.seed)
    hooks = Hooks([turns], prepared.model, epochs=ENDLESS, steps=order.steps)
    Fitting(prepared.model, prepared.loop, feed, order, None, hooks, epochs=ENDLESS, watch=Watch()).run(Position())


def serve(name: str, which: str) -> None:
    """Train a turn for every line that comes in, and answer with its seconds an epoch, until no more lines come."""
    import time

    import keras

    epochs, answers = WORKLOADS[name].epochs, os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where fit draws its bar

    class Turns(keras.callbacks.Callback):
        """Waits for the word before each turn."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch % epochs == 0:
                if not sys.stdin.readline():
                    sys.exit()
                self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if (epoch + 1) % epochs == 0:
                answers.write(f"{(time.perf_counter() - self.began) / epochs}\n")
                answers.flush()

    train = train_with_fit if which == "fit" else train_with_engine
    train(name, Turns())


class Trainer:
    """A process that trains when it is told to."""

    def __init__(self, name: str, which: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--serve", which, name],
            env={**os.environ, "WORKLOAD": name, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def turn(self) -> float:
        """Return the seconds an epoch of one turn."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def compare(name: str) -> bool:
    """Print one line of the table; return whether the target was met."""
    workload = WORKLOADS[name]
    trainers = Trainer(name, "fit"), Trainer(name, "engine")
    for trainer in trainers:
        trainer.turn()  # traces
    timed = [tuple(trainer.turn() for trainer in trainers) for _ in range(workload.turns)]
    for trainer in trainers:
        trainer.close()
    fit, engine = (statistics.median(each) for each in zip(*timed, strict=True))
    ratios = sorted(one / other for one, other in timed)
    ratio, target = statistics.median(ratios), workload.target or 1.0
    spread = f"{ratios[0]:.1f} to {ratios[-1]:.1f}"
    met = "yes" if ratio >= target else "no"
    print(f"{name:8} {fit:9.4f} {engine:9.4f} {ratio:7.2f}  {spread:14} {target:6.1f}  {met}", flush=True)
    return ratio >= target


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), metavar="WORKLOAD")
    parser.add_argument("--serve", choices=["fit", "engine"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.workloads[0], options.serve)
        return
    print(f"{platform.processor() or platform.machine()}, {len(os.sched_getaffinity(0))} cores; seconds an epoch")
    print(f"{'':8} {'fit':>9} {'engine':>9} {'ratio':>7}  {'spread':14} {'target':>6}  met")
    results = [compare(name) for name in options.workloads]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
