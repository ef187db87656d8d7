"""Reading a run directory, whole, half-written or broken: what can be read is, and the rest is said in one line."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.errors import RunError
from dnnrun.store import atomic, layout
from dnnrun.store.checkpoints import Checkpoints
from dnnrun.store.history import History, read_history
from dnnrun.store.notes import Notes, read_notes
from dnnrun.store.processes import is_alive

if TYPE_CHECKING:
    import numpy as np

STATUSES = ("running", "completed", "interrupted", "failed", "diverged")


class Run:
    """One run directory, read as it is asked for.

    Args:
        path: the directory.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path if isinstance(path, Path) else Path(path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The directory's name: time and the run's own name."""
        name = self.path.name
        return name if name not in {"", ".."} else os.path.basename(os.path.abspath(self.path))

    @functools.cached_property
    def record(self) -> Mapping[str, Any]:
        """What run.json says.

        Raises:
            RunError: there is no such file, or it is damaged.
        """
        return self._json(layout.RECORD)

    @property
    def status(self) -> str:
        """One of the statuses on disk, or ``crashed`` for a run whose process died while it ran."""
        status = str(self.record.get("status"))
        if status not in STATUSES:
            raise RunError(f"{self.path / layout.RECORD}: {status!r} is not a status")
        process = self.record.get("process")
        if status == "running" and isinstance(process, dict) and not is_alive(process):
            return "crashed"
        return status

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved config."""
        config = self.record.get("config")
        return config if isinstance(config, dict) else {}

    @property
    def notes(self) -> Notes:
        """What a person has added to the run: tags and a note.

        Raises:
            RunError: the file of these is damaged.
        """
        return read_notes(self.path)

    @property
    def tags(self) -> list[str]:
        """The tags of the config, with those that a person has added since, and without those taken away."""
        tags = self.record.get("tags")
        return self.notes.tags([str(tag) for tag in tags] if isinstance(tags, list) else [])

    @functools.cached_property
    def history(self) -> History:
        """What was measured, epoch by epoch; empty when no epoch has ended."""
        return read_history(self.path / layout.HISTORY)

    @functools.cached_property
    def evaluation(self) -> Mapping[str, Any] | None:
        """The figures on the test set, or None before there are any."""
        if not os.path.exists(self.path / layout.EVALUATION):
            return None
        return self._json(layout.EVALUATION)

    @property
    def later_evaluations(self) -> dict[str, Mapping[str, Any]]:
        """The figures that were computed after the training, by what they are of, such as ``test``.

        Raises:
            RunError: one of the files is damaged.
        """
        files = [path for path in inside(self.path / layout.EVALUATIONS) if path.match("[!.]*.json")]
        return {path.stem: self._json(str(path.relative_to(self.path))) for path in files}

    @functools.cached_property
    def predictions(self) -> Mapping[str, np.ndarray[Any, Any]]:
        """What the model said about the test rows; empty before there is anything."""
        import numpy as np  # noqa: PLC0415 - as in checkpoints

        path = self.path / layout.PREDICTIONS
        if not os.path.exists(path):
            return {}
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        except Exception as error:  # OSError, ValueError, EOFError, and those of zipfile and zlib, which share no base
            raise RunError(f"{path}: damaged: {_first_line(error)}") from error
        for name, array in found.items():
            if not isinstance(array, np.ndarray):  # NumPy hands on what is in the archive and is no array
                raise RunError(f"{path}: damaged: {name!r} is not an array")
        return found

    @functools.cached_property
    def network(self) -> Sequence[Mapping[str, Any]]:
        """The layers of the network, each after those that it takes from; empty where none were recorded."""
        if not os.path.exists(self.path / layout.NETWORK):
            return []
        layers = self._json(layout.NETWORK).get("layers")
        if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
            raise RunError(f"{self.path / layout.NETWORK}: damaged: it lists no layers")
        return layers

    @property
    def weights_file(self) -> Path | None:
        """The weights of the final model, an HDF5 file; None before it was saved."""
        path = self.path / layout.WEIGHTS
        return path if path.is_file() else None

    @property
    def checkpoints(self) -> Checkpoints:
        """What `resume` goes on from."""
        return Checkpoints(self.path / layout.STATE)

    @property
    def resolved_config(self) -> Path:
        """The config that trains this run again."""
        return self.path / layout.RESOLVED

    @property
    def files(self) -> dict[str, Path]:
        """The files that are there, by what they hold, for a person to be told of."""
        named = {
            "history": layout.HISTORY,
            "evaluation": layout.EVALUATION,
            "model": layout.MODEL,
            "weights": layout.WEIGHTS,
            "estimator": layout.ESTIMATOR,
            "plots": layout.PLOTS,
            "config": layout.RESOLVED,
            "card": layout.CARD,
            "log": layout.LOG,
        }
        paths = {what: self.path / name for what, name in named.items()}
        there = {
            what: path for what, path in paths.items() if path.is_file() or (path.is_dir() and any(path.iterdir()))
        }
        saved = self.path / layout.CHECKPOINTS
        own = {(self.path / layout.STATE).name}
        return there | ({"checkpoints": saved} if {path.name for path in inside(saved)} - own else {})

    @property
    def plots(self) -> list[Path]:
        """The pictures made so far, those that are PNG files."""
        return sorted((self.path / layout.PLOTS).glob("[!.]*.png"))

    def write_plot(self, name: str, image: bytes, image_format: str = "png") -> Path:
        """Put one picture into the run, whole or not at all."""
        path = self.path / layout.PLOTS / f"{name}.{image_format}"
        with atomic.explained(path):
            path.parent.mkdir(exist_ok=True)
        atomic.write_bytes(path, image)
        return path

    def write_later_evaluation(self, name: str, figures: Mapping[str, Any]) -> Path:
        """Put figures that were computed after the training into the run, in place of earlier ones of the same name."""
        path = self.path / layout.EVALUATIONS / f"{name}.json"
        with atomic.explained(path):
            path.parent.mkdir(exist_ok=True)
        atomic.write_json(path, figures)
        return path

    def write_card(self, text: str) -> Path:
        """Put the model card into the run, whole or not at all."""
        path = self.path / layout.CARD
        atomic.write_text(path, text)
        return path

    def _json(self, name: str) -> Mapping[str, Any]:
        path = os.path.join(self.path, name)  # this is read of thousands of runs, and faster than the same with Path
        try:
            with open(path, encoding="utf-8") as file:
                value = json.load(file)
        except OSError as error:
            raise RunError(f"{path}: cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise RunError(f"{path}: damaged: {error}") from error
        if not isinstance(value, dict):
            raise RunError(f"{path}: damaged: not a JSON object")
        return value


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def inside(path: Path) -> list[Path]:
    """Return what lies in a directory; nothing where it is none or may not be looked into."""
    try:
        return [path / name for name in sorted(os.listdir(path))]  # names are sorted faster as paths
    except (OSError, ValueError):
        return []
