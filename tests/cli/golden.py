"""Files that hold what commands print; ``DNNRUN_WRITE_CASES=1 pytest tests/cli`` writes them anew: read the diff."""

from __future__ import annotations

import os
from pathlib import Path

SHOWN = Path(__file__).parent / "shown"


def assert_shown(name: str, text: str) -> None:
    """Compare a text with the one in a file of `shown`."""
    file = SHOWN / f"{name}.txt"
    if os.environ.get("DNNRUN_WRITE_CASES"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
