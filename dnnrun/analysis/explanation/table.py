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

RULES: dict[str, str] = {
    "overfitting": "dnnrun.analysis.explanation.rules.overfitting:overfitting",
}


def load_rule(name: str) -> Rule:
    """Return the rule of this name."""
    module, _, function = RULES[name].partition(":")
    return cast("Rule", getattr(importlib.import_module(module), function))
