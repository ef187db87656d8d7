"""One run in a few words: of a run that has ended, from run.json and its notes alone."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dnnrun.analysis.run_figures import one_line
from dnnrun.config.directions import direction_of
from dnnrun.errors import RunError
from dnnrun.store import Run
from dnnrun.store.notes import Notes

CRASHED, BROKEN = "crashed", "broken"
_NOT_METRICS = ("epoch", "seconds")
_WATCHED = ("val_loss", "loss")  # where a run has not said yet by what its best epoch is told


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run in a few words.

    Args:
        path: its directory.
        status: as `Run.status`, or ``broken`` where run.json is missing or damaged, and nothing else is known.
        config: the name in its config.
        dataset: the source of its data.
        epochs: how many have ended.
        planned: how many its config asks for.
        best: ``metric``, ``value`` and ``epoch``, by what the callbacks watched, else by the validation loss, else by
            the loss; None before an epoch has ended.
        final: the metrics of the last epoch.
        seconds: from its begin to its end; so far for a running run; of one that was resumed, or has crashed, those of
            its epochs.
        created: when it began, in UTC.
        tags: of its config, and added since.
        note: that a person wrote to it.
        values: what it has under each name in the conditions and the order that were asked for.
        problem: what could not be read, in one line, or nothing.
    """

    path: Path
    status: str
    config: str | None = None
    dataset: str | None = None
    epochs: int = 0
    planned: int | None = None
    best: Mapping[str, Any] | None = None
    final: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    created: str | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def run(self) -> Run:
        """The run, to be read anew."""
        return Run(self.path)

    @property
    def name(self) -> str:
        """The name of its directory."""
        return self.run.name


def read_summary(run: Run) -> RunSummary:
    """Read a run.

    Raises:
        RunError: run.json is missing or damaged.
    """
    record, status = run.record, run.status
    notes, problem = _notes(run)
    epochs, best, final = record.get("epochs_finished"), _mapping(record.get("best")), _mapping(record.get("final"))
    if status in {"running", CRASHED} or not isinstance(epochs, int):  # what the record says was so before it went on
        history = run.history
        problem = problem or history.problem
        epochs, final = max(history.epochs, default=0), history.last()
        watched = next((name for name in (best.get("metric"), *_WATCHED) if name in history.metrics), "")
        found = history.best(watched, direction_of(watched))
        best = {"metric": watched, "epoch": found[0], "value": found[1]} if found else {}
    if not best and epochs == 1:  # of a model of scikit-learn no epoch is the best, and the only one is
        watched = next((name for name in _WATCHED if name in final), "")
        best = {"metric": watched, "epoch": 1, "value": final[watched]} if watched else {}
    planned = run.config.get("epochs")
    return RunSummary(
        path=run.path,
        status=status,
        config=_text(record.get("name")),
        dataset=_text(_mapping(record.get("dataset")).get("source")),
        epochs=epochs,
        planned=planned if isinstance(planned, int) else None,
        best=best or None,
        final={name: value for name, value in final.items() if name not in _NOT_METRICS},
        seconds=_seconds(run, status),
        created=_text(record.get("created")),
        tags=tuple(notes.tags([str(tag) for tag in _list(record.get("tags"))])),
        note=notes.text,
        problem=problem,
    )


def _notes(run: Run) -> tuple[Notes, str]:
    """Return what a person added to a run, and what is wrong with it."""
    try:
        return run.notes, ""
    except RunError as error:
        return Notes(), one_line(error, run)


def _seconds(run: Run, status: str) -> float | None:
    """Return how long a run took; pauses between its parts do not count."""
    if status == CRASHED or run.record.get("resumed"):
        return sum(value for value in run.history.columns.get("seconds", ()) if value == value)  # noqa: PLR0124 - NaN
    try:
        created = datetime.datetime.fromisoformat(run.record["created"])
        is_running = status == "running"
        ended = (
            datetime.datetime.now(datetime.UTC) if is_running else datetime.datetime.fromisoformat(run.record["ended"])
        )
        return (ended - created).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
