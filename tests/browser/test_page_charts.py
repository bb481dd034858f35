"""The charts of the dashboard, and what can be saved and printed."""

import csv
import struct
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.browser import CARDS, NEWEST, PARTS, Tab, needs_chromium
from tests.support.shop import (
    CARTS,
    DASHBOARD,
    Server,
    Shop,
    event,
)

SPARK_FOOT = 34.0  # Pixels from the top of a card's line to where 0 lies.


@needs_chromium
def test_charts_show_the_days_of_the_response_and_can_be_saved(tab: Tab, sample: Server) -> None:
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
def test_cards_show_a_sparkline_of_daily_values(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator(".spark polyline")).to_have_count(4)
    dates = [day["date"] for day in sample.stats()["events_timeline"]][1:]
    answers = [sample.stats(start=date, end=date) for date in dates]
    for line, name in zip(page.locator(".spark polyline").all(), CARDS, strict=True):
        assert shares(heights(line)) == pytest.approx(shares([answer[name] for answer in answers]), abs=0.02)
    asked = [url for url in tab.asked if DASHBOARD in url]
    assert len(asked) == 1


@needs_chromium
def test_chart_points_can_be_read_by_mouse_touch_and_keyboard(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    days = sample.stats(include="trend")["trend"][1:]
    spark, reading = page.locator(".spark").nth(1), page.locator(".reading:visible")

    def reading_text(index: int) -> str:
        day = datetime.fromisoformat(days[index]["date"])
        return f"{day:%a %b} {day.day} {days[index]['total_sales']}"

    spark.hover(position={"x": 7, "y": 20})
    expect(reading).to_have_text(reading_text(0))
    page.mouse.move(0, 0)
    expect(reading).to_have_count(0)
    spark.focus()
    expect(reading).to_have_text(reading_text(-1))
    page.keyboard.press("ArrowLeft")
    expect(reading).to_have_text(reading_text(-2))
    page.keyboard.press("Home")
    expect(reading).to_have_text(reading_text(0))
    day, _, sales = reading_text(0).rpartition(" ")
    expect(spark).to_have_attribute("aria-valuetext", f"{day}: {sales}")
    page.keyboard.press("Tab")
    spark.dispatch_event("pointerdown", {"clientX": 0})
    expect(reading.first).to_have_text(reading_text(0))


@needs_chromium
def test_charts_of_a_long_window_have_one_point_per_day(tab: Tab, sample: Server) -> None:
    page = tab.sign_in("?lang=en&days=90")
    expect(page.locator("table[data-field=trend] tbody tr")).to_have_count(90)
    points = page.locator(".spark polyline").first.get_attribute("points") or ""
    assert len(points.split(" ")) == 90


@needs_chromium
def test_table_can_be_sorted_and_saved_as_csv(tab: Tab, sample: Server) -> None:
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
def test_saved_csv_contains_no_spreadsheet_formulas(shop: Shop, browser: Browser) -> None:
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
def test_whole_page_can_be_saved_and_printed(tab: Tab, sample: Server) -> None:
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
