"""The rules by their names: adding one takes a function in a module of `rules`, a line here, and a section in the docs.

A rule is a function that takes the `Evidence` of a run and yields a `Finding` for each thing that it sees, nothing
where it sees none or the run has not got the figures. It is called for every run, whatever its status.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import cast

from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding

Rule = Callable[[Evidence], Iterator[Finding]]

_RULES = "dnnrun.analysis.explanation.rules"

RULES: dict[str, str] = {
    "divergence": f"{_RULES}.divergence:divergence",
    "initial-loss": f"{_RULES}.beginning:initial_loss",
    "not-learning": f"{_RULES}.fit:not_learning",
    "no-better-than-guess": f"{_RULES}.guess:no_better_than_guess",
    "overfitting": f"{_RULES}.overfitting:overfitting",
    "generalization-gap": f"{_RULES}.generalization:generalization_gap",
    "underfitting": f"{_RULES}.fit:underfitting",
    "learning-rate-high": f"{_RULES}.learning_rate:learning_rate_high",
    "learning-rate-low": f"{_RULES}.learning_rate:learning_rate_low",
    "unsteady-validation": f"{_RULES}.instability:unsteady_validation",
    "still-improving": f"{_RULES}.progress:still_improving",
    "plateau": f"{_RULES}.progress:plateau",
    "early-stopping": f"{_RULES}.stopping:early_stopping",
    "rows-seen": f"{_RULES}.generalization:rows_seen",
    "test-below-validation": f"{_RULES}.generalization:test_below_validation",
    "unnamed-classes": f"{_RULES}.classes:unnamed_classes",
    "confused-classes": f"{_RULES}.classes:confused_classes",
    "validation-better": f"{_RULES}.fit:validation_better",
    "no-validation": f"{_RULES}.generalization:no_validation",
}


def load_rule(name: str) -> Rule:
    """Return the rule of this name."""
    module, _, function = RULES[name].partition(":")
    return cast("Rule", getattr(importlib.import_module(module), function))
