"""A validation loss that jumps about although the training loss does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dnnrun.analysis.explanation.edits import larger_batch, remedies, scale_learning_rate, set_key
from dnnrun.analysis.explanation.evidence import Evidence
from dnnrun.analysis.explanation.finding import Finding, Remedy
from dnnrun.analysis.explanation.wording import count, figure, percent

FEWEST_EPOCHS = 8
JUMPS = 0.15
"""Noise of the validation loss, as a share of its level, from which on it is called unsteady."""
SMALLEST_JUMPS = 0.05  # of the first loss
TRAINING_JUMPS = 0.1  # likewise of the training loss: from here on both jump
FEW_ROWS = 500
_LARGEST_SPLIT = 0.3


def unsteady_validation(evidence: Evidence) -> Iterator[Finding]:
    """Yield where the validation loss jumps from epoch to epoch, and what a row of so few counts."""
    curve, training = evidence.curve("val_loss"), evidence.curve("loss")
    if curve is None or training is None or len(curve) < FEWEST_EPOCHS or evidence.status == "diverged":
        return
    level = abs(float(np.median(curve.values)))
    start = max(abs(curve.first), abs(training.first))
    trained = abs(float(np.median(training.values)))
    if not level or curve.noise <= JUMPS * level or curve.noise <= SMALLEST_JUMPS * start:
        return
    if trained and training.noise > TRAINING_JUMPS * trained:
        return  # both jump: the steps are too long, of which another rule tells
    rows = evidence.rows("validation")
    text = (
        f"The loss on the validation rows jumps from epoch to epoch, by {percent(curve.noise / level)} of its level of "
        f"{figure(level)}, while the training loss runs smoothly: which epoch is the best is partly luck."
    )
    if 0 < rows < FEW_ROWS:
        text += f" There are only {count(rows, 'validation row')}, so that one row more or less shows."
    yield Finding(
        "unsteady-validation",
        "remark",
        text,
        remedies(
            _more_rows(evidence) if 0 < rows < FEW_ROWS else None,
            scale_learning_rate(evidence.config, 0.3, "a learning rate three times smaller", evidence.learning_rate),
            larger_batch(evidence.config, evidence.rows("train")),
        ),
    )


def _more_rows(evidence: Evidence) -> Remedy | None:
    share = evidence.config.get("dataset", "validation_split")
    if not isinstance(share, int | float) or not 0 < share < _LARGEST_SPLIT:
        return None
    return set_key("more validation rows", ("dataset", "validation_split"), _LARGEST_SPLIT)
