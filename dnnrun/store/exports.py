"""The folder of an exported model: written beside its place, and put there once it is whole and proved."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dnnrun.errors import ConfigError, RunError
from dnnrun.store import atomic, layout
from dnnrun.store.reading import Run


def export_target(run: Run, format_name: str, output: str | Path | None = None) -> Path:
    """Return the folder that an export of a run is to become.

    Args:
        run: whose model is exported.
        format_name: one of `layout.EXPORTED_MODELS`.
        output: the folder that was asked for; None for one inside the run.

    Raises:
        ConfigError: there is something at this place that is no earlier export.
    """
    target = run.path / layout.EXPORTS / format_name if output is None else Path(output)
    is_free = not os.path.lexists(target) or (target.is_dir() and not any(target.iterdir()))
    if not is_free and not (target / layout.PARITY).is_file():
        raise ConfigError(
            f"{target}: is there already, and is no export", hint="name a folder that is not there: -o DIR"
        )
    return target


class ExportFolder:
    """Where one export is written, under a temporary name, until `keep` or `set_aside` gives it its own.

    Args:
        format_name: one of `layout.EXPORTED_MODELS`.
        path: the temporary folder.
        target: what it is to become.
    """

    def __init__(self, format_name: str, path: Path, target: Path) -> None:
        self.path, self.target = path, target
        self.model = path / layout.EXPORTED_MODELS[format_name]

    @classmethod
    @contextlib.contextmanager
    def open(cls, format_name: str, target: Path) -> Iterator[ExportFolder]:
        """Yield a new folder; what has not got a name of its own when this ends is removed.

        Raises:
            RunError: the folder cannot be made.
        """
        path = target.with_name(f"{layout.TEMPORARY}{os.getpid()}-{target.name}")
        with atomic.explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir()
        try:
            yield cls(format_name, path, target)
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def write_labels(self, labels: Mapping[str, Any]) -> None:
        """Keep which label each class number stands for, of several outputs for each of them."""
        atomic.write_json(self.path / layout.LABELS, labels)

    def write_parity(self, parity: Mapping[str, Any]) -> None:
        """Keep how far the predictions are from those of the run's model, and how that was found."""
        atomic.write_json(self.path / layout.PARITY, parity)

    def write_text_layers(self, layers: Mapping[str, Any]) -> None:
        """Keep what has been left out between the texts and the model."""
        atomic.write_json(self.path / layout.TEXT_LAYERS, layers)

    def write_readme(self, text: str) -> None:
        """Keep how the model is loaded."""
        atomic.write_text(self.path / layout.CARD, text)

    def keep(self) -> Path:
        """Give the folder its name, in place of an earlier export, and return it."""
        return self._become(self.target)

    def set_aside(self) -> Path:
        """Give the folder the name of an export that failed, and return it; an earlier export that did not is kept."""
        return self._become(self.target.with_name(layout.FAILED_EXPORT.format(self.target.name)))

    def _become(self, target: Path) -> Path:
        earlier = self.path.with_name(f"{self.path.name}-earlier")
        with atomic.explained(target):
            if target.exists():
                target.rename(earlier)
            try:
                self.path.rename(target)
            except OSError:
                if earlier.exists():
                    earlier.rename(target)
                raise
        shutil.rmtree(earlier, ignore_errors=True)
        return target


def model_of(run: Run) -> Path:
    """Return the file of a run's model.

    Raises:
        RunError: the run has none, and why.
    """
    path = run.path / layout.MODEL
    if path.is_file():
        return path
    if (run.path / layout.ESTIMATOR).is_file():
        what = "its model is one of scikit-learn, and only models of Keras are exported"
        hint = f"{layout.ESTIMATOR} holds it; skl2onnx makes ONNX of many of these"
        raise RunError(f"{run.path}: {what}", hint=hint)
    reasons = {
        "diverged": ("diverged, so that it has no model", "train it anew with what its failure proposes"),
        "completed": (f"has no {layout.MODEL} any more", f"dnnrun train {run.resolved_config} trains it again"),
        "running": ("is being trained, and has no model yet", "wait for it to end"),
    }
    unfinished = ("did not reach its end, and has no model", f"dnnrun resume {run.path} goes on with it")
    what, hint = reasons.get(run.status, unfinished)
    raise RunError(f"{run.path}: {what}", hint=hint)
