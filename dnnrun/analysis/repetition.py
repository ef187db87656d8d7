"""Whether a run that was trained again came out the same: its history and weights, and what differs around it.

Reads the two runs' files; who trained the second is not its affair.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dnnrun.config.changes import HARMLESS, changes_between
from dnnrun.config.positions import is_estimator
from dnnrun.store import Run

Verdict = Literal["bit-identical", "within tolerance", "different"]
# What is recorded of a run and can change a result; the host's name cannot.
_FACTS = ("versions", "machine", "devices", "threads", "seed")
_HARMLESS = {("machine", "host"), ("versions", "dnnrun")}


@dataclass(frozen=True)
class Repetition:
    """How a second training compares with the first.

    Args:
        verdict: in a word.
        epochs: how many were compared.
        weights_compared: whether the final weights were, too; not when only the first epochs were trained again, and
            not for an estimator of scikit-learn, of which the predictions are.
        furthest: the largest difference, relative to the larger of the two values; 0 where all bits are equal.
        where: the metric and epoch, or the variable, that differs most; empty where nothing does.
        changed: what is not as it was when the run was made, each in a line.
    """

    verdict: Verdict
    epochs: int
    weights_compared: bool
    furthest: float
    where: str
    changed: tuple[str, ...]


def compare_repetition(first: Run, again: Run, *, tolerance: float) -> Repetition:
    """Compare a run with one that trained its config again, perhaps for fewer epochs.

    Args:
        first: the run.
        again: the second, whose history says how many epochs are compared.
        tolerance: the largest relative difference that does not count.

    Raises:
        RunError: a file of either is damaged.
    """
    epochs = len(again.history.epochs)
    differences = dict(_of_histories(first, again, epochs))
    whole = epochs == len(first.history.epochs)
    is_fitted = is_estimator(first.config.get("model"))
    if whole:
        differences |= dict(_of_predictions(first, again) if is_fitted else _of_weights(first, again))
    where, furthest = max(differences.items(), key=lambda pair: pair[1], default=("", 0.0))
    verdict: Verdict = "within tolerance" if furthest <= tolerance else "different"
    if furthest == 0:
        verdict, where = "bit-identical", ""
    return Repetition(verdict, epochs, whole and not is_fitted, furthest, where, tuple(_changed(first, again)))


def _of_histories(first: Run, again: Run, epochs: int) -> Iterator[tuple[str, float]]:
    names = dict.fromkeys((*first.history.metrics, *again.history.metrics, "learning_rate"))
    for name in names:
        columns = [list(run.history.columns.get(name, ()))[:epochs] for run in (first, again)]
        if len(columns[0]) != len(columns[1]):
            yield f"{name}, which only one of them has", math.inf
            continue
        for epoch, values in enumerate(zip(*columns, strict=True), start=1):
            yield f"{name} of epoch {epoch}", _difference(*map(np.float64, values))


def _of_weights(first: Run, again: Run) -> Iterator[tuple[str, float]]:
    """Compare everything that the last checkpoints hold of the training; a run without one has only its history."""
    kept = [run.checkpoints.read() for run in (first, again)]
    if kept[0] is None or kept[1] is None:
        return
    yield from _of_arrays(kept[0].arrays, kept[1].arrays)


def _of_predictions(first: Run, again: Run) -> Iterator[tuple[str, float]]:
    """Compare what was said of the judged rows."""
    yield from _of_arrays(first.predictions, again.predictions)


def _of_arrays(arrays: Mapping[str, Any], others: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name in dict.fromkeys((*arrays, *others)):
        alike = name in arrays and name in others and arrays[name].shape == others[name].shape
        yield name, _difference(arrays[name], others[name]) if alike else math.inf


def _difference(one: Any, other: Any) -> float:
    """Return the largest difference relative to the largest magnitude; 0 for equal bits, infinity where one is NaN."""
    one, other = np.asarray(one), np.asarray(other)
    if one.tobytes() == other.tobytes() or not one.size:
        return 0.0
    one, other = one.astype(np.float64), other.astype(np.float64)
    scale = max(float(np.max(np.abs(one))), float(np.max(np.abs(other))))
    relative = float(np.max(np.abs(one - other))) / scale if scale else 0.0
    return math.inf if math.isnan(relative) else max(relative, float(np.finfo(np.float64).tiny))


def _changed(first: Run, again: Run) -> Iterator[str]:
    before, now = (dict(run.record.get("dataset") or {}) for run in (first, again))
    if before.get("fingerprint") != now.get("fingerprint"):
        yield "the data is not the same: its fingerprint has changed"
    for change in changes_between(first.config, again.config):
        if change.matters:
            yield f"config: {change}"
    for name in _FACTS:
        yield from _changed_fact(name, first.record.get(name), again.record.get(name))
    sessions = first.record.get("resumed") or ()
    keys = [change["key"] for session in sessions for change in session.get("changes", ())]
    if set(keys) - HARMLESS:
        yield f"the run was changed when it was resumed: {', '.join(keys)}"


def _changed_fact(name: str, was: Any, now: Any) -> Iterator[str]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) != now.get(key) and (name, key) not in _HARMLESS:
                yield f"{name}: {key} was {was.get(key)} and is {now.get(key)}"
    elif was != now:
        yield f"{name} was {was} and is {now}"
