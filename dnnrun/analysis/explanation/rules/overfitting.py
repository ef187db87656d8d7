"""Learning by heart: the validation loss rises while the training loss falls."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dnnrun.analysis.explanation.edits import remedies, stop_at_best
from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.model_edits import hold_back
from dnnrun.analysis.explanation.significance import standard_error
from dnnrun.analysis.explanation.wording import count, figure, percent

FEWEST_EPOCHS = 5
GENERALIZATION_LOSS = 0.05
"""How far above its lowest the validation loss has to be in the end: the GL of Prechelt (1998), with his 5 %."""
NOISES = 3.0
"""By how many standard deviations of the noise it has to be above it."""
FEW_ROWS = 200  # below so many the validation loss itself is uncertain


def overfitting(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the validation loss turned and by how much it has risen, if the training loss went on falling."""
    validation, training = evidence.curve("val_loss"), evidence.curve("loss")
    if validation is None or training is None or len(validation) < FEWEST_EPOCHS or evidence.status == "diverged":
        return
    best, epoch = validation.best, validation.best_epoch
    rise = validation.end - validation.level  # of the values themselves, the lowest is so by chance too
    was, now = training.at(epoch), training.end
    if best <= 0 or rise < GENERALIZATION_LOSS * best or rise < NOISES * validation.noise or was is None or now >= was:
        return
    kept = evidence.kept_epoch
    is_saved = kept is not None and abs(kept - epoch) <= max(1, (validation.epochs[-1] - epoch) // 4)
    text = (
        f"The model has been overfitting since epoch {epoch}: the loss on the validation rows was lowest there "
        f"({figure(best)}) and {figure(validation.end)} {validation.end_words}, "
        f"{percent(validation.end / best - 1)} higher, while the loss on the training rows went on falling, from "
        f"{figure(was)} to {figure(now)}. It learns the training rows by heart instead of what they have in common."
    )
    text += _about_metric(evidence, epoch) + _about_rows(evidence) + _about_weights(kept, is_saved)
    stop = None if is_saved else stop_at_best(evidence.config)
    yield Finding(
        "overfitting",
        "remark" if is_saved else "problem",
        text,
        remedies(stop, *hold_back(evidence.config)),
        epoch,
    )


def _about_metric(evidence: Evidence, epoch: int) -> str:
    metric = evidence.metric
    curve = evidence.curve(f"val_{metric}") if metric else None
    was = curve.at(epoch) if curve else None
    if curve is None or was is None:
        return ""
    worse = was - curve.end if curve.direction == "max" else curve.end - was
    doubt = standard_error(was, evidence.rows("validation")) if metric == evidence.accuracy else 0.0
    both = f"{figure(was)} at epoch {epoch} and {figure(curve.end)} {curve.end_words}"
    if worse > (doubt if math.isfinite(doubt) else 0.0):
        return f" {curve.name} suffered too: {both}."
    if metric != evidence.accuracy:
        return f" {curve.name} did not suffer ({both})."
    return f" {curve.name} did not suffer ({both}): the model is mostly too sure of the rows that it gets wrong."


def _about_rows(evidence: Evidence) -> str:
    rows = evidence.rows("validation")
    if not 0 < rows < FEW_ROWS:
        return ""
    return f" With only {count(rows, 'validation row')} the epoch is uncertain."


def _about_weights(kept: int | None, is_saved: bool) -> str:
    if kept is None:
        return ""
    if is_saved:
        return f" The model has the weights of epoch {kept}, so it is not harmed by what came after."
    return f" The model has the weights of epoch {kept}."
