"""Golden files: what is said about each mistake.

A case is one file in `cases`: a config, a line ``# --- output ---``, and the whole text of the error. Lines ``# --set
KEY=VALUE`` in the config are given on the command line as well; ``# --- file NAME ---`` begins another file beside it.
``FOLDER`` in the output is where the files lie.

After a change of words, ``DNNRUN_WRITE_CASES=1 pytest tests/config/test_config_messages.py`` writes the outputs anew:
read the diff.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest

from dnnrun.config.load import load_config
from dnnrun.errors import ConfigError

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
OUTPUT = "# --- output ---\n"


def test_all_cases_are_seen() -> None:
    assert len(CASES) >= 215


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_message(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written, marker, expected = case.read_text(encoding="utf-8").partition(OUTPUT)
    assert marker, f"{case.name} has no line {OUTPUT!r}"
    config, *others = re.split(r"^# --- file (\S+) ---\n", written, flags=re.MULTILINE)
    for name, text in [("config.yaml", config), *zip(others[::2], others[1::2], strict=True)]:
        Path(name).write_text(text, encoding="utf-8")
    overrides = re.findall(r"^# --set (.*)$", config, flags=re.MULTILINE)

    with pytest.raises(ConfigError) as caught:
        load_config("config.yaml", overrides)

    message = str(caught.value).replace(str(tmp_path), "FOLDER") + "\n"
    if os.environ.get("DNNRUN_WRITE_CASES"):
        case.write_text(written + OUTPUT + message, encoding="utf-8")
        return
    assert message == expected
    assert "Traceback" not in message


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_carets_stand_under_something(case: Path) -> None:
    """Every excerpt marks at least one character of the line above it, and never runs past its end."""
    lines = case.read_text(encoding="utf-8").partition(OUTPUT)[2].splitlines()
    for above, below in itertools.pairwise(lines):
        if re.fullmatch(r" {5}\| \s*\^+", below):
            marked = above[below.index("^") : len(below)]
            at_the_end = len(above) <= below.index("^") <= len(above) + 1
            assert marked or at_the_end, (above, below)
            assert len(below) <= len(above) + 1
