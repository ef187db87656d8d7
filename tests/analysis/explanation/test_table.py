"""The table of rules: each can be loaded, and is described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dnnrun.analysis.explanation.difference import BEARS_ON
from dnnrun.analysis.explanation.table import RULES, SETTLED_BY, load_rule

PAGE = Path(__file__).parents[3] / "docs" / "explain.md"


@pytest.mark.parametrize("name", RULES)
def test_rules_are_there(name: str) -> None:
    assert load_rule(name).__doc__


def test_rules_are_described_in_their_order() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(RULES)


def test_other_tables_name_rules() -> None:
    assert set(BEARS_ON) == set(RULES)
    order = list(RULES)
    for name, settling in SETTLED_BY.items():
        assert all(order.index(other) < order.index(name) for other in settling), name
