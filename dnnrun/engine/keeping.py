"""When checkpoints are written: beside the training, and so seldom that they take a twentieth of its time at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from dnnrun.engine.fitting import Position
from dnnrun.engine.state import Snapshot, TrainingState
from dnnrun.store import Checkpoint, RunWriter

_SHARE = 0.05
_FIRST_AFTER = 0.5  # seconds; a training that is over sooner is repeated sooner than read back


class Keeper:
    """Makes checkpoints of one training.

    A snapshot is taken between two steps, which costs as long as copying the variables; a thread writes it.

    Args:
        writer: of the run.
        state: of the training.
        facts: what a checkpoint says besides.
    """

    def __init__(self, writer: RunWriter, state: TrainingState, facts: Callable[[Position], dict[str, Any]]) -> None:
        self._writer, self._state, self._facts = writer, state, facts
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None
        self._due = time.perf_counter() + _FIRST_AFTER

    def is_due(self) -> bool:
        """Whether it is time for a checkpoint; those that only follow leave that to the process that writes it."""
        is_busy = self._thread is not None and self._thread.is_alive()
        return self._writer.is_ours and not is_busy and time.perf_counter() >= self._due

    def keep_beside(self, position: Position) -> None:
        """Make a checkpoint beside the training; raises RunError where the one before could not be written."""
        self.wait()
        began = time.perf_counter()
        content = self._content(position)
        blocked = time.perf_counter() - began
        self._thread = threading.Thread(target=self._write_beside, args=(content, blocked), name="checkpoint")
        self._thread.start()

    def keep(self, position: Position, **facts: Any) -> None:
        """Make a checkpoint now; it is on disk when this returns."""
        self.wait()
        self._write(self._content(position), facts)

    def wait(self) -> None:
        """Wait for a checkpoint that is being written; raises RunError where it could not be."""
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault

    def _content(self, position: Position) -> tuple[Snapshot, dict[str, Any]]:
        self._writer.flush_history()  # no checkpoint may know of more epochs than there are on disk
        return self._state.take(), self._facts(position)

    def _write(self, content: tuple[Snapshot, dict[str, Any]], facts: dict[str, Any]) -> None:
        snapshot, known = content
        state = {**known, "callbacks": list(snapshot.callbacks), "generators": dict(snapshot.generators), **facts}
        self._writer.write_checkpoint(snapshot.arrays, state)

    def _write_beside(self, content: tuple[Snapshot, dict[str, Any]], blocked: float) -> None:
        began = time.perf_counter()
        try:
            self._write(content, {})
        except BaseException as fault:  # raised where somebody hears it
            self._fault = fault
        ended = time.perf_counter()
        self._due = ended + (blocked + ended - began) / _SHARE


def snapshot_of(checkpoint: Checkpoint) -> Snapshot:
    """Return what a checkpoint holds in the form in which it is put back."""
    state = checkpoint.state
    return Snapshot(dict(checkpoint.arrays), state["callbacks"], state["generators"])
