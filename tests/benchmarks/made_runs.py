"""Run directories by the thousand, as a sweep of configs/mnist_adam.yaml would leave them, without training anything.

Each has the run.json that the code of a training writes, in its form and size. What varies is what varies in a sweep:
optimizer, learning rate, units, dropout, and seed; and how the run ended.
"""

from __future__ import annotations

import copy
import csv
import datetime
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dnnrun.config.load import load_config
from dnnrun.running.record import first_record
from dnnrun.store import layout

CONFIG = Path(__file__).parents[2] / "configs" / "mnist_adam.yaml"
DIGITS = [str(digit) for digit in range(10)]
# What a training finds out about the data of that config.
DATA = {
    "source": "mnist",
    "task": "classification",
    "fingerprint": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    "input_shape": [28, 28],
    "dtype": "uint8",
    "rows": {"train": 54000, "validation": 6000, "test": 10000},
    "classes": DIGITS,
    "label_counts": {
        "train": [5331, 6068, 5362, 5518, 5258, 4879, 5326, 5638, 5266, 5354],
        "validation": [592, 674, 596, 613, 584, 542, 592, 627, 585, 595],
        "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    },
    "rows_among_training": {"test": {"rows": 0, "same_label": 0}, "validation": {"rows": 0, "same_label": 0}},
    "features_equal_to_target": [],
    "features": None,
}
SWEEP = list(
    itertools.product(
        ("Adam", "SGD", "RMSprop"), (0.0003, 0.001, 0.003, 0.01, 0.03), (32, 64, 128, 256), (0.0, 0.2, 0.5), range(5)
    )
)
STATUSES = {"completed": 94, "interrupted": 2, "failed": 1, "diverged": 2, "running": 1}  # in a hundred
FIRST = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_ENDED_PROCESS = {"pid": 2**22 + 1, "began": 1}  # no system has such a number: what says running has crashed

History = list[dict[str, float]]


def make_runs(folder: Path, count: int, *, epochs: int, complete: bool) -> None:
    """Make runs.

    Args:
        folder: where they go; made if it is not there.
        count: how many.
        epochs: of each that completed; the others have a part of them.
        complete: whether each has the history.csv and the evaluation.json of its epochs, too; otherwise only those that
            say they are running have a history.
    """
    chance = random.Random(count)
    template = first_record(load_config(CONFIG), DATA, None, parameters=101770, chance_loss=2.302585092994046)
    endings = chance.choices(list(STATUSES), weights=list(STATUSES.values()), k=count)
    for number, (settings, status) in enumerate(zip(itertools.islice(_settings(), count), endings, strict=True)):
        created = FIRST + datetime.timedelta(minutes=7 * number)
        record = _with_settings(template, *settings, epochs)
        history = _history(settings, epochs if status == "completed" else chance.randrange(1, epochs), chance)
        path = folder / f"{created:%Y%m%d-%H%M%S}-{record['name']}"
        (path / layout.CHECKPOINTS).mkdir(parents=True)
        _write_json(path / layout.RECORD, _ended(record, history, status, created))
        if complete or status == "running":
            _write_history(path / layout.HISTORY, history)
        if complete and status == "completed":
            _write_json(path / layout.EVALUATION, _evaluation(history[-1]))


def _settings() -> Iterator[tuple[str, float, int, float, int]]:
    return itertools.cycle(SWEEP)


def _with_settings(
    template: dict[str, Any], optimizer: str, rate: float, units: int, dropout: float, seed: int, epochs: int
) -> dict[str, Any]:
    record = copy.deepcopy(template)
    layers = ["Flatten", {"Dense": {"units": units, "activation": "relu"}}]
    layers += [{"Dropout": {"rate": dropout}}] if dropout else []
    layers += [{"Dense": {"units": 10, "activation": "softmax"}}]
    record["config"] |= {"seed": seed, "epochs": epochs, "optimizer": {optimizer: {"learning_rate": rate}}}
    record["config"]["model"]["layers"] = layers
    record["seed"] = seed
    return record


def _history(settings: Sequence[Any], epochs: int, chance: random.Random) -> History:
    """Return losses that fall towards a level, and accuracies that rise with them."""
    rate, level = settings[1], chance.uniform(0.05, 0.4)
    rows = []
    for epoch in range(1, epochs + 1):
        loss, held_out = (level + 2 / (epoch + 1) + chance.gauss(0, 0.01) for _ in range(2))
        rows.append(
            {
                "epoch": epoch,
                "loss": loss,
                "accuracy": 1 - loss / 4,
                "val_loss": held_out,
                "val_accuracy": 1 - held_out / 4,
                "learning_rate": rate,
                "seconds": chance.uniform(0.7, 1.1),
            }
        )
    return rows


def _ended(record: dict[str, Any], history: History, status: str, created: datetime.datetime) -> dict[str, Any]:
    """Return the record with what is added as a run begins and, unless it says that it is running, as it ends."""
    facts: dict[str, Any] = {"layout": layout.LAYOUT_VERSION, "status": status, "created": _iso(created), "ended": None}
    process = {"host": record["machine"]["host"], **_ENDED_PROCESS}
    untrained = {"loss": 2.411781072616577, "accuracy": 0.15625}
    if status == "running":
        return record | facts | {"process": process, "untrained": untrained}
    best = min(history, key=lambda row: row["val_loss"])
    return record | {
        "untrained": untrained,
        "epochs_finished": len(history),
        "best": {"epoch": best["epoch"], "metric": "val_loss", "value": best["val_loss"]},
        "weights_from_epoch": len(history),
        "final": {name: value for name, value in history[-1].items() if name != "seconds"},
        "failure": None if status == "completed" else f"{status} after epoch {len(history)}",
        **facts,
        "ended": _iso(created + datetime.timedelta(seconds=len(history))),
        "process": process,
    }


def _evaluation(last: dict[str, float]) -> dict[str, Any]:
    share = [last["val_accuracy"] for _ in DIGITS]
    return {
        "split": "test",
        "rows": 10000,
        "task": "classification",
        "metrics": {"loss": last["val_loss"], "accuracy": last["val_accuracy"]},
        "trivial": {"guess": "always '1'", "metrics": {"loss": 2.301, "accuracy": 0.1135}},
        "classes": DIGITS,
        "precision": share,
        "recall": share,
        "f1": share,
        "support": DATA["label_counts"]["test"],  # type: ignore[index]
        "macro_f1": last["val_accuracy"],
        "confusion_matrix": [[960 if row == column else 3 for column in range(10)] for row in range(10)],
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _write_history(path: Path, history: History) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(history[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)


def _iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
