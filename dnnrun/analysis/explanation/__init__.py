"""What a run's figures mean, in plain sentences with the numbers, and what to try: `explain`."""

from dnnrun.analysis.explanation.difference import explain_difference
from dnnrun.analysis.explanation.explaining import explain
from dnnrun.analysis.explanation.finding import (
    Difference,
    DifferenceExplanation,
    Edit,
    Explanation,
    Finding,
    Remedy,
)

__all__ = [
    "Difference",
    "DifferenceExplanation",
    "Edit",
    "Explanation",
    "Finding",
    "Remedy",
    "explain",
    "explain_difference",
]
