"""The pages in a real browser: Debian's Chromium, driven by playwright."""

import csv
import json
import re
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Route, expect

from pipeline.paths import ROOT
from serve.answer_settings import AnswerSettings
from tests.support.browser import NEWEST, Tab, field, needs_chromium, number
from tests.support.nginx import needs_nginx, nginx
from tests.support.shop import (
    ATTRIBUTION,
    CARTS,
    DASHBOARD,
    FUNNEL,
    MONEY_AT_RISK,
    NOW,
    ORDERS,
    RFM,
    SECRET,
    WHATSAPP,
    Server,
    Shop,
    authorized,
    event,
    free_port,
)
from tests.support.tokens import token

# Drawn below the cards and in them.
NUMBERS, TABLES = 71, 22
SPARK_FOOT = 34.0  # Pixels from the top of a card's line to where 0 lies.
# What moved on the page without the reader's doing.
SHIFTS = """
globalThis.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) => [
  value, ...sources.map(({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className || node?.nodeName} from ${previousRect.y} to ${currentRect.y}`),
]))).observe({ type: "layout-shift" });
"""
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
  const texts = [...chart.querySelectorAll("text")].map((each) => [each.textContent, each.getBoundingClientRect()]);
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
PARTS = ("overview", "why", "carts", "customers")
CHANGED = "The page draws more or less than before. If nothing is gone, change NUMBERS or TABLES."
CARDS = ("total_revenue", "total_sales", "average_order_value", "abandonment_rate")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample shop, at the moment of its newest event."""
    shop = Shop(tmp_path_factory.mktemp("sample"), raw_events=ROOT / "seeds" / "sample_events.csv").built()
    with shop.serving(NEWEST) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, sample: Server, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab that may ask nobody but the server, and whose console stays empty but for refusals."""
    address = str(sample.client.base_url)
    context = browser.new_context(base_url=address, **getattr(request, "param", {}))
    tab = Tab(context)
    yield tab
    context.close()
    assert [line for line in tab.complaints if "Failed to load resource" not in line] == []
    assert [url for url in tab.asked if not url.startswith((address, f"blob:{address}", "data:"))] == []


@needs_chromium
def test_the_documentation_needs_no_other_host(tab: Tab) -> None:
    tab.page.goto("/docs")
    expect(tab.page.get_by_role("heading", name="Storefront metrics")).to_be_visible()
    expect(tab.page.get_by_text("/api/analytics/dashboard-stats/")).to_be_visible()
    assert tab.complaints == []


