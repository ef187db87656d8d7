"""Everything that the rules know of a run, read and checked once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dnnrun.analysis.explanation.curve import Curve
from dnnrun.analysis.explanation.judgement import Judgement, read_judgement
from dnnrun.analysis.explanation.recorded_config import RecordedConfig
from dnnrun.analysis.run_figures import one_line
from dnnrun.config.directions import known_direction
from dnnrun.errors import RunError
from dnnrun.store import History, Run, handle_of

_ACCURACIES = {"accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
VALIDATION = "val_"


@dataclass(frozen=True)
class Evidence:
    """What a run's files say.

    Args:
        name: of the run.
        handle: what a command is given for it.
        status: as `Run.status`.
        record: run.json.
        config: the resolved config.
        history: the epochs.
        judgement: the evaluation; None before there is one, or where it cannot be read.
        unread: what could not be read, a line each.
    """

    name: str
    handle: str
    status: str
    record: Mapping[str, Any]
    config: RecordedConfig
    history: History
    judgement: Judgement | None
    unread: tuple[str, ...]

    @property
    def epochs(self) -> int:
        """How many epochs have ended."""
        return max(self.history.epochs, default=0)

    def curve(self, name: str) -> Curve | None:
        """Return a metric over the epochs, or None where it was never measured, or never finite."""
        pairs = zip(self.history.epochs, self.history.columns.get(name, ()), strict=False)
        finite = [(epoch, value) for epoch, value in pairs if math.isfinite(value)]
        return Curve(name, [epoch for epoch, _ in finite], [value for _, value in finite]) if finite else None

    @property
    def accuracy(self) -> str | None:
        """The name of the metric that is a share of rows, without ``val_``; None where none was measured."""
        measured = [*self.history.metrics, *(self.judgement.metrics if self.judgement else ())]
        return next((name for name in measured if name in _ACCURACIES), None)

    @property
    def metric(self) -> str | None:
        """The name of the metric that the run is told by, beside its loss, without ``val_``; or None."""
        others = (name for name in self.history.metrics if name != "loss" and not name.startswith(VALIDATION))
        return self.accuracy or next((name for name in others if known_direction(name)), None)

    @property
    def learning_rate(self) -> float | None:
        """The learning rate of the first epoch, or None where it was not recorded."""
        curve = self.curve("learning_rate")
        return curve.first if curve else None

    def rows(self, split: str) -> int:
        """Return how many rows a split has; 0 where that is not known."""
        return whole(self.mapping("dataset", "rows").get(split)) or 0

    def mapping(self, *path: str) -> Mapping[str, Any]:
        """Return a part of run.json; empty where there is none."""
        value: Any = self.record
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value if isinstance(value, Mapping) else {}

    @property
    def kept_epoch(self) -> int | None:
        """The epoch whose weights the model has, or None where it has none, or that is not known."""
        if self.status in {"diverged", "running", "crashed"}:
            return None
        return whole(self.record.get("weights_from_epoch")) or None


def gather(run: Run) -> Evidence:
    """Read what a run's files say; what cannot be read is noted.

    Raises:
        RunError: run.json is missing or damaged, so that nothing certain can be said of the run.
    """
    status, history = run.status, run.history
    unread = [history.problem] if history.problem else []
    if not run.config:
        unread.append("run.json: holds no config")
    judgement = None
    try:
        judgement = read_judgement(run.evaluation) if run.evaluation is not None else None
    except RunError as error:
        unread.append(one_line(error, run))
    return Evidence(
        run.name, handle_of(run), status, run.record, RecordedConfig(run.config), history, judgement, tuple(unread)
    )


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def whole(value: Any) -> int | None:
    """Return a whole number that can be counted to, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None
