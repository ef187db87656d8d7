"""A folder of runs of all kinds, always the same, for what commands print about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dnnrun.store import Run, RunWriter, layout

CONFIG: dict[str, Any] = {
    "name": "mnist_adam",
    "description": "One hidden layer",
    "tags": ["mnist", "baseline"],
    "seed": 42,
    "dataset": {"source": "mnist", "validation_split": 0.1, "test_split": None, "preprocess": None},
    "model": {
        "activation": "relu",
        "layers": ["Flatten", {"Dense": {"units": 128}}, {"Dense": {"units": 10, "activation": "softmax"}}],
    },
    "optimizer": {"Adam": {"learning_rate": 0.001}},
    "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
    "callbacks": [],
    "epochs": 3,
    "batch_size": 32,
}
RECORD: dict[str, Any] = {
    "layout": 1,
    "command": ["dnnrun", "train", "configs/mnist_adam.yaml"],
    "seed": 42,
    "versions": {"python": "3.11.7", "dnnrun": "0.1.0", "tensorflow": "2.21.0", "keras": "3.15.1"},
    "machine": {"host": "here", "system": "Linux", "architecture": "x86_64", "cores": 2},
    "devices": ["CPU"],
    "workers": 1,
    "threads": 1,
    "git": {"commit": "4aa4c7470f0ae59293aa1675450aabbc376c69a0", "dirty": False},
    "dataset": {
        "source": "mnist",
        "task": "classification",
        "fingerprint": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
        "input_shape": [28, 28],
        "dtype": "uint8",
        "rows": {"train": 54000, "validation": 6000, "test": 10000},
        "classes": list("0123456789"),
    },
    "parameters": 101770,
    "untrained": {"loss": 2.4118, "accuracy": 0.15625},
    "chance_loss": 2.302585,
    "failure": None,
}
DEAD = {"host": "", "pid": 2**22 + 1, "began": 1}  # no process ever had such a number
HISTORY = {"loss": [0.31, 0.15, 0.11], "accuracy": [0.91, 0.955, 0.965], "val_loss": [0.18, 0.12, 0.13]}


def make_kept_runs(folder: Path) -> None:
    """Make runs of every status, of a network and of scikit-learn, broken and whole."""
    kept_run(folder, "20261123-141530-mnist_adam", val_accuracy=0.97)
    kept_run(folder, "20261124-100000-mnist_sgd", val_accuracy=0.94, optimizer={"SGD": {"learning_rate": 0.1}})
    kept_run(folder, "20261124-110000-mnist_adam", status="interrupted", epochs=2, val_accuracy=0.96)
    kept_run(folder, "20261124-120000-mnist_adam", status="diverged", epochs=1, val_accuracy=None)
    crashed = kept_run(folder, "20261125-080000-mnist_adam", status="running", epochs=0)
    process = RunWriter.create(folder, "other", {}).record["process"]  # which host this is
    _change(crashed, process={**DEAD, "host": process["host"]})
    running = kept_run(folder, "20261125-090000-mnist_adam", status="running", epochs=0)
    _change(running, process=process, created="2026-11-25T09:00:00Z")
    for path in folder.glob("*-other"):
        for inner in sorted(path.rglob("*"), reverse=True):
            inner.rmdir() if inner.is_dir() else inner.unlink()
        path.rmdir()
    broken = kept_run(folder, "20261125-100000-mnist_adam")
    (broken.path / layout.RECORD).write_text('{"layout": 1')


def kept_run(
    folder: Path,
    name: str,
    *,
    status: str = "completed",
    epochs: int = 3,
    val_accuracy: float | None = None,
    **config: Any,
) -> Run:
    """Make one run, which began when its name says and took a minute."""
    path = folder / name
    path.mkdir(parents=True)
    stamp, _, own = name[:15], name[15], name[16:]
    moment = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}"
    settings = {**CONFIG, "name": own, **config}
    best = {"epoch": min(2, epochs), "metric": "val_loss", "value": HISTORY["val_loss"][min(2, epochs) - 1]}
    final = {metric: values[epochs - 1] for metric, values in HISTORY.items()} | {"val_accuracy": val_accuracy}
    record = {
        **RECORD,
        "name": own,
        "description": settings["description"],
        "tags": settings["tags"],
        "config": settings,
        "epochs_finished": epochs,
        "best": best if epochs else None,
        "weights_from_epoch": epochs,
        "final": {**final, "epoch": epochs, "learning_rate": 0.001} if epochs else None,
        "failure": None if status in {"completed", "running"} else f"{status} in epoch {epochs + 1}",
        "status": status,
        "created": f"{moment}:{stamp[13:15]}Z",
        "ended": None if status == "running" else f"{moment}:59Z",
        "process": DEAD,
    }
    (path / layout.RECORD).write_text(json.dumps(record, indent=2) + "\n")
    writer = RunWriter(path, record)
    for index in range(epochs or 2):
        row = {metric: values[index] for metric, values in HISTORY.items()}
        accuracy = {} if val_accuracy is None else {"val_accuracy": val_accuracy}
        writer.append_history({"epoch": index + 1, **row, **accuracy, "learning_rate": 0.001, "seconds": 1.5})
    writer.close()
    return Run(path)


def _change(run: Run, **facts: Any) -> None:
    (run.path / layout.RECORD).write_text(json.dumps({**run.record, **facts}))
