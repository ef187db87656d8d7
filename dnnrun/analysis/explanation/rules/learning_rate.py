"""Steps that are too long or too short, told by the training loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dnnrun.analysis.explanation.curve import Curve
from dnnrun.analysis.explanation.edits import (
    larger_batch,
    reduce_on_plateau,
    remedies,
    scale_learning_rate,
    take_usual_rate,
    usual_rate,
)
from dnnrun.analysis.explanation.evidence import Evidence, number
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.rules.overfitting import NOISES
from dnnrun.analysis.explanation.wording import figure, percent

FEWEST_EPOCHS = 4
ABOVE_START = 1.02
"""Times the untrained model's loss: a training loss that ends above has been made worse by the steps."""
JUMPS = 0.1
"""Noise of the training loss, as a share of its level, from which on it is called unsteady."""
JUMPS_OF_FAST = 0.03
"""The same where the rate is at least `FAST` times the optimizer's default."""
FAST = 10.0
SMALLEST_JUMPS = 0.02  # of the loss at the beginning: what jumps close to nothing is not worth a word
RISE = 0.05  # of the training loss above its lowest

SLOW_PROGRESS = 0.5
"""A training is slow where less than this share of the first loss is gone in the end, and it still falls steadily."""
HARDLY_BEGUN = 0.1  # below this share a step of the search for a rate is not enough
STEADY = 0.5
"""The pace of the last third, as a share of that of the first, from which on a fall is steady."""


def learning_rate_high(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the training loss ends above where it began, rises again, or jumps about."""
    loss, rate = evidence.curve("loss"), evidence.learning_rate
    if loss is None or len(loss) < FEWEST_EPOCHS or evidence.status == "diverged" or evidence.config.is_estimator:
        return
    sign = _sign_of_long_steps(evidence, loss)
    if sign is None:
        return
    what, epoch = sign
    at = f" of {rate:g}" if rate is not None else ""
    text = f"The learning rate{at} seems too high: {what}. Steps that are too long jump across the minimum."
    yield Finding(
        "learning-rate-high",
        "problem",
        text,
        remedies(
            take_usual_rate(evidence.config) if _is_fast(evidence) else None,
            scale_learning_rate(evidence.config, 0.1, "a learning rate ten times smaller", rate),
            reduce_on_plateau(evidence.config, "loss"),
            larger_batch(evidence.config, evidence.rows("train")),
        ),
        epoch,
    )


def learning_rate_low(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the training loss falls steadily, and has not come far."""
    loss, rate = evidence.curve("loss"), evidence.learning_rate
    if loss is None or len(loss) < FEWEST_EPOCHS or evidence.status == "diverged" or loss.end <= 0:
        return
    start = number(evidence.mapping("untrained").get("loss"))
    start = loss.first if start is None else start
    third = max(1, len(loss) // 3)
    pace = (loss.first - float(loss.smooth[third])) / third
    last_pace = (float(loss.smooth[-1 - third]) - loss.end) / third
    is_falling = last_pace * third > max(NOISES * loss.noise, 0.005 * loss.end)
    if start <= loss.end or not is_falling or last_pace < STEADY * pace or 1 - loss.end / start >= SLOW_PROGRESS:
        return
    is_far = 1 - loss.end / start < HARDLY_BEGUN
    at = f" of {rate:g}" if rate is not None else ""
    text = (
        f"The learning rate{at} seems too low: the loss on the training rows fell steadily, from {figure(start)} to "
        f"{figure(loss.end)} in {loss.epochs[-1]} epochs, and as fast at the end as at the beginning, so that only "
        f"{percent(1 - loss.end / start)} of it are gone."
    )
    yield Finding(
        "learning-rate-low",
        "problem",
        text,
        remedies(
            scale_learning_rate(evidence.config, 10, "a learning rate ten times larger", rate),
            scale_learning_rate(evidence.config, 100, "one a hundred times larger", rate) if is_far else None,
        ),
    )


def _sign_of_long_steps(evidence: Evidence, loss: Curve) -> tuple[str, int | None] | None:
    """Return what shows that steps are too long, and the epoch from which on it does."""
    untrained = number(evidence.mapping("untrained").get("loss"))
    if untrained is not None and loss.end > ABOVE_START * untrained > 0:
        return (
            f"the loss on the training rows was {figure(untrained)} before the first step and is {figure(loss.end)} "
            f"{loss.end_words}, so that the training made it worse"
        ), None
    start = max(abs(loss.first), abs(untrained or 0.0))
    level = abs(float(np.median(loss.values)))
    if (
        level
        and loss.noise > (JUMPS_OF_FAST if _is_fast(evidence) else JUMPS) * level
        and loss.noise > SMALLEST_JUMPS * start
    ):
        rises = [epoch for epoch, step in zip(loss.epochs[1:], np.diff(loss.values), strict=True) if step > 0]
        return (
            f"the loss on the training rows jumps about instead of falling, by {percent(loss.noise / level)} of its "
            f"level of {figure(level)}, and rose in {len(rises)} of {len(loss) - 1} epochs"
        ), None
    rise = loss.end - loss.level
    if loss.level > 0 and rise > RISE * loss.level and rise > max(NOISES * loss.noise, SMALLEST_JUMPS * start):
        return (
            f"the loss on the training rows was lowest in epoch {loss.best_epoch} ({figure(loss.best)}) and has risen "
            f"to {figure(loss.end)} {loss.end_words}"
        ), loss.best_epoch
    return None


def _is_fast(evidence: Evidence) -> bool:
    rate, usual = evidence.learning_rate, usual_rate(evidence.config)
    return rate is not None and usual is not None and rate >= FAST * usual
