"""What the tests of several packages share."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("DNNRUN_SHARED") or Path(__file__).parents[2] / "shared" / "data")
"""Where data lies that is too large, or not ours, to be part of the repository."""


def shared_file(name: str) -> Path:
    """Return a file of the shared data; the test that asks for it is skipped where it is not there."""
    if not (SHARED / name).is_file():
        pytest.skip(f"{name} is not in {SHARED}; DNNRUN_SHARED names another folder")
    return SHARED / name


def with_lines(config: str, lines: str) -> str:
    """Return a config in YAML with some lines put in; they take the place of those with the same top-level keys."""
    lines = textwrap.dedent(lines)
    keys = {line.partition(":")[0] for line in lines.splitlines() if not line.startswith(" ")}
    kept, keep = [], True
    for line in config.splitlines():
        keep = line.partition(":")[0] not in keys if not line.startswith(" ") else keep
        kept += [line] if keep else []
    return "\n".join(kept) + "\n" + lines