@needs_chromium
@pytest.mark.parametrize("mode", ["total", "unique"])
def test_every_number_on_the_page_is_that_of_the_json(tab: Tab, sample: Server, mode: str) -> None:
    page = tab.sign_in(f"?lang=en&mode={mode}&part=why")
    expect(page.locator("table[data-field=trend]")).to_be_attached()
    for source in page.locator(".unfold").all():
        source.click()
    answer = sample.stats(mode=mode, include="trend,names") | sample.get(MONEY_AT_RISK).json()
    for name, path in {"orders": ORDERS, "carts": CARTS, "deals": WHATSAPP}.items():
        answer[name] = sample.get(path).json()
    last = datetime.fromisoformat(answer["events_timeline"][-1]["date"])
    days = {"start": f"{last - timedelta(days=6):%Y-%m-%d}", "end": f"{last:%Y-%m-%d}"}
    answer["strict"] = sample.get(FUNNEL, order="strict", **days).json()
    attribution = sample.get(ATTRIBUTION, include="paths,campaigns", **days).json()
    attribution["compared"] = [
        {
            model: next((each["revenue"] for each in theirs if each["name"] == row["name"]), 0)
            for model, theirs in attribution["models"].items()
        }
        for row in attribution["rows"][:5]
    ]
    attribution["rows"] = [each for row in attribution["rows"] for each in (row, *campaigns_of(row))]
    answer["attribution"] = attribution
    answer["rfm"] = sample.get(RFM, end=days["end"]).json()
    answer["earlierRfm"] = sample.get(RFM, end=f"{last - timedelta(days=30):%Y-%m-%d}").json()
    numbers = tab.numbers()
    assert len(numbers) == NUMBERS, CHANGED
    assert {path: number(text) for path, text in numbers.items()} == {
        path: field(answer, path) for path in numbers
    }
    tables = page.locator("main table")
    assert tables.count() == TABLES, CHANGED
    for table in tables.all():
        rows = field(answer, str(table.get_attribute("data-field")))
        keys = [cell.get_attribute("data-key") for cell in table.locator("thead th").all()]
        for row, line in zip(rows, table.locator("tbody tr").all(), strict=True):
            cells = line.locator("th, td").all_text_contents()
            for key, text in list(zip(keys, cells, strict=True))[1:]:
                if key in ("order_id", "source", "items", "session_id", "hour"):
                    assert text.startswith(row[key] or "—")
                elif key == "furthest_step":
                    assert text.lower() == row[key]
                else:
                    assert number(text) == field(row, str(key))
    for name in ("top_products", "top_viewed_products"):
        named = page.locator(f"table[data-field={name}] tbody th").all_text_contents()
        assert named == [answer["names"][product["slug"]] for product in answer[name]]
    assert page.locator("#whatsapp .sessions code").all_text_contents() == answer["whatsapp_sessions_list"]
    assert tab.complaints == []


def campaigns_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """What is shown below a source."""
    named = any(campaign["name"] != "(none)" for campaign in row["campaigns"])
    return row["campaigns"] if named else []


