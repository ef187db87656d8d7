"""What a run's figures mean, in plain sentences with the numbers, and what to try: `explain`."""

from dnnrun.analysis.explanation.explaining import explain
from dnnrun.analysis.explanation.finding import Edit, Explanation, Finding, Remedy

__all__ = ["Edit", "Explanation", "Finding", "Remedy", "explain"]
