"""How figures are put into sentences."""

from __future__ import annotations

from dnnrun.analysis.number_text import metric_text

_SPLITS = {"train": "training", "training": "training", "validation": "validation", "test": "test"}


def figure(value: float) -> str:
    """Return a metric with four decimals or so, a large one without any."""
    if 1e4 <= abs(value) < 1e9:
        return f"{value:,.0f}"
    return metric_text(value)


def percent(share: float) -> str:
    """Return a share in percent: whole ones from 10 %, tenths below."""
    value = 100 * share
    return f"{value:.0f} %" if abs(value) >= 9.95 else f"{value:.1f} %"


def count(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun: ``1 epoch``, ``2,000 epochs``."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def rows_of(split: str) -> str:
    """Return what the rows of a split are called: ``the test rows``."""
    return f"the {_SPLITS.get(split, split)} rows"


def of_output(output: str) -> str:
    """Return how a sentence names one of several outputs: `` of output 'price'``; nothing for the only one."""
    return f" of output {output!r}" if output else ""
