"""`python -m tests.support.screenshot PATH` keeps a picture of the sample shop's dashboard."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import expect, sync_playwright

from pipeline.landing.zone import SAMPLE
from pipeline.paths import ROOT
from tests.support.browser import CHROMIUM, NEWEST
from tests.support.shop import Shop
from tests.support.tokens import token


def main(path: str) -> None:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        shop = Shop(Path(folder), raw_events=ROOT / SAMPLE).built()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 640})
        with shop.serving(NEWEST) as server:
            page.goto(f"{server.client.base_url}?lang=en#token={token()}")
            expect(page.locator(".card h2 .term")).to_have_count(4)
            expect(page.locator(".card polyline").first).to_be_visible()
            expect(page.locator("main")).to_have_attribute("aria-busy", "false")
            page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
