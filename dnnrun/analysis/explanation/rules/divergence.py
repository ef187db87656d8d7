"""Training that broke down: a loss that is no number."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dnnrun.analysis.explanation.edits import (
    clip_gradients,
    normalize,
    remedies,
    scale_learning_rate,
    take_usual_rate,
    usual_rate,
)
from dnnrun.analysis.explanation.evidence import Evidence, number
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.wording import figure

DIVISOR = 10.0  # of the learning rate: Bengio (2012) tries rates by orders of magnitude
LARGE_INPUTS = 3.0
"""Times the loss of chance: where the untrained model is worse, its inputs are likely too large."""


def divergence(evidence: Evidence) -> Iterator[Finding]:
    """Yield when the loss became NaN or infinite, what it was before, and with which learning rate."""
    epoch = _broken_epoch(evidence)
    if epoch is None:
        return
    curve, rate = evidence.curve("loss"), evidence.learning_rate
    before = curve.at(epoch - 1) if curve else None
    start = number(evidence.mapping("untrained").get("loss"))
    text = f"The training broke down in epoch {epoch}: the loss on the training rows became infinite or no number"
    if before is not None:
        text += f", after {figure(before)} in the epoch before"
        if curve is not None and before > 2 * curve.best:
            text += f" and {figure(curve.best)} in epoch {curve.best_epoch}: it had been growing"
    elif start is not None:
        text += f"; before the first step it was {figure(start)}"
    text += "."
    if rate is not None:
        text += f" The learning rate was {rate:g}."
    text += " As a rule the steps were too long, so that each made the loss larger than it was."
    scaled = normalize(evidence.config, evidence.record) if _has_large_inputs(evidence) else None
    yield Finding(
        "divergence",
        "problem",
        text,
        remedies(
            scaled,
            take_usual_rate(evidence.config)
            if rate is not None and rate > (usual_rate(evidence.config) or rate)
            else None,
            scale_learning_rate(evidence.config, 1 / DIVISOR, "a learning rate ten times smaller", rate),
            clip_gradients(evidence.config),
        ),
        epoch,
    )


def _broken_epoch(evidence: Evidence) -> int | None:
    """Return the epoch in which the loss stopped being a number, or None."""
    pairs = zip(evidence.history.epochs, evidence.history.columns.get("loss", ()), strict=False)
    broken = next((epoch for epoch, loss in pairs if not math.isfinite(loss)), None)
    if broken is None and evidence.status == "diverged":
        return evidence.epochs + 1
    return broken


def _has_large_inputs(evidence: Evidence) -> bool:
    chance, start = number(evidence.record.get("chance_loss")), number(evidence.mapping("untrained").get("loss"))
    return chance is None or start is None or start > LARGE_INPUTS * chance
