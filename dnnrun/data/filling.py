"""How a gap in a table is filled, and what was recorded of it; `imputing` fills them."""

from __future__ import annotations

from dataclasses import dataclass

Filled = tuple[float | str, int]
"""What a column's gaps were filled with, and in how many rows."""


@dataclass(frozen=True)
class Filling:
    """How the gaps of a column are filled.

    Args:
        strategy: ``mean``, ``median`` or ``most_frequent`` of the training rows, or ``constant``.
        value: the constant.
    """

    strategy: str
    value: float | str | None = None
