"""Whether dnnrun works on this machine, and what a person who helps would want to know of it.

Nothing here is imported before it is needed, because an installation in which something is missing must be told of,
too. The checks, in their order: packages, data, runs, temporary, devices, training.
"""

from __future__ import annotations

import contextlib
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.engine.machine import Cores, Memory, cores, memory, processor
from dnnrun.engine.packages import required_packages
from dnnrun.errors import DataError, DnnrunError, Problem, RunError, TrainingError
from dnnrun.running.observer import Observer, Plan

if TYPE_CHECKING:  # these take packages that may be missing
    from dnnrun.data.integrity import Bundled
    from dnnrun.engine.devices import Devices
    from dnnrun.store import Run
    from dnnrun.store.room import Room

_TRIAL: Mapping[str, Any] = {
    "name": "doctor",
    "seed": 42,
    "dataset": {
        "source": "iris",
        "validation_split": 0.2,
        "test_split": 0.2,
        "stratify": True,
        "preprocess": ["Normalization"],
    },
    "model": {
        "layers": [{"Dense": {"units": 16, "activation": "relu"}}, {"Dense": {"units": 3, "activation": "softmax"}}],
    },
    "optimizer": {"Adam": {"learning_rate": 0.01}},
    "loss": "sparse_categorical_crossentropy",
    "metrics": ["accuracy"],
    "epochs": 3,
    "batch_size": 16,
}
_REINSTALL = "install dnnrun again in a new environment: python -m venv .venv, .venv/bin/pip install dnnrun"
_REPORT = f"{_REINSTALL}; if that does not help, report it with the output of: dnnrun doctor --debug"


@dataclass(frozen=True)
class Caches:
    """Where others leave files.

    Args:
        keras: Keras's home: its settings, and what it downloads.
        matplotlib: its list of fonts; None where matplotlib can't be asked.
        temporary: for files that don't stay; None where none can be written.
    """

    keras: Path
    matplotlib: Path | None
    temporary: Path | None


@dataclass(frozen=True)
class Surroundings:
    """What dnnrun finds before TensorFlow is started.

    Args:
        python: version and program.
        system: the operating system.
        packages: versions by name; None for a package that is missing.
        processor: its name.
        cores: that may be used.
        memory: that may be used; None where the system doesn't tell.
        caches: where others leave files.
        data: the bundled data; None if it is damaged.
        runs: where runs are made; None if none can be made.
        failures: what went wrong, by check.
    """

    python: tuple[str, str]
    system: str
    packages: Mapping[str, str | None]
    processor: str
    cores: Cores
    memory: Memory | None
    caches: Caches
    data: Bundled | None
    runs: Room | None
    failures: Mapping[str, DnnrunError]