@needs_chromium
def test_the_reader_chooses_how_visits_share_an_order(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&part=why")
    for name, model in (("Last not direct", "last_non_direct"), ("First visit", "first")):
        page.locator("#channels").get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")
        last = datetime.fromisoformat(sample.stats()["events_timeline"][-1]["date"])
        days = {"start": f"{last - timedelta(days=6):%Y-%m-%d}", "end": f"{last:%Y-%m-%d}"}
        rows = sample.get(ATTRIBUTION, model=model, include="campaigns", **days).json()["rows"]
        table = page.locator("[data-field='attribution.rows']")
        unfold = table.get_by_role("button", name="google")
        if name == "Last not direct":
            unfold.click()
        # Another model leaves unfolded what was.
        expect(unfold).to_have_attribute("aria-expanded", "true")
        shown = [
            (each.locator("th").text_content(), number(each.locator("td").nth(2).text_content() or ""))
            for each in table.locator("tbody tr").all()
        ]
        assert shown == [
            (each["name"], each["revenue"])
            for row in rows
            for each in (row, *(campaigns_of(row) if row["name"] == "google" else []))
        ]
        assert len(shown) > len(rows)
    unfold.click()
    expect(table.locator("tbody tr")).to_have_count(len(rows))
    assert "model=first" in page.url


@needs_chromium
def test_the_charts_draw_the_days_of_the_json_and_can_be_saved(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&part=customers")
    expect(page.locator("#timeline .chart")).to_have_count(2)
    answer = sample.stats()
    for chart, name in zip(
        page.locator("#timeline .chart").all(), ("events_timeline", "errors_timeline"), strict=True
    ):
        measures = [*answer["event_counts"]] if name == "events_timeline" else [*answer[name][0]][1:]
        for line, measure in zip(chart.locator("polyline").all(), measures, strict=True):
            counts = [day[measure] for day in answer[name]]
            assert shares(heights(line)) == pytest.approx(shares(counts), abs=0.01)
    with page.expect_download() as saved:
        page.locator("#timeline").get_by_role("button", name="PNG").first.click()
    assert saved.value.suggested_filename == "events_timeline.png"
    picture = saved.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1600, 816)
    assert tab.complaints == []


def heights(line: Locator) -> list[float]:
    """How high each point of a line lies above its foot, in pixels."""
    points = [float(point.split(",")[1]) for point in (line.get_attribute("points") or "").split(" ")]
    feet: list[float] = line.evaluate(
        "line => [...line.parentNode.querySelectorAll('.grid')].map(each => Number(each.getAttribute('y1')))"
    )
    foot = min(foot for foot in feet if foot >= max(points)) if feet else SPARK_FOOT
    return [foot - point for point in points]


def shares(values: list[float]) -> list[float]:
    """Each value as a share of the largest."""
    return [value / (max(values) or 1) for value in values]


@needs_chromium
def test_the_cards_show_how_each_day_went_in_the_numbers_of_that_day(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator(".spark polyline")).to_have_count(4)
    dates = [day["date"] for day in sample.stats()["events_timeline"]][1:]
    answers = [sample.stats(start=date, end=date) for date in dates]
    for line, name in zip(page.locator(".spark polyline").all(), CARDS, strict=True):
        assert shares(heights(line)) == pytest.approx(shares([answer[name] for answer in answers]), abs=0.02)
    asked = [url for url in tab.asked if DASHBOARD in url]
    assert len(asked) == 1


@needs_chromium
def test_a_point_of_a_chart_is_read_by_hovering_by_tapping_and_by_the_keys(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    days = sample.stats(include="trend")["trend"][1:]
    spark, reading = page.locator(".spark").nth(1), page.locator(".reading:visible")

    def said(index: int) -> str:
        day = datetime.fromisoformat(days[index]["date"])
        return f"{day:%a %b} {day.day} {days[index]['total_sales']}"

    spark.hover(position={"x": 7, "y": 20})
    expect(reading).to_have_text(said(0))
    page.mouse.move(0, 0)
    expect(reading).to_have_count(0)
    spark.focus()
    expect(reading).to_have_text(said(-1))
    page.keyboard.press("ArrowLeft")
    expect(reading).to_have_text(said(-2))
    page.keyboard.press("Home")
    expect(reading).to_have_text(said(0))
    day, _, sales = said(0).rpartition(" ")
    expect(spark).to_have_attribute("aria-valuetext", f"{day}: {sales}")
    page.keyboard.press("Tab")
    spark.dispatch_event("pointerdown", {"clientX": 0})
    expect(reading.first).to_have_text(said(0))


@needs_chromium
def test_a_note_beside_the_revenue_tells_of_sales_whose_price_cannot_be_read(
    tab: Tab, sample: Server
) -> None:
    page = tab.sign_in()
    note = page.locator(".card", has=page.locator("[data-field=total_revenue]")).locator(".note")
    expect(note).to_have_text("Sales with a price that cannot be read, which count as 0: 1")
    expect(page.locator(".note")).to_have_count(1)
    page.goto("/?lang=es&start=2026-02-15&end=2026-02-15")
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".note")).to_have_count(0)


@needs_chromium
def test_the_cards_say_how_they_changed(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator(".card")).to_have_count(4)
    answer = sample.stats(compare="previous")
    changes = page.locator(".change").all_text_contents()
    for name, change in zip(CARDS, changes, strict=True):
        difference, unit = answer[name] - answer["previous"][name], "points"
        if name != "abandonment_rate":
            difference, unit = 100 * difference / answer["previous"][name], "%"
        sign, direction = ("▲ +", "more") if difference > 0 else ("▼ −", "less")
        assert change == f"{sign}{abs(difference):.1f} {unit} {direction} than in the same time before"
    page.goto("/?lang=en&start=2026-02-15&end=2026-02-15")
    expect(page.locator(".change").nth(1)).to_have_text("▲ +1 more than in the same time before")
    expect(page.locator(".change").nth(2)).to_have_text("Nothing before to compare with")
    page.goto("/?lang=en&start=2025-12-08&end=2025-12-10")
    expect(page.locator(".change").first).to_be_visible()
    assert page.locator(".change").all_text_contents() == ["Nothing before to compare with"] * 4


