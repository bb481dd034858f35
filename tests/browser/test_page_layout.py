"""Layout and accessibility of the page on each screen, in each language, below any path."""

import json
import re
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from pipeline.paths import ROOT
from tests.support.browser import PARTS, Tab, needs_chromium
from tests.support.nginx import needs_nginx, nginx
from tests.support.shop import (
    MONEY_AT_RISK,
    NOW,
    SECRET,
    Server,
    Shop,
    free_port,
)
from tests.support.tokens import token

SCROLLED_SIDEWAYS = """
[...document.querySelectorAll("main *")].filter((each) => each.scrollWidth > each.clientWidth + 1
  && each.clientWidth && getComputedStyle(each).overflowX !== "visible").map((each) => each.outerHTML)
"""
TOO_SMALL_TO_TOUCH = """
[...document.querySelectorAll("button, summary, label:has(input), [type=date]")]
  .filter((each) => each.offsetParent)
  .map((each) => [each.outerHTML, each.offsetWidth, each.offsetHeight])
  .filter(([, width, height]) => Math.min(width, height) < 44)
"""
WRITTEN_OVER = """
[...document.querySelectorAll(".chart svg")].filter((each) => each.clientWidth).flatMap((chart) => {
  const texts = [...chart.querySelectorAll("text")]
    .map((each) => [each.textContent, each.getBoundingClientRect()]);
  return texts.flatMap(([one, a], index) => texts.slice(index + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
    .map(([other]) => [one, other]));
})
"""
NAMED_ALIKE = """
[...document.querySelectorAll(".numbers")].flatMap((numbers) => {
  const names = [...numbers.querySelectorAll("dt button")].map((each) => each.textContent);
  return names.filter((name, index) => names.indexOf(name) < index);
})
"""
# A section that has none beside it ends where its part does.
EMPTY_BESIDE = """
[...document.querySelectorAll(".part:not([hidden])")].flatMap((part) => {
  const places = [...part.children].map((each) => [each.id, each.getBoundingClientRect()]);
  return places.filter(([, { top, right }]) => right < part.getBoundingClientRect().right - 1
    && !places.some(([, other]) => other.top === top && other.left >= right)).map(([id]) => id);
})
"""


@needs_chromium
def test_documentation_needs_no_other_host(tab: Tab) -> None:
    tab.page.goto("/docs")
    expect(tab.page.get_by_role("heading", name="Storefront metrics")).to_be_visible()
    expect(tab.page.get_by_text("/api/analytics/dashboard-stats/")).to_be_visible()
    assert tab.complaints == []


@needs_chromium
@pytest.mark.parametrize(
    ("tab", "language"),
    [
        # Spanish on the phone, because its texts are the longer ones.
        ({"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}, "es"),
        ({"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}, "en"),
    ],
    ids=["phone, dark", "wide, light"],
    indirect=["tab"],
)
def test_page_is_accessible(tab: Tab, language: str) -> None:
    page = tab.sign_in(f"?lang={language}")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    for part in PARTS:
        page.locator(f"[name=part][value={part}]").check()
        violations = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(SCROLLED_SIDEWAYS) == []
        assert page.evaluate(TOO_SMALL_TO_TOUCH) == []
        assert page.evaluate(WRITTEN_OVER) == []
        assert page.evaluate(EMPTY_BESIDE) == []
        assert page.evaluate(NAMED_ALIKE) == []


@needs_chromium
@needs_nginx
@pytest.mark.parametrize("ending", ["", "/"], ids=["the proxy keeps the path", "the proxy takes it off"])
def test_page_works_below_a_path_of_another_site(
    small_shop: Shop, browser: Browser, tmp_path: Path, ending: str
) -> None:
    port = free_port()
    with small_shop.serving(NOW, root_path="/metrics", metrics_token=SECRET) as server:
        behind = str(server.client.base_url).rstrip("/")
        place = f"location /metrics/ {{ proxy_pass {behind}{ending}; }}"
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}/metrics/", follow_redirects=True)
        with client, nginx(f"server {{ listen {port}; access_log off; {place} }}", tmp_path, client):
            tab = Tab(browser.new_context(base_url=f"http://127.0.0.1:{port}"))
            page = tab.page
            page.goto(f"/metrics#token={token()}")
            expect(page.locator(".card h2 .term")).to_have_count(4)
            expect(page.locator("main")).to_have_attribute("aria-busy", "false")
            assert client.get("storefront.js").status_code == 200
            page.goto("/metrics/docs")
            expect(page.get_by_text("/api/analytics/dashboard-stats/")).to_be_visible()
            expect(page.get_by_role("combobox")).to_have_value("/metrics")
            assert tab.complaints == []
            assert [url for url in tab.asked if f":{port}/metrics" not in url and "data:" not in url] == []
            page.context.close()
        # What Prometheus asks the server itself is no part of the page.
        assert server.client.get("/metrics").status_code == 401


def test_pages_are_revalidated_and_assets_are_immutable(server: Server) -> None:
    for path in ("/", "/docs"):
        page = server.client.get(path)
        assert page.headers["Cache-Control"] == "no-cache"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        files = re.findall('(?:src|href)="(assets/[^"]+)"', page.text)
        assert files
        for name in files:
            file = server.client.get(f"/{name}")
            assert file.status_code == 200
            assert "immutable" in file.headers["Cache-Control"]
            assert (
                file.headers["X-Content-Type-Options"] == page.headers["X-Content-Type-Options"] == "nosniff"
            )
            assert (
                server.client.get(f"/{name}", headers={"If-None-Match": file.headers["ETag"]}).status_code
                == 304
            )


def test_translations_are_complete() -> None:
    page = ROOT / "serve" / "page"
    spanish, english = (json.loads((page / f"{language}.json").read_bytes()) for language in ("es", "en"))
    assert list(spanish) == list(english)


@needs_chromium
def test_missing_endpoint_hides_its_section(tab: Tab) -> None:
    refused = {"status": 404, "json": {"detail": "Not Found"}}
    tab.page.route(f"**{MONEY_AT_RISK}*", lambda route: route.fulfill(**refused))
    document = tab.page.request.get("/openapi.json").json()
    del document["components"]["schemas"]["MoneyAtRisk"]
    tab.page.route("**/openapi.json", lambda route: route.fulfill(json=document))
    page = tab.sign_in()
    expect(page.locator(".card h2 .term")).to_have_count(4)
    expect(page.locator("#wrong")).to_be_attached()
    assert page.locator("#risk").count() == 0


@needs_chromium
def test_section_without_a_layout_rule_has_full_width(tab: Tab) -> None:
    page = tab.sign_in("?part=why")
    expect(page.locator("#products")).to_be_visible()
    widths = page.evaluate(
        """() => {
            const part = document.querySelector("[data-part=why]");
            const section = part.appendChild(document.createElement("section"));
            section.id = "new";
            return [section.clientWidth, document.getElementById("products").clientWidth];
        }"""
    )
    assert widths[0] == widths[1] > 300
