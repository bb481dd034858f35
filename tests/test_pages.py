"""The pages in a real browser: Debian's Chromium, driven by playwright."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.shop import Server

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium (apt-get install chromium)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A tab that may ask nobody but the server; what its console complains about fails the test."""
    complaints: list[str] = []
    asked: list[str] = []
    context = browser.new_context(base_url=str(server.client.base_url))
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((str(server.client.base_url), "data:"))] == []


@needs_chromium
def test_the_documentation_needs_no_other_host(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_role("heading", name="Storefront metrics")).to_be_visible()
    expect(page.get_by_text("/api/analytics/dashboard-stats/")).to_be_visible()


def test_pages_are_asked_for_again_and_their_files_never(server: Server) -> None:
    page = server.client.get("/docs")
    assert page.headers["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    files = re.findall('(?:src|href)="(/[^"]+)"', page.text)
    assert files
    for path in files:
        file = server.client.get(path)
        assert file.status_code == 200
        assert "immutable" in file.headers["Cache-Control"]
        assert file.headers["X-Content-Type-Options"] == page.headers["X-Content-Type-Options"] == "nosniff"
        assert server.client.get(path, headers={"If-None-Match": file.headers["ETag"]}).status_code == 304
