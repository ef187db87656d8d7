"""A run seen from a process that trains it along with others, and leaves the writing to the chief.

To save a model is no affair of the chief alone: of some variables every process has a part, and all must be there when
they are read. So the others save along with it, into files that nobody keeps.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dnnrun.errors import RunError
from dnnrun.store import layout
from dnnrun.store.writing import Folder, RunWriter, Status

if TYPE_CHECKING:
    import numpy as np


class FollowingWriter(RunWriter):
    """Takes what a writer takes, and keeps nothing but this process's log; what callbacks write goes when it closes.

    Args:
        path: the run: the chief's, where both see the same disk, else a directory of the same name.
        index: which of the processes this is.

    Raises:
        RunError: the directory cannot be made.
    """

    is_ours = False

    def __init__(self, path: Path, index: int) -> None:
        self.path = path
        self._index = index
        self._record: dict[str, Any] = {}
        self._lock = None
        self._scratch = tempfile.TemporaryDirectory(prefix=f"dnnrun-worker-{index}-")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"cannot make {path} for the log of worker {index}: {error.strerror or error}") from error

    @property
    def log_file(self) -> Path:
        """Where the log goes."""
        return layout.worker_log(self.path, self._index)

    def close(self) -> None:
        """Remove what was written here for nobody."""
        self._scratch.cleanup()

    @contextlib.contextmanager
    def model_file(self) -> Iterator[Path]:
        """Yield a path to save the whole model to."""
        yield Path(self._scratch.name, layout.MODEL)

    @contextlib.contextmanager
    def weights_file(self) -> Iterator[Path]:
        """Yield a path to save the weights to."""
        yield Path(self._scratch.name, layout.WEIGHTS)

    def inside(self, relative: str, *, folder: Folder) -> Path:
        """Return a path that a callback may write to as if it were in the run."""
        path = Path(self._scratch.name, folder, relative)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def history_to(self, epochs: int) -> None:
        """Leave it to the chief."""

    def flush_history(self) -> None:
        """Leave it to the chief."""

    def update(self, **facts: Any) -> None:
        """Leave it to the chief."""

    def finish(self, status: Status, **facts: Any) -> None:
        """Leave it to the chief."""

    def write_config(self, written: bytes | None, resolved: str) -> None:
        """Leave it to the chief."""

    def write_resolved(self, resolved: str) -> None:
        """Leave it to the chief."""

    def write_labels(self, labels: Mapping[str, Any]) -> None:
        """Leave it to the chief."""

    def write_network(self, layers: Sequence[Mapping[str, Any]]) -> None:
        """Leave it to the chief."""

    def append_history(self, row: Mapping[str, float]) -> None:
        """Leave it to the chief."""

    def write_checkpoint(self, arrays: Mapping[str, np.ndarray[Any, Any]], state: Mapping[str, Any]) -> None:
        """Leave it to the chief."""

    def write_evaluation(self, evaluation: Mapping[str, Any]) -> None:
        """Leave it to the chief."""

    def write_predictions(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Leave it to the chief."""
