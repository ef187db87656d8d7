"""The untrained model, which should know nothing and be sure of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from dnnrun.analysis.explanation.edits import normalize, remedies
from dnnrun.analysis.explanation.evidence import Evidence, number
from dnnrun.analysis.explanation.finding import Finding
from dnnrun.analysis.explanation.wording import figure

FAR = 3.0
"""Times the loss of chance, as `train` warns: the first weights of Keras stay below it on scaled inputs."""


def initial_loss(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the untrained model is much worse than one that holds all classes for equally probable."""
    chance, start = number(evidence.record.get("chance_loss")), number(evidence.mapping("untrained").get("loss"))
    if chance is None or start is None or start <= FAR * chance:
        return
    text = (
        f"Before the first step the loss was {figure(start)}; a model that holds every class for equally probable has "
        f"{figure(chance)}. The untrained model was sure of wrong answers, and the first epochs went into undoing "
        "that. Mostly the inputs are not scaled, or the first weights are too large."
    )
    yield Finding("initial-loss", "remark", text, remedies(normalize(evidence.config, evidence.record)))