@needs_chromium
def test_a_long_window_is_drawn_by_the_day(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&days=90")
    expect(page.locator("table[data-field=trend] tbody tr")).to_have_count(90)
    points = page.locator(".spark polyline").first.get_attribute("points") or ""
    assert len(points.split(" ")) == 90


@needs_chromium
def test_a_table_can_be_saved_as_csv_and_sorted(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&part=why")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    table = page.locator('table[data-field="product_performance"]')
    for _ in range(2):
        table.get_by_role("button", name="Purchases").click()
    purchases = [int(text) for text in table.locator("tbody tr td:nth-child(4)").all_text_contents()]
    assert purchases == sorted(product["purchases"] for product in sample.stats()["product_performance"])
    with page.expect_download() as saved:
        page.locator("figure", has=table).get_by_role("button", name="CSV").click()
    lines = list(csv.DictReader(saved.value.path().open(encoding="utf-8-sig", newline="")))
    assert [int(line["purchases"]) for line in lines] == purchases


@needs_chromium
def test_what_is_saved_as_csv_runs_in_no_spreadsheet(shop: Shop, browser: Browser) -> None:
    slugs = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("https://evil.example";"x")', "＝1+1", "\ufeff=1"]
    views = (event("product_view", "2026-03-08T10:00:00Z", product_slug=slug) for slug in slugs)
    shop.land("a.ndjson", views)
    with shop.built().serving(NEWEST) as server:
        page = Tab(browser.new_context(base_url=str(server.client.base_url))).sign_in("?part=why")
        table = page.locator('table[data-field="product_performance"]')
        with page.expect_download() as saved:
            page.locator("figure", has=table).get_by_role("button", name="CSV").click()
        lines = list(csv.DictReader(saved.value.path().open(encoding="utf-8-sig", newline="")))
        page.context.close()
    assert sorted(line["name"] for line in lines) == sorted(f"'{slug}" for slug in slugs)


@needs_chromium
def test_money_is_written_in_the_currency_of_the_shop_and_large_numbers_are_short(
    shop: Shop, browser: Browser
) -> None:
    sold = {"product_slug": "gorra", "product_name": "Gorra azul"}
    shop.land(
        "a.ndjson",
        [
            event("purchase", "2026-03-08T10:00:00Z", price=12_345_600, order_id="A", **sold),
            event("purchase", "2026-03-07T10:00:00Z", price=78.5, order_id="B", **sold),
        ],
    )
    with shop.built().serving(NEWEST, answers=AnswerSettings(currency="EUR")) as server:
        page = Tab(browser.new_context(base_url=str(server.client.base_url))).sign_in("?lang=es")
        revenue = page.locator(".card", has=page.locator("[data-field=total_revenue]")).locator(".value")
        expect(revenue.get_by_role("button")).to_have_text("€12,3\u00a0M")
        revenue.get_by_role("button").focus()
        expect(page.get_by_role("tooltip")).to_have_text("€\u00a012.345.678,50")
        amounts = page.locator("table[data-field='orders.last_orders'] tbody td:nth-child(3)")
        expect(amounts).to_have_text(["€\u00a012.345.600,00", "€\u00a078,50"])
        page.context.close()


@needs_chromium
def test_the_token_of_a_link_leaves_the_address_and_the_choice_stays_in_it(tab: Tab) -> None:
    page = tab.sign_in()
    expect(page.locator(".card")).to_have_count(4)
    assert "token" not in page.url
    page.get_by_label("30 days").check()
    page.get_by_role("radio", name="Sessions").check()
    page.get_by_role("radio", name="Customers and days").check()
    expect(page.locator("#timeline table").first.locator("tbody tr")).to_have_count(30)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    assert page.url.endswith("/?days=30&mode=unique&model=last_non_direct&lang=en&part=customers")
    shown = tab.numbers()
    page.reload()
    expect(page.locator("#timeline")).to_be_visible()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    assert tab.numbers() == shown
    page.get_by_text("Sign out").click()
    expect(page.get_by_label("Admin token")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)


@needs_chromium
def test_an_answer_that_comes_after_signing_out_is_not_shown(tab: Tab) -> None:
    page = tab.sign_in()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    late: list[Route] = []
    page.route("**/dashboard-stats/?*", lambda route: late.append(route), times=1)
    with page.expect_request("**/dashboard-stats/?*"):
        page.get_by_role("radio", name="Sessions").check()
    page.get_by_text("Sign out").click()
    expect(page.get_by_label("Admin token")).to_be_visible()
    for route in late:
        route.continue_()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".card")).to_have_count(0)


