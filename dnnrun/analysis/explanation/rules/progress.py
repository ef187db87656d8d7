"""How the training ended: still getting better, or long after it had stopped to."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dnnrun.analysis.explanation.curve import Curve
from dnnrun.analysis.explanation.edits import more_epochs, reduce_on_plateau, remedies, stop_at_best
from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.rules.overfitting import GENERALIZATION_LOSS, NOISES
from dnnrun.analysis.explanation.wording import figure, percent

FEWEST_EPOCHS = 4
LAST_SHARE = 0.2  # of the epochs, and no fewer than two, are compared with as many before them
STILL_FALLING = 0.02
"""By how much the loss has to have fallen from one to the other, and by half as much within the last."""
FALLING_MUCH = 0.1  # from here on too early an end is a problem

PLATEAU_EPOCHS, PLATEAU_SHARE = 10, 0.6
"""A plateau lasts at least so many epochs, and this share of all."""
PLATEAU_TOLERANCE = 0.01
"""It begins when all but this share of the way from the first to the lowest loss is done."""


def still_improving(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the loss was at its lowest at the end and still falling."""
    curve = _judged(evidence)
    if curve is None or len(curve) < FEWEST_EPOCHS or evidence.status in {"running", "diverged"}:
        return
    strip = max(2, round(LAST_SHARE * len(curve)))
    before, last = (float(np.mean(part)) for part in (curve.values[-2 * strip : -strip], curve.values[-strip:]))
    fall, is_validation = before - last, curve.name == "val_loss"
    half = max(1, strip // 2)
    recent = float(np.mean(curve.values[-strip:-half]) - np.mean(curve.values[-half:]))
    is_lowest, doubt = curve.best_index >= len(curve) - half, NOISES * curve.noise * math.sqrt(2 / half)
    if last <= 0 or not is_lowest or fall < max(doubt, STILL_FALLING * last) or recent < STILL_FALLING / 2 * last:
        return
    text = (
        f"The training ended while {_called(curve)} was still falling: over the last {strip} epochs it was "
        f"{figure(last)} on average, {percent(fall / before)} less than over the {strip} before ({figure(before)}), "
        f"and it was lowest in epoch {curve.best_epoch} of {curve.epochs[-1]}."
    )
    if not is_validation:
        text += " Whether other rows would gain from more epochs cannot be told without validation rows."
    yield Finding(
        "still-improving",
        "problem" if is_validation and fall > FALLING_MUCH * before else "remark",
        text,
        remedies(more_epochs(evidence.config, evidence.handle)),
        curve.best_epoch,
    )


def plateau(evidence: Evidence) -> Iterator[Finding]:
    """Yield where most epochs brought nothing more."""
    curve = _judged(evidence)
    if curve is None or evidence.status == "diverged" or curve.first <= curve.level:
        return
    reached = curve.level + PLATEAU_TOLERANCE * (curve.first - curve.level)
    start = int(np.argmax(curve.smooth <= reached))
    length = len(curve) - 1 - start
    if length < PLATEAU_EPOCHS or length < PLATEAU_SHARE * len(curve):
        return
    if curve.level > 0 and curve.end - curve.level > GENERALIZATION_LOSS * curve.level:
        return  # it rises again, of which other rules tell
    epoch, name = curve.epochs[start], _called(curve)
    text = (
        f"Since epoch {epoch} of {curve.epochs[-1]} hardly anything got better: {name} had come from "
        f"{figure(curve.first)} to {figure(curve.smooth[start])}, and its lowest is {figure(curve.best)} in epoch "
        f"{curve.best_epoch}. {percent(length / len(curve))} of the epochs brought nothing."
    )
    yield Finding(
        "plateau",
        "remark",
        text,
        remedies(
            stop_at_best(evidence.config) if curve.name == "val_loss" else None,
            reduce_on_plateau(evidence.config, curve.name),
        ),
        epoch,
    )


def _judged(evidence: Evidence) -> Curve | None:
    """Return the loss that a training is judged by: on validation rows if there are any."""
    return evidence.curve("val_loss") or evidence.curve("loss")


def _called(curve: Curve) -> str:
    return f"the loss on the {'validation' if curve.name.startswith('val_') else 'training'} rows"
