"""The page as text: whole, safe, and asking for nothing; and that of ``page_data.json`` against ``page.html``.

``DNNRUN_WRITE_CASES=1`` writes ``page.html`` anew.
"""

from __future__ import annotations

import base64
import hashlib
import html.parser
import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from dnnrun import __version__
from dnnrun import report as write
from dnnrun.analysis.report.gathering import gather_report
from dnnrun.analysis.report.page import page_of
from dnnrun.errors import ConfigError
from dnnrun.store import Run

DATA, GOLDEN = (Path(__file__).parent / name for name in ("page_data.json", "page.html"))
VOID = {"meta", "link", "input", "img", "br"}


class Page(html.parser.HTMLParser):
    """Reads a page, and holds on to what the tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def text(several: list[Run]) -> str:
    return page_of(gather_report(several))


@pytest.fixture
def page(text: str) -> Page:
    return Page(text)


def test_a_page_against_a_file() -> None:
    text = page_of(json.loads(DATA.read_text(encoding="utf-8")))
    text = re.sub(r"(<script>|<style>).*?(</script>|</style>)", r"\1…\2", text, flags=re.DOTALL)
    text = re.sub(r"sha256-[\w+/=]+", "sha256-…", text).replace(f"dnnrun {__version__}", "dnnrun VERSION")
    if os.environ.get("DNNRUN_WRITE_CASES"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_element_is_closed(page: Page) -> None:
    assert page.open == []


def test_what_users_wrote_is_text(page: Page, hostile: str) -> None:
    assert len(page.scripts) == 4  # data, plotly, table, charts
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in page.of("img"))
    assert hostile in "".join(page.texts)
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_the_data_is_read_back(page: Page, several: list[Run]) -> None:
    assert json.loads(page.scripts[0]) == gather_report(several)["charts"]
    assert "<" not in page.scripts[0]


def test_only_its_own_scripts_may_run(page: Page) -> None:
    (policy,) = (meta["content"] or "" for meta in page.of("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for script in page.scripts[1:]:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy


def test_nothing_is_fetched(page: Page) -> None:
    addresses = [
        value
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in {"src", "href", "action", "srcset"} and tag != "a"
    ]
    assert addresses
    assert all((address or "").startswith("data:") for address in addresses)
    assert all((link["href"] or "").startswith("#") for link in page.of("a"))


def test_links_lead_to_something(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {(link["href"] or "")[1:] for link in page.of("a")} <= set(ids)


def test_it_can_be_heard(page: Page) -> None:
    assert page.of("html")[0]["lang"] == "en"
    assert all(image["alt"] for image in page.of("img"))
    assert all(header.get("scope") in {"col", "row"} for header in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_report_of_one_run_says_what_came_of_it(several: list[Run], tmp_path: Path) -> None:
    path = write(several[0].path, tmp_path / "one.html", title="<Mine>")
    text = path.read_text(encoding="utf-8")
    assert "<h1>&lt;Mine&gt;</h1>" in text
    assert 'id="filter"' not in text
    assert re.search(r'<details class="run" id="run-0" open>', text)


def test_a_report_of_a_run_without_an_epoch(several: list[Run]) -> None:
    text = page_of(gather_report([several[3]]))
    assert "None of these runs has finished an epoch." in text


@pytest.mark.parametrize("name", ["report.txt", "report", "nowhere/report.html"])
def test_a_file_that_cannot_be_meant_is_refused(name: str, several: list[Run], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        write(several, tmp_path / name)
    assert not list(tmp_path.glob("report*"))


def test_the_library_is_the_one_of_the_package_and_its_licence_stays(text: str) -> None:
    assert "plotly.js v" in text
    assert "Licensed under the MIT license" in text
