"""The pages lead to one another, and tell of every source with its arguments and of every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dnnrun.config.schema import DatasetConfig, Experiment, ModelConfig
from dnnrun.config.sources import SOURCES
from dnnrun.config.topology import INPUTS

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)")


def anchors(page: Path) -> set[str]:
    """Return what headings are called in links, as GitHub makes it of their words."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere() -> None:
    assert len(PAGES) > 50
    broken = [
        f"{page.relative_to(ROOT)}: {match[0]}"
        for page in PAGES
        for match in _LINK.finditer(_FENCED.sub("", page.read_text(encoding="utf-8")))
        if not (target := page.parent / match[1] if match[1] else page).exists()
        or (match[2] and match[2] not in anchors(target))
    ]
    assert broken == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_described_with_its_arguments(source: str) -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    names = (source, *SOURCES[source].required, *SOURCES[source].optional)
    assert [name for name in names if not re.search(rf"`{{?{name}\b", text)] == []


def test_every_key_is_described() -> None:
    text = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    keys = {*Experiment.model_fields, *DatasetConfig.model_fields, *ModelConfig.model_fields, INPUTS}
    assert [key for key in sorted(keys) if f"| `{key}` |" not in text] == []