@needs_chromium
def test_a_range_of_days_may_be_chosen(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&start=2026-03-01&end=2026-03-03")
    expect(page.locator(".card")).to_have_count(4)
    assert (
        number(tab.numbers()["total_sales"])
        == sample.stats(start="2026-03-01", end="2026-03-03")["total_sales"]
    )
    page.get_by_role("textbox", name="To").fill("2026-02-01")
    expect(page.get_by_role("alert")).to_have_text("start must not lie after end.")


@needs_chromium
@pytest.mark.parametrize(
    ("with_token", "said"), [("nonsense", "has expired"), (token(is_admin=False), "is not an admin's")]
)
def test_a_refusal_says_what_to_do(tab: Tab, with_token: str, said: str) -> None:
    page = tab.sign_in(with_token=with_token)
    expect(page.get_by_role("alert")).to_contain_text(said)
    page.get_by_label("Admin token").fill(authorized()["Authorization"].removeprefix("Bearer "))
    page.get_by_role("button", name="Show the dashboard").click()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.get_by_role("alert")).to_be_hidden()


@needs_chromium
def test_a_refusal_that_comes_after_signing_in_again_is_not_shown(tab: Tab) -> None:
    page, late = tab.page, list[Route]()

    def keep_nonsense(route: Route) -> None:
        if route.request.headers["authorization"] != "Bearer nonsense":
            route.continue_()
        elif DASHBOARD in route.request.url:
            late.append(route)

    page.route("**/api/analytics/*/?*", keep_nonsense)
    tab.sign_in(with_token="nonsense")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    with page.expect_request("**/dashboard-stats/?*"):
        page.clock.run_for(30_000)
    late[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("has expired")
    page.get_by_label("Admin token").fill(token())
    page.get_by_role("button", name="Show the dashboard").click()
    expect(page.locator(".card")).to_have_count(4)
    with page.expect_response(lambda response: response.status == 401):
        late[1].continue_()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".card").first).to_be_visible()


@needs_chromium
def test_a_page_says_when_its_numbers_are_old(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator(".card")).to_have_count(4)
    sample.now = datetime.now(UTC) + timedelta(days=2)
    try:
        page.clock.run_for(2_000)
        expect(page.get_by_role("alert")).to_contain_text("No new data has come in since")
    finally:
        sample.now = NEWEST
    page.clock.run_for(2_000)
    expect(page.get_by_role("alert")).to_be_hidden()


