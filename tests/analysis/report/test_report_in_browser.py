"""The report as its reader has it: in headless Chromium, with a mouse, with a keyboard, and on a narrow screen.

Needs the Debian package ``chromium``, or another Chromium on the path; without one these tests are skipped.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dnnrun import report
from dnnrun.store import Run

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[dev]'")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
    pytest.mark.slow,
]
PATIENCE = 20  # seconds
LOSS = ".chart[aria-label^='loss of']"
NAMES = (
    "[...document.querySelectorAll('#runs-table tbody tr:not([hidden]) th')].map((cell) => cell.textContent.slice(16))"
)


@dataclass
class Opened:
    """A report in the browser, and what went wrong in it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def until(self, condition: str) -> None:
        """Wait for a condition in JavaScript; playwright's own way is forbidden by the page's policy."""
        deadline = time.monotonic() + PATIENCE
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, condition
            self.page.wait_for_timeout(20)

    def names(self) -> list[str]:
        """Return the runs that the table shows, in its order."""
        return list(self.page.evaluate(NAMES))

    def traces(self, chart: str = LOSS) -> list[str]:
        """Return the names of the lines that a chart has, without the stars."""
        names = self.page.evaluate(
            "(chart) => document.querySelector(chart).data.filter((each) => each.hoverinfo !== 'skip')"
            ".map((each) => each.name ?? 'others')",
            chart,
        )
        return sorted(re.sub(r"^\d{8}-\d{6}-", "", name) for name in names)


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        # No sandbox: root has none, and the page is our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_report(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Return a function that writes a report and opens it from the disk; whatever goes wrong in it fails the test."""
    opened: list[Opened] = []

    def open_(
        runs: list[Run], *, fragment: str = "", width: int = 1300, scheme: str = "light", **options: Any
    ) -> Opened:
        path = report(runs, tmp_path / "report.html", **options)
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        found = Opened(page)
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.goto(f"{path.as_uri()}{fragment}")
        opened.append(found)
        return found

    yield open_
    for each in opened:
        each.page.close()
        assert each.complaints == []
        beyond = [url for url in each.requests[1:] if not url.startswith(("data:", "blob:"))]
        assert beyond == []


def test_what_users_wrote_runs_nowhere(several: list[Run], open_report: Open, hostile: str) -> None:
    page = open_report(several).page
    page.hover(LOSS)
    assert page.title() == "4 runs · dnnrun report"
    assert page.locator("img:not([alt])").count() == 0
    assert page.locator("h3", has_text="bad").count() == 1
    # Nor when it is called by name in a chart, which takes some HTML.
    page.locator("#metrics input").nth(2).check()
    assert page.locator("figcaption", has_text=hostile).count() == 1


def test_sorting(several: list[Run], open_report: Open) -> None:
    opened = open_report(several)
    assert opened.names() == ["good", "bad", "slow", "begun"]
    accuracy = opened.page.locator("th[data-name='test accuracy']")
    assert accuracy.get_attribute("aria-sort") == "descending"
    accuracy.locator("button").click()
    assert accuracy.get_attribute("aria-sort") == "ascending"
    assert opened.names() == ["bad", "good", "slow", "begun"]  # what has no value stays last
    name = opened.page.locator("th[data-name='run']")
    name.locator("button").focus()
    opened.page.keyboard.press("Enter")
    assert name.get_attribute("aria-sort") == "ascending"
    assert accuracy.get_attribute("aria-sort") is None
    assert opened.names() == sorted(opened.names()) or len(set(opened.names())) == 4


def test_filtering_takes_the_curves_along(several: list[Run], open_report: Open) -> None:
    opened = open_report(several)
    assert opened.traces() == ["bad loss", "good loss", "good val_loss", "slow loss", "slow val_loss"]
    opened.page.fill("#filter", "COMPLETED good")
    opened.until("document.getElementById('filter-status').textContent === '1 of 4 runs shown'")
    assert opened.names() == ["good"]
    assert opened.traces() == ["good loss", "good val_loss"]
    assert opened.page.locator(".run:visible").count() == 1
    opened.page.fill("#filter", "accuracy>0.5")
    opened.until("document.getElementById('filter-status').textContent === '1 of 4 runs shown'")
    opened.page.fill("#filter", "learning_rate<=0.0005")
    opened.until("document.querySelector('.run:not([hidden]) h3').textContent.endsWith('slow')")
    assert opened.names() == ["slow"]
    opened.page.fill("#filter", "status=diverged")
    opened.until("document.querySelector('.run:not([hidden]) h3').textContent.endsWith('bad')")
    opened.page.fill("#filter", "")
    opened.until("document.querySelectorAll('.run:not([hidden])').length === 4")


def test_toggling_runs(several: list[Run], open_report: Open) -> None:
    opened = open_report(several)
    good = opened.page.locator("#legend label", has_text="good").locator("input")
    good.focus()
    opened.page.keyboard.press("Space")
    assert opened.traces() == ["bad loss", "slow loss", "slow val_loss"]
    assert opened.page.text_content("#curves-status") == "2 of 3 runs drawn"
    opened.page.click("#no-runs")
    assert opened.traces() == []
    opened.page.click("#all-runs")
    assert len(opened.traces()) == 5
    opened.page.uncheck("#training")
    assert opened.traces() == ["bad loss", "good val_loss", "slow val_loss"]


