"""The callbacks of a run: the user's, with their files put inside the run, and the two that write the history."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from dnnrun.components import Component, ConfigPath
from dnnrun.config.catalog import CHECKPOINTING, WRITES_TO
from dnnrun.config.directions import direction_of
from dnnrun.config.schema import Experiment
from dnnrun.engine.checkpointing import save_whole_files
from dnnrun.engine.measurements import numbers_of
from dnnrun.engine.objects import ObjectBuilder, in_one_line
from dnnrun.running.log import logger
from dnnrun.running.observer import Observer
from dnnrun.store import TARGET_HINT, Folder, RunWriter, fault_of_target

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
        self._targets = self._find_targets()
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
        self._check(component, path)
        component = self._with_mode(component)
        if component.name in WRITES_TO:
            component = self._with_target(component, index, writer)
        if component.name == "LambdaCallback":
            component = self._with_functions(component, path)
        if component.name == "LearningRateScheduler":
            component = self._with_schedule(component, path)
        built = self._builder.build("callbacks", component, path)
        if not isinstance(built, keras.callbacks.Callback):
            raise self._builder.refusal(f"{component.name} is no Keras callback: it gives {type(built).__name__}", path)
        if isinstance(built, keras.callbacks.ModelCheckpoint):
            save_whole_files(built)
        return built

    def _check(self, component: Component, path: ConfigPath) -> None:
        """Refuse what Keras would only find in the first epoch."""
        if component.name == "TensorBoard" and importlib.util.find_spec("tensorboard") is None:
            raise self._builder.refusal("the package tensorboard is not installed", path, "pip install tensorboard")

    def _with_functions(self, component: Component, path: ConfigPath) -> Component:
        """Return a LambdaCallback with the functions that its import paths name."""
        named = {name: value for name, value in component.arguments.items() if isinstance(value, str)}
        functions = {
            name: self._builder.load(Component(value), (*path, component.name, name)) for name, value in named.items()
        }
        return Component(component.name, {**component.arguments, **functions})

    def _with_schedule(self, component: Component, path: ConfigPath) -> Component:
        """Return a LearningRateScheduler that asks a schedule of Keras for the rate of each epoch, counted from 0."""
        given, path = component.arguments.get("schedule"), (*path, component.name, "schedule")
        if not isinstance(given, Component):
            return component
        schedule = self._builder.build("schedules", given, path)
        if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            return component
        try:
            schedule(0)  # it only meets its arguments when it is computed
        except Exception as error:
            what = f"{given.name} gives no learning rate: {in_one_line(error)}"
            raise self._builder.refusal(what, path) from error
        arguments = {**component.arguments, "schedule": lambda epoch, rate: float(schedule(epoch))}
        return Component(component.name, arguments)

    def _with_mode(self, component: Component) -> Component:
        """Return a callback told what is better of a figure of one output among several: Keras itself cannot tell."""
        monitor = component.arguments.get("monitor")
        is_open = isinstance(monitor, str) and component.arguments.get("mode", "auto") == "auto"
        if not is_open or component.is_import_path:
            return component
        figure = str(monitor).removeprefix("val_")
        if not any(output.name and figure.startswith(f"{output.name}_") for output in self._experiment.outputs):
            return component
        return Component(component.name, {**component.arguments, "mode": direction_of(figure)})

    def _with_target(self, component: Component, index: int, writer: RunWriter | None) -> Component:
        """Return a callback that writes, with its path inside the run, or as it is while there is no run."""
        argument, folder, target = WRITES_TO[component.name], _folder(component), self._targets[index]
        if writer is not None:
            inside = str(writer.inside(target, folder=folder))
            if component.name == "ModelCheckpoint":  # fills in {epoch} and the like, but not in the name of the run
                inside = inside.removesuffix(target).replace("{", "{{").replace("}", "}}") + target
            target = inside
        return Component(component.name, {**component.arguments, argument: target})

    def _find_targets(self) -> dict[int, str]:
        """Return where each callback that writes is to write, seen from its folder, no two at the same place."""
        targets: dict[int, str] = {}
        taken: set[tuple[str, str]] = set()
        for index, component in enumerate(self._experiment.callbacks):
            if component.name not in WRITES_TO:
                continue
            argument, folder = WRITES_TO[component.name], _folder(component)
            given = component.arguments.get(argument)
            target = str(given or _default_target(component))
            path = ("callbacks", index, component.name, argument)
            fault = fault_of_target(target, folder=folder)
            if fault:
                raise self._builder.refusal(fault, path, TARGET_HINT)
            if (folder, target) in taken and given:
                raise self._builder.refusal(f"another callback writes to {target!r} already", path, TARGET_HINT)
            number, (stem, dot, ending) = 2, target.partition(".")
            while (folder, target) in taken:
                target, number = f"{stem}-{number}{dot}{ending}", number + 1
            taken.add((folder, target))
            targets[index] = target
        return targets


def _folder(component: Component) -> Folder:
    return "checkpoints" if component.name in CHECKPOINTING else "run"


def _default_target(component: Component) -> str:
    if component.name != "ModelCheckpoint":
        return _DEFAULT_TARGETS[component.name]
    ending = ".weights.h5" if component.arguments.get("save_weights_only") else ".keras"
    return f"best{ending}" if component.arguments.get("save_best_only") else f"epoch-{{epoch:03d}}{ending}"


class EpochStart(keras.callbacks.Callback):
    """Goes first, to note what the callbacks behind it may change as an epoch ends: time, learning rate, metrics."""

    def __init__(self) -> None:
        super().__init__()
        self.row: dict[str, float] | None = None
        self._began = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Make the epoch's row."""
        self.row = {
            "epoch": epoch + 1,
            **numbers_of(logs or {}),
            "learning_rate": float(np.asarray(self.model.optimizer.learning_rate)),
            "seconds": round(time.perf_counter() - self._began, 4),
        }

    def get_state(self) -> dict[str, float]:
        """Return how many seconds of the epoch have passed."""
        return {"seconds": time.perf_counter() - self._began}

    def set_state(self, state: Mapping[str, float]) -> None:
        """Go on with an epoch that was left after so many seconds."""
        self._began = time.perf_counter() - state["seconds"]


class HistoryRecorder(keras.callbacks.Callback):
    """Goes last: puts each epoch's row on disk and tells the observer.

    Args:
        writer: of the run.
        start: which made the row.
        observer: who is told.
        rows: the epochs of a run that is resumed.
    """

    def __init__(
        self, writer: RunWriter, start: EpochStart, observer: Observer, rows: Sequence[dict[str, float]] = ()
    ) -> None:
        super().__init__()
        self._writer, self._start, self._observer = writer, start, observer
        self.rows: list[dict[str, float]] = list(rows)
        self._tried = 0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Write the row, with what other callbacks have added to the logs."""
        self._start.row = {**numbers_of(logs or {}), **(self._start.row or {})}
        self.record()

    def record(self) -> None:
        """Write the row of an epoch that has ended, if it is not written yet: a callback may have failed before."""
        row = self._start.row
        if row is None:
            return
        epoch = int(row["epoch"])
        # Ctrl-C may strike between any two of these lines, and this is then called once more for the same row.
        if self._tried != epoch or epoch not in self._writer.read().history.epochs:
            self._tried = epoch
            self._writer.append_history(row)
        self.rows[epoch - 1 :] = [row]
        self._start.row = None
        logger.info("epoch ended: %s", row)
        self._observer.epoch_ended(row)

    def get_state(self) -> dict[str, Any]:
        """Return nothing: what this knows is in the history."""
        return {}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Take nothing back."""
