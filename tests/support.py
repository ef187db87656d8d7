"""What the tests of several packages share."""

from __future__ import annotations

import textwrap


def with_lines(config: str, lines: str) -> str:
    """Return a config in YAML with some lines put in; they take the place of those with the same top-level keys."""
    lines = textwrap.dedent(lines)
    keys = {line.partition(":")[0] for line in lines.splitlines() if not line.startswith(" ")}
    kept, keep = [], True
    for line in config.splitlines():
        keep = line.partition(":")[0] not in keys if not line.startswith(" ") else keep
        kept += [line] if keep else []
    return "\n".join(kept) + "\n" + lines
