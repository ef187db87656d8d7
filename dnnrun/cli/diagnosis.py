"""What the doctor found, on the screen and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from dnnrun.api.doctor import Diagnosis, Surroundings, Training, Trial
from dnnrun.cli.download_bar import DownloadBar
from dnnrun.cli.progress import metrics_text, seconds_text
from dnnrun.engine.machine import Cores, Memory
from dnnrun.errors import Problem
from dnnrun.running.observer import Observer

if TYPE_CHECKING:  # these take packages that may be missing
    from dnnrun.data.integrity import Bundled
    from dnnrun.engine.devices import Devices
    from dnnrun.store.room import Room

_LABEL = 10  # width of the first column
_WIDTH = 110
_GIB = 2**30


class Preparing(Observer):
    """Shows on a terminal what is being prepared, on a line that goes away; keeps what is found wrong in a config."""

    def __init__(self, screen: IO[str]) -> None:
        self.problems: list[Problem] = []
        console = Console(file=screen, highlight=False)
        self._status = console.status("") if screen.isatty() else None
        self._download = DownloadBar(console, live=screen.isatty())

    def __enter__(self) -> Preparing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._download.close()
        if self._status:
            self._status.stop()

    def preparing(self, what: str) -> None:
        """Show it."""
        self._download.close()
        if self._status:
            self._status.update(f"{what} ...")
            self._status.start()

    def downloading(self, file: str, done: int, total: int | None) -> None:
        """Show how far it has come."""
        if self._status:
            self._status.stop()
        self._download(file, done, total)

    def found(self, problem: Problem) -> None:
        """Keep it."""
        self.problems.append(problem)


def print_surroundings(found: Surroundings, console: Console) -> None:
    """Print what was seen without TensorFlow."""
    version, program = found.python
    _print(console, "python", f"{version}, {program}")
    _print(console, "packages", ", ".join(f"{name} {version or 'MISSING'}" for name, version in found.packages.items()))
    _print(console, "system", found.system)
    _print(console, "cores", f"{_cores_text(found.cores)}, {found.processor}")
    _print(console, "memory", _memory_text(found.memory))
    caches = {"Keras": found.caches.keras, "matplotlib": found.caches.matplotlib, "temporary": found.caches.temporary}
    _print(console, "caches", ", ".join(f"{name} {path or 'unknown'}" for name, path in caches.items()))
    _print_check(console, "data", found.failures, _data_text(found.data) if found.data else None)
    _print_check(console, "runs", found.failures, _runs_text(found.runs) if found.runs else None)
    _print_check(console, "temporary", found.failures, None)


def print_trial(found: Trial, console: Console) -> None:
    """Print what TensorFlow found and did."""
    devices, training = found.devices, found.training
    _print_check(console, "devices", found.failures, _devices_text(devices, found.device) if devices else None)
    _print_check(console, "training", found.failures, _training_text(training) if training else None)
    if training is None and "training" not in found.failures:
        _print(console, "training", "not tried", "yellow")
    for warning in training.warnings if training else ():
        console.print(Text.assemble(("warning: ", "yellow"), warning))


def as_json(found: Diagnosis) -> dict[str, Any]:
    """Return what ``--json`` prints: every fact, null for what failed, and the failures by check."""
    surroundings, trial = found.surroundings, found.trial
    version, program = surroundings.python
    facts = {
        "ok": not found.failures,
        "python": {"version": version, "program": program},
        "packages": surroundings.packages,
        "system": surroundings.system,
        "processor": surroundings.processor,
        "cores": asdict(surroundings.cores),
        "memory": surroundings.memory and asdict(surroundings.memory),
        "caches": asdict(surroundings.caches),
        "data": surroundings.data and asdict(surroundings.data),
        "runs": surroundings.runs and asdict(surroundings.runs),
        "devices": trial.devices and [asdict(device) for device in trial.devices.found],
        "cuda": trial.devices and trial.devices.cuda,
        "auto_device": trial.device,
        "training": trial.training and asdict(trial.training),
        "failures": {
            check: {
                "exit_code": failure.exit_code,
                "problems": [{"what": problem.what, "hint": problem.hint} for problem in failure.problems],
            }
            for check, failure in found.failures.items()
        },
    }
    return {key: _plain(value) for key, value in facts.items()}


def _plain(value: Any) -> Any:
    """Return a value with its paths as text."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def _print(console: Console, label: str, text: str, style: str = "") -> None:
    first, *rest = textwrap.wrap(text, _WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False)
    console.print(Text.assemble((f"{label:<{_LABEL}}", "cyan"), (first, style)))
    for line in rest:
        console.print(Text(" " * _LABEL + line, style))


def _print_check(console: Console, check: str, failures: Mapping[str, Any], text: str | None) -> None:
    """Print what a check found, or that it failed; nothing where it was not tried."""
    if text is not None:
        _print(console, check, f"ok: {text}")
    elif check in failures:
        _print(console, check, "FAILED", "bold red")


def _cores_text(cores: Cores) -> str:
    of = f" of {cores.machine}" if cores.machine not in {None, cores.usable} else ""
    limit = f", with the time of {cores.limit:g}" if cores.limit is not None else ""
    return f"{cores.usable}{of}{limit}"


def _memory_text(memory: Memory | None) -> str:
    if memory is None:
        return "unknown"
    limit = f", limited to {_gib(memory.limit)}" if memory.limit is not None else ""
    return f"{_gib(memory.total)}{limit}, {_gib(memory.available)} available"


def _data_text(data: Bundled) -> str:
    return f"{len(data.files)} bundled files with the right checksums, {data.folder}"


def _runs_text(runs: Room) -> str:
    made = "" if runs.exists else ", made by the first run"
    return f"{runs.folder}{made}, {_gib(runs.free)} free"


def _devices_text(devices: Devices, taken: str | None) -> str:
    found = ", ".join(f"{device.kind} ({device.name})" if device.name else device.kind for device in devices.found)
    if devices.cuda and not any(device.kind == "GPU" for device in devices.found):
        found += f", no GPU (this TensorFlow takes CUDA {devices.cuda})"
    return f"{found}; 'device: auto' takes: {taken}" if taken else found


def _training_text(training: Training) -> str:
    losses = " > ".join(f"{loss:.4f}" for loss in training.losses)
    metrics = metrics_text({name: value for name, value in training.metrics.items() if name != "loss"})
    seconds = seconds_text(training.seconds)
    return f"{len(training.losses)} epochs of iris in {seconds}, loss {losses}, {training.split} {metrics}; model loads"


def _gib(size: int) -> str:
    return f"{size / _GIB:.1f} GiB"
