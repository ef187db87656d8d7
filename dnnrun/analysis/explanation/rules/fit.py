"""How well the model fits its own training rows: not at all, badly, or worse than rows that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dnnrun.analysis.explanation.edits import more_epochs, remedies, scale_learning_rate
from dnnrun.analysis.explanation.evidence import Evidence, number, whole
from dnnrun.analysis.explanation.finding import Finding, Remedy
from dnnrun.analysis.explanation.model_edits import enlarge, less_dropout, lighter_penalty, other_weights
from dnnrun.analysis.explanation.significance import UNLIKELY, chance_of_so_many
from dnnrun.analysis.explanation.wording import figure, percent

FEWEST_EPOCHS = 3
EXPLAINED_BY_NOTHING = 0.02
EXPLAINED_BY_LITTLE = 0.1
"""Shares of the trivial guess's loss that are gone: the pseudo R2 of McFadden (1974), or R2 for squared errors."""
BETTER_ON_NEW_ROWS = 0.8
"""Below this share of the training loss the validation loss is remarked on."""


def not_learning(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the model fits its training rows no better than a guess that does not look at them."""
    if _is_unlearnt(evidence):
        yield Finding("not-learning", "problem", _said_of(evidence, "has learnt nothing"), _ways_out(evidence))


def underfitting(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the model fits its training rows hardly better than such a guess."""
    loss, share = evidence.curve("loss"), explained_share(evidence)
    if loss is None or share is None or share >= EXPLAINED_BY_LITTLE or evidence.status == "diverged":
        return
    if len(loss) < FEWEST_EPOCHS and not evidence.config.is_estimator:
        return
    text = _said_of(evidence, "is underfitting")
    text += " It is too small, held back too much, trained too little, or the inputs tell little of the labels."
    yield Finding(
        "underfitting",
        "problem",
        text,
        remedies(
            less_dropout(evidence.config),
            lighter_penalty(evidence.config),
            enlarge(evidence.config),
            more_epochs(evidence.config, evidence.handle),
        ),
    )


def validation_better(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the validation rows are fitted clearly better than the training rows, and why that is no mistake."""
    training, validation = evidence.curve("loss"), evidence.curve("val_loss")
    if training is None or validation is None or len(validation) < FEWEST_EPOCHS or evidence.record.get("class_weight"):
        return
    has_dropout = any("Dropout" in layer.name for layer in evidence.config.layers)
    if not has_dropout or not 0 < validation.end < BETTER_ON_NEW_ROWS * training.end:
        return
    text = (
        f"The loss on the validation rows ({figure(validation.end)} {validation.end_words}) is lower than on the "
        f"training rows ({figure(training.end)}). That is no mistake: dropout is at work while the training rows are "
        "measured, and not for the validation rows. But it shows that nothing is learnt by heart, so that less dropout "
        "may do better."
    )
    yield Finding("validation-better", "remark", text, remedies(less_dropout(evidence.config)))


def _is_unlearnt(evidence: Evidence) -> bool:
    """Whether the model fits its training rows no better than a guess that does not look at them."""
    loss, accuracy, shares = evidence.curve("loss"), evidence.accuracy, class_shares(evidence)
    if loss is None or len(loss) < FEWEST_EPOCHS or evidence.status == "diverged":
        return False
    reached = evidence.curve(accuracy) if accuracy else None
    if reached is not None and shares is not None:
        # At every epoch: a run that once knew something has a story of its own.
        best = float(np.max(reached.smooth))
        return chance_of_so_many(best, evidence.rows("train"), max(shares)) > UNLIKELY
    share = explained_share(evidence)
    return share is not None and share < EXPLAINED_BY_NOTHING


def explained_share(evidence: Evidence) -> float | None:
    """Return what share of the trivial guess's loss on the training rows is gone, or None where that is not known.

    A penalty on weights is part of the loss, and class weights change it, so that nothing is known then.
    """
    loss, trivial = evidence.curve("loss"), trivial_loss(evidence)
    if loss is None or not trivial or trivial <= 0 or evidence.record.get("class_weight"):
        return None
    if any(value for layer in evidence.config.layers for key, value in layer.arguments.items() if "regularizer" in key):
        return None
    return 1 - loss.end / trivial


def trivial_loss(evidence: Evidence) -> float | None:
    """Return the loss of a guess that does not look at the rows: the entropy of the classes, or as it was evaluated."""
    shares = class_shares(evidence)
    if shares is not None and number(evidence.record.get("chance_loss")) is not None:
        return float(-sum(share * math.log(share) for share in shares if share > 0))
    judgement = evidence.judgement
    return judgement.guessed.get("loss") if judgement else None


def class_shares(evidence: Evidence) -> list[float] | None:
    """Return the share of each class among the training rows, or None for other labels, or several outputs."""
    counts = evidence.mapping("dataset", "label_counts").get("train")
    if not isinstance(counts, list) or any(whole(count) is None for count in counts) or sum(counts) <= 0:
        return None
    return [count / sum(counts) for count in counts]


def _said_of(evidence: Evidence, verdict: str) -> str:
    """Return the figures on the training rows beside those of a guess."""
    loss, trivial, shares = evidence.curve("loss"), trivial_loss(evidence), class_shares(evidence)
    text = f"The model {verdict}: "
    reached = evidence.curve(evidence.accuracy) if evidence.accuracy else None
    parts = []
    if reached is not None and shares is not None:
        parts.append(
            f"on the training rows its {reached.name} is {figure(reached.end)}, and always naming the commonest class "
            f"has {figure(max(shares))}"
        )
    if loss is not None and trivial is not None and explained_share(evidence) is not None:
        gone = max(0.0, 1 - loss.end / trivial)
        parts.append(
            f"its loss on the training rows is {figure(loss.end)}, and a guess that does not look at them has "
            f"{figure(trivial)}" + (f", so that {percent(gone)} of it are gone" if gone >= EXPLAINED_BY_NOTHING else "")
        )
    return text + "; ".join(parts or ["its figures on the training rows are those of a guess"]) + "."


def _ways_out(evidence: Evidence) -> tuple[Remedy, ...]:
    config, rate = evidence.config, evidence.learning_rate
    loss, start = evidence.curve("loss"), number(evidence.mapping("untrained").get("loss"))
    stands_still = loss is not None and abs(loss.end - (start or loss.first)) < EXPLAINED_BY_NOTHING * abs(loss.end)
    slower = scale_learning_rate(config, 0.1, "a learning rate ten times smaller", rate)
    faster = scale_learning_rate(config, 10, "a learning rate ten times larger, as the loss stood still", rate)
    return remedies(other_weights(config), lighter_penalty(config), *((faster, slower) if stands_still else (slower,)))
