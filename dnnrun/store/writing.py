"""Making a run directory and writing into it: claimed by ``mkdir``, so that no two runs ever share one."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Literal

from dnnrun.errors import RunError
from dnnrun.store import atomic, layout
from dnnrun.store.checkpoints import Checkpoints
from dnnrun.store.history import HistoryWriter
from dnnrun.store.locks import ended_run, lock_run
from dnnrun.store.processes import this_process
from dnnrun.store.reading import Run

if TYPE_CHECKING:
    import numpy as np

Status = Literal["running", "completed", "interrupted", "failed", "diverged"]
Folder = Literal["run", "checkpoints"]
TARGET_HINT = "give a path relative to the run, and a name of its own, such as best.keras"


class RunWriter:
    """The one writer of a run directory.

    Every method leaves the directory such that it can be read at any moment, also by somebody who finds it after
    this process was killed.
    """

    is_ours = True
    """Whether this process writes the run; see `FollowingWriter`."""

    def __init__(self, path: Path, record: Mapping[str, Any]) -> None:
        self.path = path
        self._record: dict[str, Any] = dict(record)
        self._history = HistoryWriter(path / layout.HISTORY)
        self._lock: int | None = lock_run(path)

    @classmethod
    def create(cls, runs_dir: Path, name: str, record: Mapping[str, Any]) -> RunWriter:
        """Claim a new directory ``<UTC time>-<name>`` and write its first record, with status ``running``.

        Args:
            runs_dir: where runs lie; made when it is not there.
            name: the run's name.
            record: what is known before training; times, status and process are added.

        Raises:
            RunError: the directory cannot be made.
        """
        now = _now()
        stem = f"{now:%Y%m%d-%H%M%S}-{name}"
        try:
            runs_dir.mkdir(parents=True, exist_ok=True)
            path = _claim(runs_dir, stem)
            for folder in (layout.CHECKPOINTS, layout.PLOTS):
                (path / folder).mkdir()
        except OSError as error:
            raise RunError(
                f"cannot make a run directory in {runs_dir}: {error.strerror or error}",
                hint="choose another place with --runs-dir",
            ) from error
        writer = cls(path, record)
        writer.update(
            layout=layout.LAYOUT_VERSION, status="running", created=_iso(now), ended=None, process=this_process()
        )
        return writer

    @classmethod
    def open(cls, path: Path) -> RunWriter:
        """Go on with a run that no process writes any more.

        Its status becomes ``running`` again, and its record gets an entry under ``resumed``.

        Raises:
            RunError: it is no run, is damaged, or is being written by a process.
        """
        ended_run(path)
        writer = cls(path, {})
        try:
            run = ended_run(path)  # once more: until it was locked, another process may have gone on with it
            before = run.record.get("resumed")
            resumed = [*(before if isinstance(before, list) else ()), {"at": _iso(_now()), "from_status": run.status}]
            now = {"status": "running", "ended": None, "failure": None, "process": this_process(), "resumed": resumed}
            writer.update(**{**run.record, **now})
        except BaseException:
            writer.close()
            raise
        return writer

    def close(self) -> None:
        """Let others go on with the run."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def record(self) -> Mapping[str, Any]:
        """The facts of run.json so far."""
        return self._record

    def write_checkpoint(self, arrays: Mapping[str, np.ndarray[Any, Any]], state: Mapping[str, Any]) -> None:
        """Keep what `resume` goes on from; raises RunError where it cannot be written."""
        Checkpoints(self.path / layout.STATE).write(arrays, state)

    def history_to(self, epochs: int) -> None:
        """Go on with the history that is there, from its first rows; those behind are taken out."""
        self._history.keep(epochs)

    def flush_history(self) -> None:
        """Have every row of the history on the disk when this returns."""
        self._history.flush()

    def update(self, **facts: Any) -> None:
        """Set some facts of run.json."""
        self._record.update(facts)
        atomic.write_json(self.path / layout.RECORD, self._record)

    def finish(self, status: Status, **facts: Any) -> None:
        """Record how the run ended, and when."""
        self.flush_history()
        self.update(status=status, ended=_iso(_now()), **facts)

    def write_config(self, written: bytes | None, resolved: str) -> None:
        """Keep the config as its author wrote it, if there is such a file, and as it was understood."""
        atomic.write_bytes(self.path / layout.CONFIG, resolved.encode() if written is None else written)
        self.write_resolved(resolved)

    def write_resolved(self, resolved: str) -> None:
        """Keep the config as it was understood, after a change of it too."""
        atomic.write_text(self.path / layout.RESOLVED, resolved)

    def write_labels(self, labels: Mapping[str, Any]) -> None:
        """Keep which label each class number stands for, of several outputs for each of them."""
        atomic.write_json(self.path / layout.LABELS, labels)

    def write_network(self, layers: Sequence[Mapping[str, Any]]) -> None:
        """Keep the layers of the network, to draw it by."""
        atomic.write_json(self.path / layout.NETWORK, {"layers": layers})

    def append_history(self, row: Mapping[str, float]) -> None:
        """Add the row of one epoch to history.csv."""
        self._history.append(row)

    def write_evaluation(self, evaluation: Mapping[str, Any]) -> None:
        """Keep the figures on the test set."""
        atomic.write_json(self.path / layout.EVALUATION, evaluation)

    def write_predictions(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Keep what the model said about the test rows, and some of the rows, for plots made later."""
        import numpy as np  # noqa: PLC0415 - as in checkpoints

        with atomic.replacing(self.path / layout.PREDICTIONS) as temporary:
            np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]

    @contextlib.contextmanager
    def model_file(self) -> Iterator[Path]:
        """Yield a path to save the whole model to; it takes its place on leaving."""
        with atomic.replacing(self.path / layout.MODEL) as temporary:
            yield temporary

    @contextlib.contextmanager
    def weights_file(self) -> Iterator[Path]:
        """Yield a path to save the weights to; they take their place on leaving."""
        with atomic.replacing(self.path / layout.WEIGHTS) as temporary:
            yield temporary

    @contextlib.contextmanager
    def estimator_file(self) -> Iterator[Path]:
        """Yield a path to save an estimator of scikit-learn to; it takes its place on leaving."""
        with atomic.replacing(self.path / layout.ESTIMATOR) as temporary:
            yield temporary

    def inside(self, relative: str, *, folder: Folder) -> Path:
        """Return the path of a file that a callback writes by itself.

        Raises:
            RunError: the path leads out of the run, or to a file that is written here.
        """
        fault = fault_of_target(relative, folder=folder)
        if fault:
            raise RunError(fault, hint=TARGET_HINT)
        path = (self.path / _below(folder) / relative).absolute()
        try:
            path.resolve().relative_to(self.path.resolve())
        except (ValueError, RuntimeError) as error:  # a symbolic link leads elsewhere, or in a circle
            raise RunError(f"{relative!r} leads out of the run directory", hint=TARGET_HINT) from error
        with atomic.explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def log_file(self) -> Path:
        """Where the log goes."""
        return self.path / layout.LOG

    def read(self) -> Run:
        """Return the run as a reader sees it."""
        return Run(self.path)


def fault_of_target(relative: str, *, folder: Folder) -> str | None:
    """Return why a callback may not write to a path below the run, or None; no run is needed to ask."""
    path = PurePath(relative)
    if path.is_absolute() or ".." in path.parts or "\0" in relative:
        return f"{relative!r} leads out of the run directory"
    inside = _below(folder) / path
    if str(inside) in layout.OWN or layout.STATE in map(str, inside.parents) or _is_worker_log(inside):
        return f"{relative!r} is what dnnrun itself writes"
    return None


def _is_worker_log(inside: PurePath) -> bool:
    return len(inside.parts) == 1 and inside.match(layout.WORKER_LOG.format("*"))


def _below(folder: Folder) -> PurePath:
    return PurePath(layout.CHECKPOINTS if folder == "checkpoints" else ".")


def _claim(runs_dir: Path, stem: str) -> Path:
    number = 1
    while True:
        path = runs_dir / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
