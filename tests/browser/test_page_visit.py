"""A visit to the dashboard: signing in and out, choosing days, and automatic refresh."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.support.browser import NEWEST, Tab, needs_chromium, number
from tests.support.shop import (
    DASHBOARD,
    Server,
    Shop,
    authorized,
    event,
)
from tests.support.tokens import token

# What moved on the page without the reader's doing.
SHIFTS = """
globalThis.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) => [
  value, ...sources.map(({ node, previousRect, currentRect }) =>
    `${node?.id || node?.className || node?.nodeName} from ${previousRect.y} to ${currentRect.y}`),
]))).observe({ type: "layout-shift" });
"""


@needs_chromium
def test_link_token_leaves_the_url_and_filters_stay(tab: Tab) -> None:
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
def test_late_response_is_not_shown_after_signing_out(tab: Tab) -> None:
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
def test_date_range_can_be_chosen(tab: Tab, sample: Server) -> None:
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
def test_error_message_says_what_to_do(tab: Tab, with_token: str, said: str) -> None:
    page = tab.sign_in(with_token=with_token)
    expect(page.get_by_role("alert")).to_contain_text(said)
    page.get_by_label("Admin token").fill(authorized()["Authorization"].removeprefix("Bearer "))
    page.get_by_role("button", name="Show the dashboard").click()
    expect(page.locator(".card")).to_have_count(4)
    expect(page.get_by_role("alert")).to_be_hidden()


@needs_chromium
def test_late_401_is_ignored_after_signing_in_again(tab: Tab) -> None:
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
def test_page_warns_when_its_data_is_stale(tab: Tab, sample: Server) -> None:
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
def test_sale_recorded_for_an_open_deal_is_counted(shop: Shop, browser: Browser) -> None:
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
def test_open_page_refreshes_and_keeps_its_scroll_position(tab: Tab, sample: Server) -> None:
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
def test_reopened_page_shows_the_last_numbers_and_their_age(tab: Tab, sample: Server) -> None:
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
