"""Sums of numbers some of which may not be known."""

from __future__ import annotations

from collections.abc import Iterable


def total(numbers: Iterable[int | None]) -> int | None:
    """Return the sum; None if one of the numbers is."""
    numbers = list(numbers)
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
