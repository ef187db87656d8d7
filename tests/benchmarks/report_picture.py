"""Makes docs/images/report.png: trains two runs, and has Chromium take a picture of their report."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from dnnrun import report, train

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "report.png"
LEARNING_RATES = {"iris_fast": 0.01, "iris_slow": 0.001}
WIDTH, HEIGHT = 1200, 1450


def main() -> None:
    """Make the picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as place:
        runs = [
            train(
                ROOT / "configs" / "iris_softmax.yaml",
                overrides=[f"name={name}", f"optimizer.Adam.learning_rate={rate}"],
                runs_dir=place,
            )
            for name, rate in LEARNING_RATES.items()
        ]
        path = report(runs, Path(place) / "report.html", title="Two learning rates")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(path.as_uri())
            page.wait_for_selector(".main-svg")
            page.screenshot(path=PICTURE)
            browser.close()
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
