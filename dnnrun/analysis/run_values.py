"""What a run has under a name: facts, metrics, keys of its config, and anything else that its record says.

One name may stand for several things. They come in this order:

- ``run``, ``status``, ``seconds``, ``epochs_finished``, ``tags``, ``note``, which stand for nothing else;
- a metric of the last epoch, as the history calls it; ``test_accuracy`` on the test set, ``best_val_loss`` at its best;
- a key of the config, as ``--set`` takes it: ``optimizer.Adam.learning_rate``, ``optimizer.*.learning_rate``;
- what run.json has at a path: ``parameters``, ``created``, ``best.epoch``, ``versions.keras``, ``git.dirty``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dnnrun.analysis.run_figures import one_line
from dnnrun.analysis.run_summary import RunSummary
from dnnrun.components import ConfigPath
from dnnrun.config.differences import dotted
from dnnrun.config.directions import direction_of, known_direction
from dnnrun.config.lookup import values_at
from dnnrun.errors import RunError, suggest
from dnnrun.store import Run

TEST, BEST, FINAL = "test_", "best_", "final_"
FACTS = ("run", "status", "seconds", "epochs_finished", "tags", "note")
_LOOKED_THROUGH = 200  # runs, for names that are near to one that no run has


class RunValues:
    """What one run has, by name; evaluation and history are read when a name asks for them.

    Args:
        run: the run, the record of which can be read.
        summary: of the same run.
    """

    def __init__(self, run: Run, summary: RunSummary) -> None:
        self._run, self._summary = run, summary
        self.problem = ""
        """What could not be read of the run, in one line, or nothing."""

    def __call__(self, name: str) -> list[Any]:
        """Return what the run has under a name; nothing where it has not got it."""
        if name in FACTS:  # the record may say that a run is running, and not that it has crashed
            return [self._fact(name)]
        found = [self._summary.final[name]] if name in self._summary.final else self._measured(name)
        found += values_at(self._run.config, name)
        found += values_at(self._run.record, name)
        return found

    def _fact(self, name: str) -> Any:
        summary = self._summary
        facts = {"run": summary.name, "epochs_finished": summary.epochs, "tags": list(summary.tags)}
        return facts[name] if name in facts else getattr(summary, name)

    def _measured(self, name: str) -> list[Any]:
        """Return a metric that the name says where to look for."""
        for prefix, read in ((TEST, self._test), (BEST, self._best), (FINAL, self._final)):
            if name.startswith(prefix):
                return read(name.removeprefix(prefix))
        return []

    def _final(self, metric: str) -> list[Any]:
        return [self._summary.final[metric]] if metric in self._summary.final else []

    def _test(self, metric: str) -> list[Any]:
        try:
            evaluation = self._run.evaluation or {}
        except RunError as error:
            self.problem = one_line(error, self._run)
            return []
        metrics = evaluation.get("metrics") if evaluation.get("split") == "test" else None
        return [metrics[metric]] if isinstance(metrics, dict) and metric in metrics else []

    def _best(self, metric: str) -> list[Any]:
        history = self._run.history
        self.problem = self.problem or history.problem
        best = history.best(metric, direction_of(metric))
        return [best[1]] if best else []


def first_value(found: Sequence[Any]) -> Any:
    """Return the first of what a run has under a name that is not null, or None."""
    return next((value for value in found if value is not None and value == value), None)  # noqa: PLR0124 - NaN


def more_is_better(name: str) -> bool:
    """Whether a name is that of a metric of which more is better; less is, also, of what is no metric."""
    for prefix in (TEST, BEST, FINAL):
        name = name.removeprefix(prefix)
    return known_direction(name) == "max"


def near_names(name: str, runs: Iterable[Run]) -> str:
    """Return ``did you mean 'x'?`` for the nearest name of something that some of the runs have, or nothing."""
    names = dict.fromkeys(FACTS)
    for run, _ in zip(runs, range(_LOOKED_THROUGH), strict=False):
        try:
            names |= dict.fromkeys(_names_in(run.record, ()))
            names |= dict.fromkeys(_names_in(run.config, ()))
            names |= dict.fromkeys(run.record.get("final") or run.history.metrics)
            tested = (run.evaluation or {}).get("metrics") or {}
            names |= dict.fromkeys(f"{TEST}{metric}" for metric in tested)
        except (RunError, TypeError):
            continue
    return suggest(name, map(str, names))


def _names_in(value: Any, path: ConfigPath) -> list[str]:
    """Return the keys of everything in a mapping, to any depth."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        items = enumerate(value)
    below = [name for key, item in items for name in _names_in(item, (*path, key))]
    return ([dotted(path)] if path and path[0] != "config" else []) + below
