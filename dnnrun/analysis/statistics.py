"""What repeated runs tell: a mean and how sure it is, and whether two sets of runs differ by more than chance.

The tests and intervals are scipy's; it is imported when there is something to compute, as it takes a moment to start.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

LEVEL = 0.95
"""Of every interval."""
SIGNIFICANT = 1 - LEVEL
"""Below this probability, corrected, a difference is taken for more than chance."""

Method = Literal["paired t-test", "Welch's t-test"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Values of one figure in several runs.

    Args:
        n: how many there are.
        mean: of them.
        deviation: the standard deviation of the sample, with n - 1; NaN for one value.
        low: the lower end of the 95 % interval of the mean by Student's t; NaN for one value.
        high: the upper end.
    """

    n: int
    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """How one set of runs differs from the one that it is held against.

    Args:
        method: of the test.
        n: how many values of this set, or pairs, went into it.
        difference: of the means, this set's less the other's.
        low: the lower end of its 95 % interval, which is of this difference alone, without a correction.
        high: the upper end.
        p: the probability of such a difference by chance, two-sided; None where there is too little to tell.
        corrected: the same after Holm's correction for all that were tested together.
        why_not: why there is no probability, in words; empty where there is one.
    """

    method: Method
    n: int
    difference: float
    low: float
    high: float
    p: float | None
    corrected: float | None = None
    why_not: str = ""


def summarize(values: Sequence[float]) -> Summary:
    """Return mean, standard deviation and interval of at least one value."""
    n, mean = len(values), math.fsum(values) / len(values)
    if n < 2:
        return Summary(n, mean, math.nan, math.nan, math.nan)
    from scipy.special import stdtrit  # noqa: PLC0415 - the quantile of Student's t; scipy.stats starts slowly

    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    reach = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * deviation / math.sqrt(n)
    return Summary(n, mean, deviation, mean - reach, mean + reach)


def effect_of(values: Mapping[Hashable, float], baseline: Mapping[Hashable, float]) -> Effect:
    """Hold values against others, each by the seed of its run.

    Where both have the same seeds, at least two, they are compared seed by seed (a paired t-test): what a seed does to
    both is taken out. Otherwise by Welch's t-test, which does not ask for equal variances.

    Args:
        values: of the one, by seed.
        baseline: of the other.
    """
    is_paired = len(values) >= 2 and values.keys() == baseline.keys()
    method: Method = "paired t-test" if is_paired else "Welch's t-test"
    mine, others = list(values.values()), [baseline[seed] for seed in values] if is_paired else list(baseline.values())
    difference = math.fsum(mine) / len(mine) - math.fsum(others) / len(others)
    if min(len(mine), len(others)) < 2:
        return Effect(method, len(mine), difference, math.nan, math.nan, None, why_not="not enough runs to tell")
    spread = [a - b for a, b in zip(mine, others, strict=True)] if is_paired else None
    if (spread is not None and _are_alike(spread)) or (_are_alike(mine) and _are_alike(others)):
        why = "no spread to judge by" if difference else "no difference at all"
        return Effect(method, len(mine), difference, difference, difference, None, why_not=why)
    from scipy import stats  # noqa: PLC0415

    found = stats.ttest_rel(mine, others) if is_paired else stats.ttest_ind(mine, others, equal_var=False)
    interval = found.confidence_interval(LEVEL)
    return Effect(method, len(mine), difference, float(interval.low), float(interval.high), float(found.pvalue))


def corrected_by_holm(probabilities: Sequence[float]) -> list[float]:
    """Return probabilities corrected for being several, by the step-down procedure of Holm (1979).

    The least is multiplied by how many there are, the next by one less, and so on; none becomes less than the one
    before, nor more than 1. A difference found with it is chance in at most 5 % of all tables, whatever their length.
    scipy has no such function, and statsmodels, which has, is large for a few lines.
    """
    order = sorted(range(len(probabilities)), key=lambda index: probabilities[index])
    corrected, least = [0.0] * len(probabilities), 0.0
    for rank, index in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * probabilities[index]))
        corrected[index] = least
    return corrected


def _are_alike(values: Sequence[float]) -> bool:
    """Whether values differ by no more than rounding."""
    return max(values) - min(values) <= 1e-12 * max(map(abs, values), default=0.0)
