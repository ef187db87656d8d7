"""The callbacks of a run: the user's, with their files put inside the run, and the two that write the history."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from dnnrun.components import Component
from dnnrun.config.catalog import WRITES_TO
from dnnrun.config.schema import Experiment
from dnnrun.engine.log import logger
from dnnrun.engine.objects import ObjectBuilder
from dnnrun.engine.observer import Observer
from dnnrun.store import TARGET_HINT, Folder, RunWriter, fault_of_target

_CHECKPOINTING = {"ModelCheckpoint", "OrbaxCheckpoint"}
_DEFAULT_TARGETS = {
    "CSVLogger": "csv_logger.csv",
    "TensorBoard": "tensorboard",
    "BackupAndRestore": "backup",
    "OrbaxCheckpoint": "orbax",
}


class CallbackFactory:
    """Builds the callbacks that a config names.

    They are built once before there is a run directory, so that a mistake leaves none behind; those that write files
    are then built again with their paths inside it.
    """

    def __init__(self, experiment: Experiment, builder: ObjectBuilder) -> None:
        self._experiment = experiment
        self._builder = builder
        self._built = [self._build(index, None) for index in range(len(experiment.callbacks))]

    def callbacks(self, writer: RunWriter) -> list[keras.callbacks.Callback]:
        """Return the callbacks, those that write files writing into the run."""
        components = self._experiment.callbacks
        return [
            self._build(index, writer) if component.name in WRITES_TO else self._built[index]
            for index, component in enumerate(components)
        ]

    def _build(self, index: int, writer: RunWriter | None) -> keras.callbacks.Callback:
        component, path = self._experiment.callbacks[index], ("callbacks", index)
        argument = WRITES_TO.get(component.name)
        if argument:
            target = str(component.arguments.get(argument) or _default_target(component))
            folder: Folder = "checkpoints" if component.name in _CHECKPOINTING else "run"
            fault = fault_of_target(target, folder=folder)
            if fault:
                raise self._builder.refusal(fault, (*path, component.name, argument), TARGET_HINT)
            if writer is not None:
                target = str(writer.inside(target, folder=folder))
            component = Component(component.name, {**component.arguments, argument: target})
        built = self._builder.build("callbacks", component, path)
        if not isinstance(built, keras.callbacks.Callback):
            raise self._builder.refusal(f"{component.name} is no Keras callback: it gives {type(built).__name__}", path)
        return built


def _default_target(component: Component) -> str:
    if component.name != "ModelCheckpoint":
        return _DEFAULT_TARGETS[component.name]
    ending = ".weights.h5" if component.arguments.get("save_weights_only") else ".keras"
    return f"best{ending}" if component.arguments.get("save_best_only") else f"epoch-{{epoch:03d}}{ending}"


class EpochStart(keras.callbacks.Callback):
    """Goes first, to note what the callbacks behind it may change as an epoch ends: time and learning rate."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = math.nan
        self.learning_rate = math.nan
        self._began = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch's duration in seconds and its learning rate."""
        self.seconds = time.perf_counter() - self._began
        self.learning_rate = float(np.asarray(self.model.optimizer.learning_rate))


class HistoryRecorder(keras.callbacks.Callback):
    """Goes last: puts each epoch's row on disk, tells the observer, and ends a run whose loss is no longer a number."""

    def __init__(self, writer: RunWriter, start: EpochStart, observer: Observer) -> None:
        super().__init__()
        self._writer, self._start, self._observer = writer, start, observer
        self.rows: list[dict[str, float]] = []
        self.diverged = False

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the row."""
        measured = {name: _number(value) for name, value in (logs or {}).items() if name != "learning_rate"}
        row = {
            "epoch": epoch + 1,
            **loss_first({name: value for name, value in measured.items() if value is not None}),
            "learning_rate": self._start.learning_rate,
            "seconds": round(self._start.seconds, 4),
        }
        self._writer.append_history(row)
        self.rows.append(row)
        logger.info("epoch ended: %s", row)
        self._observer.epoch_ended(row)
        if not math.isfinite(row.get("loss", 0.0)):
            self.diverged = True
            self.model.stop_training = True


class StepReporter(keras.callbacks.Callback):
    """Tells an observer of every step; only there when one wants to know."""

    def __init__(self, observer: Observer) -> None:
        super().__init__()
        self._observer = observer
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note which epoch it is."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Pass the step on."""
        self._observer.step_ended(self._epoch, batch + 1, logs or {})


def loss_first(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics with the losses ahead of the rest: Keras sorts by name, a person looks for the loss first."""
    return dict(sorted(metrics.items(), key=lambda item: (item[0].startswith("val_"), not item[0].endswith("loss"))))


def _number(value: Any) -> float | None:
    """Return a scalar as a float, or None for logs that are not one number."""
    array = np.asarray(value)
    return float(array) if array.ndim == 0 and array.dtype.kind in "iufb" else None
