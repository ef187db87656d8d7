"""Whether a difference of shares is more than the draw of the rows explains."""

from __future__ import annotations

import math

UNLIKELY = 0.05
"""What chance alone does less often than this is taken for a difference."""


def standard_error(share: float, rows: int) -> float:
    """Return the standard error of a share of independent rows, as of an accuracy; infinite without rows."""
    return math.sqrt(max(share * (1 - share), 0.0) / rows) if rows > 0 else math.inf


def chance_of_so_many(share: float, rows: int, expected: float) -> float:
    """Return how probable it is that of so many rows this share or more is right, where each is so with a probability.

    Args:
        share: that was right.
        rows: how many there were.
        expected: the probability of each.
    """
    from scipy.special import bdtrc  # noqa: PLC0415 - slow to import, and few rules need it

    right = round(share * rows)
    return float(bdtrc(right - 1, rows, expected)) if right > 0 else 1.0


def differ(share: float, rows: int, other: float, other_rows: int, *, errors: float = 2.0) -> bool:
    """Whether two shares of different rows are so many standard errors of their difference apart.

    A row is added to each side on which all rows were right, or none, so that no share is taken for certain.
    """
    first, second = _moderated(share, rows), _moderated(other, other_rows)
    error = math.hypot(standard_error(first, rows), standard_error(second, other_rows))
    return abs(first - second) > errors * error


def _moderated(share: float, rows: int) -> float:
    return (share * rows + 1) / (rows + 2) if rows > 0 else share
