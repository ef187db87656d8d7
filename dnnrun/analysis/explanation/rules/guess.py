"""A model that does no better than a guess without looking."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dnnrun.analysis.explanation.edits import balance_classes, normalize, remedies
from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.judgement import Judgement
from dnnrun.analysis.explanation.model_edits import enlarge
from dnnrun.analysis.explanation.significance import UNLIKELY, chance_of_so_many
from dnnrun.analysis.explanation.wording import count, figure, of_output, percent


def no_better_than_guess(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the evaluation does not tell the model from a guess that does not look at the features."""
    judgement, accuracy = evidence.judgement, evidence.accuracy
    if judgement is None:
        return
    if accuracy in judgement.metrics and accuracy in judgement.guessed:
        yield from _by_accuracy(evidence, judgement, str(accuracy))
    for errors in judgement.errors:
        if judgement.rows > 1 and not math.isnan(errors.r2) and errors.r2 <= _least_r2(judgement.rows):
            text = (
                f"The model{of_output(errors.output)} predicts no better than the mean: R2 on "
                f"{count(judgement.rows, f'{judgement.split} row')} is {figure(errors.r2)}, where 0 is what always "
                f"saying the mean gets, and 1 is perfect."
            )
            scaled = normalize(evidence.config, evidence.record)
            yield Finding("no-better-than-guess", "problem", text, remedies(scaled, enlarge(evidence.config)))


def _by_accuracy(evidence: Evidence, judgement: Judgement, accuracy: str) -> Iterator[Finding]:
    value, guessed = judgement.metrics[accuracy], judgement.guessed[accuracy]
    chance = chance_of_so_many(value, judgement.rows, guessed)
    if chance <= UNLIKELY:
        return
    guess = judgement.guess.partition(",")[0].removeprefix("always ")
    text = (
        f"The model does no better than a guess: on {count(judgement.rows, f'{judgement.split} row')} its "
        f"{accuracy} is {figure(value)}, and saying {guess} of every row has {figure(guessed)}."
    )
    if value > guessed:
        text += f" Chance alone gives a guess as much in {percent(chance)} of all draws of so many rows."
    yield Finding(
        "no-better-than-guess",
        "problem",
        text,
        remedies(balance_classes(evidence.config, evidence.record), enlarge(evidence.config)),
    )


def _least_r2(rows: int) -> float:
    """Return what R2 a feature that means nothing reaches in one of twenty draws: the square of a correlation."""
    return 1.96**2 / (rows + 1.96**2)