@dataclass(frozen=True)
class Training:
    """A small training that did what it should.

    Args:
        losses: of each epoch.
        split: what the model was evaluated on.
        metrics: of the evaluation.
        seconds: that it took, plots included.
        warnings: of Keras, TensorFlow and the plots.
    """

    losses: tuple[float, ...]
    split: str
    metrics: Mapping[str, float]
    seconds: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What TensorFlow finds and does; None for what failed or, after another failure, was not tried.

    Args:
        devices: every device that TensorFlow finds.
        device: the one that ``device: auto`` takes, in words.
        training: how the small training went.
        failures: what went wrong, by check.
    """

    devices: Devices | None = None
    device: str | None = None
    training: Training | None = None
    failures: Mapping[str, DnnrunError] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """Everything that was found."""

    surroundings: Surroundings
    trial: Trial

    @property
    def failures(self) -> dict[str, DnnrunError]:
        """What went wrong, by check, in their order; a later one may be the consequence of an earlier one."""
        return {**self.surroundings.failures, **self.trial.failures}

    @property
    def exit_code(self) -> int:
        """That of the first failure; 0 if everything works."""
        return next((failure.exit_code for failure in self.failures.values()), 0)


def examine_installation(*, runs_dir: str | Path = "runs", observer: Observer | None = None) -> Diagnosis:
    """Return whether dnnrun works here: versions, machine, data, where runs go, and a small training.

    What fails is in the diagnosis; nothing is raised for it. A second or two, and TensorFlow's start.

    Args:
        runs_dir: where runs would be made.
        observer: who is told what is being prepared.
    """
    surroundings = examine_surroundings(Path(runs_dir))
    return Diagnosis(surroundings, try_training(surroundings, observer or Observer()))


def examine_surroundings(runs_dir: Path) -> Surroundings:
    """Look at everything that can be seen without TensorFlow."""
    failures: dict[str, DnnrunError] = {}
    packages, data, runs = required_packages(), None, None
    missing = [name for name, version in packages.items() if version is None]
    if missing:
        failures["packages"] = TrainingError(f"not installed: {', '.join(missing)}", hint=_REINSTALL)
    else:
        with _noting(failures, "data", DataError):
            data = _check_data()
        with _noting(failures, "runs", RunError):
            runs = _check_runs(runs_dir)
    caches = _caches()
    if caches.temporary is None:
        failures["temporary"] = TrainingError(
            "no temporary file can be written", hint="make room on the disk, or set TMPDIR to a folder with room"
        )
    return Surroundings(
        python=(platform.python_version(), sys.executable),
        system=platform.platform(),
        packages=packages,
        processor=processor(),
        cores=cores(),
        memory=memory(),
        caches=caches,
        data=data,
        runs=runs,
        failures=failures,
    )


def can_be_tried(surroundings: Surroundings) -> bool:
    """Whether TensorFlow can be started at all."""
    return not {"packages", "temporary"} & set(surroundings.failures)


def try_training(surroundings: Surroundings, observer: Observer) -> Trial:
    """Start TensorFlow, see what it finds, and train a small model as `dnnrun.train` does, in a temporary directory."""
    if not can_be_tried(surroundings):
        return Trial()
    failures: dict[str, DnnrunError] = {}
    devices, training, listener = None, None, _Listener(observer)
    observer.preparing("starting TensorFlow")
    with _noting(failures, "devices", TrainingError):
        devices = _find_devices()
    if not failures:
        with _noting(failures, "training", TrainingError):
            training = _train(listener)
    return Trial(devices, listener.device, training, failures)


class _Listener(Observer):
    """Hands on what is being prepared, and keeps the device and the warnings."""

    def __init__(self, observer: Observer) -> None:
        self.device: str | None = None
        self.warnings: list[str] = []
        self._observer = observer

    def preparing(self, what: str) -> None:
        """Hand it on."""
        self._observer.preparing(what)

    def started(self, plan: Plan) -> None:
        """Keep the device."""
        self.device = plan.device
        self._observer.preparing("training a small model")

    def warned(self, text: str) -> None:
        """Keep it."""
        self.warnings.append(text)


def _train(listener: _Listener) -> Training:
    from dnnrun.api.training import train  # noqa: PLC0415
    from dnnrun.engine.devices import check_model_file  # noqa: PLC0415

    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="dnnrun-doctor-") as folder:
        run = train(_TRIAL, runs_dir=folder, observer=listener)
        losses = run.history.columns["loss"]
        problems = _faults(run)
        if problems:
            raise TrainingError(*(Problem(problem, hint=_REPORT) for problem in problems))
        check_model_file(run.files["model"])
        evaluation = run.evaluation or {}
        return Training(
            losses=tuple(losses),
            split=evaluation["split"],
            metrics=evaluation["metrics"],
            seconds=time.perf_counter() - began,
            warnings=tuple(listener.warnings),
        )


def _faults(run: Run) -> list[str]:
    """Return what a run of the small training lacks."""
    faults = []
    losses = run.history.columns["loss"]
    missing = {"history", "evaluation", "model", "weights", "plots", "config", "log"} - set(run.files)
    if run.status != "completed":
        faults.append(f"a small training ended as {run.status}")
    if not all(map(math.isfinite, losses)) or not losses[-1] < losses[0]:
        faults.append(f"the loss of a small training did not fall: {', '.join(f'{loss:.4f}' for loss in losses)}")
    if missing:
        faults.append(f"a small training left nothing for: {', '.join(sorted(missing))}")
    elif not all(value is not None for value in (run.evaluation or {})["metrics"].values()):
        faults.append("the evaluation of a small training is not finite")
    return faults


def _check_data() -> Bundled:
    from dnnrun.data.integrity import check_bundled  # noqa: PLC0415

    return check_bundled()


def _check_runs(runs_dir: Path) -> Room:
    from dnnrun.store.room import check_room  # noqa: PLC0415

    return check_room(runs_dir)


def _find_devices() -> Devices:
    from dnnrun.engine.devices import find_devices  # noqa: PLC0415

    return find_devices()


def _caches() -> Caches:
    temporary = matplotlib_cache = None
    with contextlib.suppress(OSError):
        temporary = Path(tempfile.gettempdir())
    with contextlib.suppress(ImportError, OSError):
        import matplotlib  # noqa: PLC0415

        matplotlib_cache = Path(matplotlib.get_cachedir())
    return Caches(_keras_home(), matplotlib_cache, temporary)


def _keras_home() -> Path:
    """Return where Keras keeps its settings, by the rule that it goes by, without importing it."""
    home = os.path.expanduser("~")
    base = home if os.access(home, os.W_OK) else "/tmp"  # noqa: S108 - what Keras takes
    return Path(os.environ.get("KERAS_HOME") or base) / ("" if "KERAS_HOME" in os.environ else ".keras")


@contextlib.contextmanager
def _noting(failures: dict[str, DnnrunError], check: str, kind: type[DnnrunError]) -> Iterator[None]:
    """Note what fails in here, as an error of the kind that the check is about; what caused it stays its cause."""
    try:
        yield
    except DnnrunError as error:
        failures[check] = error if isinstance(error, kind) else kind(*error.problems)
        failures[check].__cause__ = error.__cause__
    except Exception as error:
        failures[check] = kind(f"{check}: {type(error).__name__}: {error}", hint=_REPORT)
        failures[check].__cause__ = error
