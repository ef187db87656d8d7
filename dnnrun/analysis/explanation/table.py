"""The rules by their names: adding one takes a function in a module of `rules`, a line here, and its part of the docs.

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
    "learning-rate-high": f"{_RULES}.learning_rate:learning_rate_high",
    "learning-rate-low": f"{_RULES}.learning_rate:learning_rate_low",
    "not-learning": f"{_RULES}.fit:not_learning",
    "no-better-than-guess": f"{_RULES}.guess:no_better_than_guess",
    "overfitting": f"{_RULES}.overfitting:overfitting",
    "generalization-gap": f"{_RULES}.generalization:generalization_gap",
    "underfitting": f"{_RULES}.fit:underfitting",
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


_NEVER_BEGAN = ("divergence", "not-learning", "learning-rate-high", "learning-rate-low")

# A rule is not asked where one of these has found something: what it would say follows from that, and what it would
# propose would not help.
SETTLED_BY: dict[str, tuple[str, ...]] = {
    "learning-rate-high": ("divergence",),
    "learning-rate-low": ("divergence", "learning-rate-high"),
    "not-learning": ("divergence", "learning-rate-high", "learning-rate-low"),
    "no-better-than-guess": _NEVER_BEGAN,
    "underfitting": (*_NEVER_BEGAN, "overfitting"),
    "generalization-gap": (*_NEVER_BEGAN, "overfitting"),
    "unnamed-classes": (*_NEVER_BEGAN, "underfitting"),
    "confused-classes": (*_NEVER_BEGAN, "underfitting", "no-better-than-guess"),
    "plateau": ("not-learning", "learning-rate-high"),
}


def load_rule(name: str) -> Rule:
    """Return the rule of this name."""
    module, _, function = RULES[name].partition(":")
    return cast("Rule", getattr(importlib.import_module(module), function))