def test_a_run_keeps_its_colour_while_it_is_shown(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    swatch = page.locator("#legend label", has_text="slow").locator(".swatch")
    before = swatch.get_attribute("style")
    page.locator("#legend input").first.uncheck()
    assert swatch.get_attribute("style") == before


def test_axes(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    chart, axes = (
        page.locator(LOSS),
        "(chart) => [chart.layout.yaxis.type, chart.data.find((each) => each.name?.endsWith('good val_loss')).x]",
    )
    assert chart.evaluate(axes) == ["linear", [1, 2, 3, 4, 5, 6]]
    page.check("#logarithmic")
    page.select_option("#along", "elapsed")
    assert chart.evaluate(axes) == ["log", [1.5, 3, 4.5, 6, 7.5, 9]]
    assert chart.locator(".xtitle").text_content() == "seconds of training"


def test_metrics_are_chosen(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    assert page.locator(".chart").count() == 3
    page.uncheck("#metrics input[value='loss']")
    page.check("#metrics input[value='learning_rate']")
    captions = page.locator("#charts figcaption").all_text_contents()
    assert captions[0] == "accuracy"
    assert captions[-1] == "learning_rate"


def test_pointing_tells_the_numbers_and_dragging_zooms(several: list[Run], open_report: Open) -> None:
    opened = open_report(several)
    page = opened.page
    page.locator(LOSS).scroll_into_view_if_needed()
    box = page.locator(LOSS).locator(".nsewdrag").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".hoverlayer text")
    assert "val_loss" in "".join(page.locator(".hoverlayer text").all_text_contents())
    ends = f'document.querySelector("{LOSS}").layout.xaxis.range'
    before = page.evaluate(ends)
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 150, steps=5)
    page.mouse.up()
    opened.until(f"{ends}[1] < {before[1]}")


def test_a_chart_is_saved_as_an_image_and_uploaded_nowhere(several: list[Run], open_report: Open) -> None:
    page = open_report(several[:1]).page
    page.hover(LOSS)
    buttons = page.locator(LOSS).locator(".modebar-btn")
    titles = buttons.evaluate_all("(all) => all.map((each) => each.dataset.title ?? each.ariaLabel)")
    names = [title.lower() for title in titles]  # of which versions of Plotly write "PNG" or "png"
    assert names == ["download plot as a png", "zoom", "pan", "zoom in", "zoom out", "reset axes"]
    with page.expect_download() as download:
        buttons.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_numbers_of_a_chart_are_there_as_a_table(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    figure = page.locator("#charts figure").first
    figure.locator("summary").click()
    heads = [text.split("-", 2)[-1] for text in figure.locator("thead th").all_text_contents()]
    assert heads == ["epoch", "good val_loss", "good loss", "bad loss", "slow val_loss", "slow loss"]
    third = figure.locator("tbody tr").nth(2).locator("td").all_text_contents()
    assert third == ["0.75", "0.625", "-", "-", "-"]  # the loss of the diverged run is no number in epoch 3
    label = figure.locator(".chart").get_attribute("aria-label")
    assert label.startswith("loss of 3 runs by epochs; lowest: 0.48 of ")


def test_a_link_to_a_run_opens_it(several: list[Run], open_report: Open) -> None:
    opened = open_report(several, fragment="#run-1")
    assert opened.page.locator("#run-1 h4").first.is_visible()
    assert not opened.page.locator("#run-0 h4").first.is_visible()
    opened.page.locator("#runs-table tbody a").first.click()
    opened.until("document.getElementById('run-0').open")
    for image in opened.page.locator("#run-0 img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth > 0)")


def test_only_what_differs_is_shown_at_first(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    same = page.locator("#config .facts tbody tr:not(.differs)").first
    assert not same.is_visible()
    page.locator("#config input.only-differences").uncheck()
    assert same.is_visible()


def test_it_can_be_used_with_the_keyboard_alone(several: list[Run], open_report: Open) -> None:
    page = open_report(several).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "filter"
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, select, button')].filter((each) => "
        "!(each.labels?.length || each.textContent.trim() || each.getAttribute('aria-label'))).length"
    )
    assert unnamed == 0


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(22, 24, 27)")])
def test_light_and_dark(scheme: str, colour: str, several: list[Run], open_report: Open) -> None:
    opened = open_report(several, scheme=scheme)
    page = opened.page
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colour
    text = page.evaluate(f'document.querySelector("{LOSS}").layout.font.color')
    assert text == page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--text').trim()")
    other = {"light": "dark", "dark": "light"}[scheme]
    page.emulate_media(color_scheme=other)
    opened.until(f"document.querySelector(\"{LOSS}\").layout.font.color !== '{text}'")


@pytest.mark.parametrize("width", [360, 1300])
def test_nothing_sticks_out_of_the_page(width: int, several: list[Run], open_report: Open) -> None:
    page = open_report(several, width=width).page
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_run(several: list[Run], open_report: Open) -> None:
    opened = open_report(several[:1])
    assert opened.traces() == ["good loss", "good val_loss"]
    assert opened.page.locator("#run-0 h4").first.is_visible()


def test_a_run_without_an_epoch(several: list[Run], open_report: Open) -> None:
    page = open_report([several[3]]).page
    assert page.locator("#curves p").text_content() == "None of these runs has finished an epoch."


def test_two_hundred_runs(many: list[Run], open_report: Open, tmp_path: Path) -> None:
    opened = open_report(many)
    assert (tmp_path / "report.html").stat().st_size < 8_000_000
    assert len(opened.names()) == 200
    chart = ".chart[aria-label^='accuracy of 200 runs']"
    assert len(opened.traces(chart)) == 8  # seven with colours, and the others in one
    spent = opened.page.evaluate(
        "() => { const began = performance.now(); document.getElementById('logarithmic').click();"
        "document.querySelector(\"th[data-name='run'] button\").click(); return performance.now() - began; }"
    )
    assert spent < 5000  # milliseconds, where a busy machine takes some hundred
    opened.page.fill("#filter", "many-19")
    opened.until("document.getElementById('filter-status').textContent === '11 of 200 runs shown'")
    assert len(opened.traces(".chart")) == 8
