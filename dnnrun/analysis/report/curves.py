"""The histories of runs as the page's charts take them: plain lists, rounded, null where there is no number."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from dnnrun.analysis.plots.curves import find_best_epoch
from dnnrun.config.directions import direction_of
from dnnrun.store import Run

_VALIDATION = "val_"
_LEARNING_RATE = "learning_rate"
_DIGITS = 6  # more cannot be seen in a chart, and every one of them is a byte a number
_SHOWN_AT_FIRST = 4
_MANY_RUNS = 20  # with more, one metric at first: the page is to be there at once


def chart_data(runs: Sequence[Run], labels: Sequence[str], main_metric: str | None) -> dict[str, Any]:
    """Return what the charts show.

    Args:
        runs: the best first; those without an epoch are left out.
        labels: what tells each run from the others.
        main_metric: the one that runs are sorted by, or None.

    Returns:
        ``metrics``, each with its ``name`` (without ``val_``), ``direction`` and whether it is ``shown`` at first; and
        ``runs``, each with ``id``, ``name``, ``label``, ``epochs``, ``elapsed`` seconds, ``best`` epoch or None, and
        ``values`` by the names of the history.
    """
    drawn = [
        _series(index, run, label)
        for index, (run, label) in enumerate(zip(runs, labels, strict=True))
        if run.history.epochs
    ]
    count = Counter(name.removeprefix(_VALIDATION) for each in drawn for name in each["values"])
    names = sorted(count, key=lambda name: (name != "loss", name == _LEARNING_RATE, -count[name]))
    measured = [name for name in names if name != _LEARNING_RATE]
    at_first = measured[:_SHOWN_AT_FIRST]
    if len(drawn) > _MANY_RUNS and main_metric in measured:
        at_first = [main_metric]
    metrics = [{"name": name, "direction": direction_of(name), "shown": name in at_first} for name in names]
    return {"metrics": metrics, "runs": drawn}


def _series(index: int, run: Run, label: str) -> dict[str, Any]:
    history = run.history
    best = find_best_epoch(run)
    seconds = history.columns.get("seconds", ())
    elapsed = itertools.accumulate(value if math.isfinite(value) else 0.0 for value in seconds)
    return {
        "id": f"run-{index}",
        "name": run.name,
        "label": label,
        "epochs": history.epochs,
        "elapsed": rounded(elapsed),
        "best": best.epoch if best else None,
        "values": {
            name: rounded(history.columns[name])
            for name in [*history.metrics, _LEARNING_RATE]
            if any(map(math.isfinite, history.columns.get(name, ())))
        },
    }


def rounded(values: Iterable[float]) -> list[float | None]:
    """Return numbers with six significant digits, None for what is not finite."""
    return [float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None for value in values]
