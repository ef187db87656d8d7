"""Values as a person reads them in a table: a column of numbers with the same decimals, config values as in YAML."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

MISSING = "-"
LONGEST = 32
"""How many characters of a config value are shown."""


def metric_texts(values: Iterable[float | None]) -> list[str]:
    """Return the texts of a column of one metric, with as many decimals as its largest value leaves room for."""
    values = list(values)
    largest = max((abs(value) for value in values if value is not None and math.isfinite(value)), default=0.0)
    decimals = max(1, 4 - max(0, math.floor(math.log10(largest)))) if largest >= 1 else 4
    return [_metric_text(value, decimals) for value in values]


def metric_text(value: float) -> str:
    """Return one metric as text, with the decimals that suit its size."""
    return metric_texts([value])[0]


def _metric_text(value: float | None, decimals: int) -> str:
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return str(value)
    too_small = 0 < abs(value) < min(0.05, 10.0 ** (1 - decimals))  # would keep hardly a digit
    if too_small or abs(value) >= 1e7:
        return f"{value:.2e}"
    return f"{value:.{decimals}f}"


def config_text(value: Any) -> str:
    """Return a config value on one line, as a config would write it, but with six digits and shortened when long."""
    if isinstance(value, float):
        return min(repr(value), f"{value:g}", key=len)
    return shortened(plain_text(value), LONGEST)


def shortened(text: str, length: int) -> str:
    """Return the text with its middle cut out if it is longer than ``length``: names often differ at their end."""
    if len(text) <= length:
        return text
    tail = length // 2
    return f"{text[: length - 1 - tail]}…{text[len(text) - tail :]}"


def plain_text(value: Any) -> str:
    """Return a config value whole, on one line, as a config would write it."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return " ".join(str(value).split())