@needs_chromium
def test_a_sale_that_is_recorded_beside_an_open_deal_is_counted(shop: Shop, browser: Browser) -> None:
    clicked_at = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    shop.land("a.ndjson", [event("whatsapp_cart_click", clicked_at, "visitor", metadata={"total": 90_000})])
    with shop.built().serving(tracked_events=shop.landing) as server:
        # A headless browser is a robot, and its events are quarantined.
        context = browser.new_context(
            base_url=str(server.client.base_url),
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        tab = Tab(context)
        page = tab.sign_in()
        answers = iter(["nothing", "80.000,50"])
        page.on("dialog", lambda dialog: dialog.accept(next(answers)))
        page.get_by_role("button", name="Record sale visitor").click()
        expect(page.get_by_text("Recorded", exact=True)).to_be_visible()
        page.get_by_role("radio", name="Español").focus()
        page.keyboard.press("Space")
        expect(page.get_by_text("Registrada", exact=True)).to_be_visible()
        while not any(shop.landing.glob("tracked/[!.]*")):
            time.sleep(0.05)
        shop.built()
        server.follows()
        page.clock.run_for(30_000)
        expect(page.locator("[data-field='deals.won.amount']")).to_have_text("$\u00a080.000,50")
        numbers = tab.numbers()
        assert (numbers["deals.won.deals"], numbers["deals.open.deals"]) == ("1", "0")
        page.context.close()
    assert tab.complaints == []


@needs_chromium
def test_a_page_left_open_follows_the_shop_and_keeps_its_place(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&part=customers")
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    before = tab.numbers()
    page.locator("#timeline summary").first.click()
    page.locator("#timeline").evaluate("section => scrollTo({ top: section.offsetTop, behavior: 'instant' })")
    place = "document.getElementById('timeline').getBoundingClientRect().top"
    assert page.evaluate(place) == 0
    page.evaluate(SHIFTS)
    page.context.set_offline(True)
    page.clock.run_for(30_000)
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    assert tab.numbers() == before
    page.context.set_offline(False)
    page.clock.run_for(30_000)
    expect(page.get_by_role("alert")).to_be_hidden()
    # As nginx answers while the server behind it is away.
    asked = "**/api/analytics/*/?*"
    page.route(asked, lambda route: route.fulfill(status=502, content_type="text/html", body="<html>"))
    page.clock.run_for(30_000)
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    page.unroute(asked)
    sample.now = datetime(2026, 3, 9, 15, 4, 5, tzinfo=UTC)
    try:
        page.clock.run_for(30_000)
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.locator("table[data-field=trend]")).to_contain_text("Mon Mar 9")
        assert number(tab.numbers()["total_sales"]) == sample.stats()["total_sales"]
    finally:
        sample.now = NEWEST
    assert tab.numbers() != before
    assert page.evaluate(place) == 0
    assert page.evaluate("shifts") == []
    expect(page.locator("#timeline table").first).to_be_visible()


@needs_chromium
@pytest.mark.parametrize(
    ("language", "name", "key"), [("en", "Revenue", "description"), ("es", "Ingresos", "x-description-es")]
)
def test_a_number_explains_itself_in_the_words_of_the_api(
    tab: Tab, sample: Server, language: str, name: str, key: str
) -> None:
    page = tab.sign_in(f"?lang={language}")
    page.get_by_role("button", name=name, exact=True).focus()
    schemas = sample.client.get("/openapi.json").json()["components"]["schemas"]
    field = schemas["DashboardStats"]["properties"]["total_revenue"]
    expect(page.get_by_role("tooltip")).to_have_text(field[key])


@needs_chromium
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "tab",
    [
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
        {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    ],
    ids=["phone, dark", "wide, light"],
    indirect=True,
)
def test_the_page_is_fit_for_everybody(tab: Tab, language: str) -> None:
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
def test_a_page_that_is_opened_again_shows_the_last_numbers_with_their_age(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    before = tab.numbers()
    page.route("**/api/analytics/*/?*", lambda route: route.abort())
    page.clock.run_for(60_000)
    page.reload()
    expect(page.locator("#age")).to_contain_text("These numbers are 1 minute old.")
    assert tab.numbers() == before
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/api/analytics/*/?*")
    page.clock.run_for(30_000)
    expect(page.locator("#age")).to_be_hidden()
    page.reload()
    expect(page.locator(".card h2 .term")).to_have_count(4)
    page.get_by_text("Sign out").click()
    assert page.evaluate("localStorage.length") == 0


@needs_chromium
def test_days_without_a_visit_are_said_to_be_so_in_every_part(tab: Tab) -> None:
    page = tab.sign_in("?lang=en&start=2020-01-01&end=2020-01-02")
    for part in PARTS:
        page.locator(f"[name=part][value={part}]").check()
        expect(page.get_by_text("Nobody visited on these days.")).to_be_visible()


@needs_chromium
def test_all_that_is_on_the_page_can_be_saved_and_printed(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Everything as CSV").click()
    lines = list(csv.reader(saved.value.path().open(encoding="utf-8-sig", newline="")))
    answer = sample.stats()
    (revenue,) = (line[1] for line in lines if line[:1] == ["Revenue"] and len(line) == 2)
    assert float(revenue) == answer["total_revenue"]
    assert ["Carts recovered", f"{sample.get(CARTS).json()['recovery_rate']:g}"] in lines
    for product in answer["product_performance"]:
        assert [product["name"], str(product["views"])] in [line[:2] for line in lines]
    titles = page.locator("section h2[id]").all_text_contents()
    assert [line[0] for line in lines if len(line) == 1 and line[0] in titles] == titles
    page.emulate_media(media="print")
    for part in PARTS:
        expect(page.locator(f"[data-part={part}]")).to_be_visible()
    expect(page.locator("#timeline .chart").first).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


@needs_chromium
def test_no_rate_is_above_100_but_where_that_is_explained(shop: Shop, browser: Browser) -> None:
    """As the first shop writes: a purchase for each line of an order, and no steps of the payment."""
    steps = ("page_view", "product_view", "add_to_cart", "begin_checkout")
    begun = [event(step, f"2026-03-08T09:0{minute}:00Z", "a") for minute, step in enumerate(steps)]
    lines = [
        event("purchase", f"2026-03-08T09:04:0{number}Z", "a", product_slug=f"p{number}", order_id="1")
        for number in range(3)
    ]
    viewed = event("product_view", "2026-03-08T09:01:00Z", "a", product_slug="p1")
    shop.land("a.ndjson", [*begun, *lines, viewed, {**lines[1], "idempotency_key": "again"}])
    with shop.built().serving(NEWEST) as server:
        page = Tab(browser.new_context(base_url=str(server.client.base_url))).sign_in("?lang=en&part=why")
        expect(page.locator("#funnel .steps li")).to_have_count(5)
        assert page.locator("#funnel .rate b").all_text_contents() == ["100.0 %"] * 4
        expect(page.locator("#funnel .persons")).to_contain_text("Orders on these days: 1")
        expect(page.locator("#payment")).to_contain_text("No such event came on these days")
        expect(page.locator("#products")).to_contain_text(
            "It is above 100 % where something was bought more often"
        )
        page.locator("#funnel summary").click()
        expect(page.locator("[data-field='conversion_rates.checkout_to_purchase']")).to_have_text("400.0 %")
        expect(page.locator("#funnel details")).to_contain_text("A purchase event is a line of an order")
        page.get_by_role("radio", name="Carts and WhatsApp").check()
        red = page.locator("#wrong dd").first
        assert red.evaluate("one => getComputedStyle(one).color === getComputedStyle(document.body).color")
        page.context.close()


@needs_chromium
@needs_nginx
@pytest.mark.parametrize("ending", ["", "/"], ids=["the proxy keeps the path", "the proxy takes it off"])
def test_all_works_below_a_path_of_another_site(
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


def test_pages_are_asked_for_again_and_their_files_never(server: Server) -> None:
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


def test_every_word_is_there_in_both_languages() -> None:
    page = ROOT / "serve" / "page"
    spanish, english = (json.loads((page / f"{language}.json").read_bytes()) for language in ("es", "en"))
    assert list(spanish) == list(english)


@needs_chromium
def test_an_endpoint_that_this_server_lacks_leaves_its_section_out(tab: Tab) -> None:
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
def test_a_section_that_no_rule_places_has_the_whole_width(tab: Tab) -> None:
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
