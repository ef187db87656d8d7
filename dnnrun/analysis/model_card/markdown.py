"""Markdown of what users wrote: names and descriptions may hold whatever Markdown takes for its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dnnrun.analysis.number_text import shortened

_LONGEST = 80
_SPECIAL = re.compile(r"([\\`*<>\[\]|~&])")
_AT_START = re.compile(r"^([-+#=>]|\d+[.)])(?=\s|$)")


def escaped(text: object) -> str:
    """Return text on one line that Markdown shows as it is."""
    line = _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
    return _AT_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", line)


def code(text: object) -> str:
    """Return text on one line as code, fenced by more backticks than it has in a row."""
    line = " ".join(str(text).split())
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table, the first column on the left and the others, numbers, on the right."""
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def listed(names: Sequence[object], most: int) -> str:
    """Return names one after the other, the first ``most`` of them."""
    shown = ", ".join(escaped(shortened(" ".join(str(name).split()), _LONGEST)) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
