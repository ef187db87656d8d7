"""Whether more or less of a metric is better, told by its name.

Keras knows this of its metric objects; a history on disk has only names. Keras appends ``_1`` and so on when a name is
used twice, and ``val_`` for validation.
"""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["max", "min"]

_MORE_IS_BETTER = re.compile(
    r"(.*_)?(acc|accuracy|auc|precision|recall|f1|f1_score|fbeta_score|f_beta_score|iou|io_u|r2|r2_score"
    r"|true_positives|true_negatives|specificity|sensitivity|pearson_correlation|concordance_correlation"
    r"|cosine_similarity)"
    r"|(precision|recall|sensitivity|specificity)_at_.*"
)


_LESS_IS_BETTER = re.compile(
    r"(.*_)?(loss|error|mse|mae|mape|msle|rmse|crossentropy|hinge|divergence|poisson|false_positives|false_negatives)"
    r"|log_?cosh"
)


def direction_of(metric: str) -> Direction:
    """Return ``max`` where more of the metric is better, else ``min`` (losses, errors)."""
    return known_direction(metric) or "min"


def known_direction(metric: str) -> Direction | None:
    """Return what is better of a metric, or None where its name does not tell."""
    name = re.sub(r"_\d+$", "", metric.removeprefix("val_").lower())
    if _MORE_IS_BETTER.fullmatch(name):
        return "max"
    return "min" if _LESS_IS_BETTER.fullmatch(name) else None
