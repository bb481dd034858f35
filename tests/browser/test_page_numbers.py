"""Each number on the dashboard equals the JSON, in each mode, currency and language."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from serve.response_settings import ResponseSettings
from tests.support.browser import CARDS, NEWEST, PARTS, Tab, field, needs_chromium, number
from tests.support.shop import (
    ATTRIBUTION,
    CARTS,
    FUNNEL,
    MONEY_AT_RISK,
    ORDERS,
    RFM,
    WHATSAPP,
    Server,
    Shop,
    event,
)

# Drawn below the cards and in them.
NUMBERS, TABLES = 71, 22
CHANGED = "The page draws more or less than before. If nothing is gone, change NUMBERS or TABLES."


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
def test_attribution_model_can_be_chosen(tab: Tab, sample: Server) -> None:
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
            (each["name"].replace("(none)", "(no campaign)"), each["revenue"])
            for row in rows
            for each in (row, *(campaigns_of(row) if row["name"] == "google" else []))
        ]
        assert len(shown) > len(rows)
    unfold.click()
    expect(table.locator("tbody tr")).to_have_count(len(rows))
    assert "model=first" in page.url


@needs_chromium
def test_note_beside_the_revenue_counts_sales_with_unreadable_prices(tab: Tab, sample: Server) -> None:
    page = tab.sign_in()
    note = page.locator(".card", has=page.locator("[data-field=total_revenue]")).locator(".note")
    expect(note).to_have_text("Sales with a price that cannot be read, which count as 0: 1")
    expect(page.locator(".note")).to_have_count(1)
    page.goto("/?lang=es&start=2026-02-15&end=2026-02-15")
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".note")).to_have_count(0)


@needs_chromium
def test_cards_show_the_change_from_the_previous_window(tab: Tab, sample: Server) -> None:
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


SOLD = {"product_slug": "gorra", "product_name": "Gorra azul"}
LARGE_ORDERS = [
    event("purchase", "2026-03-08T10:00:00Z", price=12_345_600, order_id="A", **SOLD),
    event("purchase", "2026-03-07T10:00:00Z", price=78.5, order_id="B", **SOLD),
]
# As the first shop writes: a purchase for each line of an order, and no steps of the payment.
STEPS = ("page_view", "product_view", "add_to_cart", "begin_checkout")
ORDER_OF_THREE_LINES = [
    *(event(step, f"2026-02-08T09:0{minute}:00Z", "a") for minute, step in enumerate(STEPS)),
    event("product_view", "2026-02-08T09:01:00Z", "a", product_slug="p1"),
    *(
        event("purchase", f"2026-02-08T09:04:0{line}Z", "a", product_slug=slug, order_id="1")
        for line, slug in enumerate(("p0", "p1", "p1", "p2"))
    ),
]


@pytest.fixture(scope="module")
def shop_of_two_windows(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("two windows"))
    shop.land("a.ndjson", [*LARGE_ORDERS, *ORDER_OF_THREE_LINES])
    return shop.built()


@needs_chromium
def test_money_has_the_shops_currency_and_large_numbers_are_abbreviated(
    shop_of_two_windows: Shop, browser: Browser
) -> None:
    euros = ResponseSettings(currency="EUR")
    with shop_of_two_windows.serving(NEWEST, responses=euros) as server:
        page = Tab(browser.new_context(base_url=str(server.client.base_url))).sign_in("?lang=es")
        revenue = page.locator(".card", has=page.locator("[data-field=total_revenue]")).locator(".value")
        expect(revenue.get_by_role("button")).to_have_text("€12,3\u00a0M")
        revenue.get_by_role("button").focus()
        expect(page.get_by_role("tooltip")).to_have_text("€\u00a012.345.678,50")
        amounts = page.locator("table[data-field='orders.last_orders'] tbody td:nth-child(3)")
        expect(amounts).to_have_text(["€\u00a012.345.600,00", "€\u00a078,50"])
        page.context.close()


@needs_chromium
@pytest.mark.parametrize(
    ("language", "name", "key"), [("en", "Revenue", "description"), ("es", "Ingresos", "x-description-es")]
)
def test_tooltips_use_the_descriptions_of_the_api(
    tab: Tab, sample: Server, language: str, name: str, key: str
) -> None:
    page = tab.sign_in(f"?lang={language}")
    page.get_by_role("button", name=name, exact=True).focus()
    schemas = sample.client.get("/openapi.json").json()["components"]["schemas"]
    field = schemas["DashboardStats"]["properties"]["total_revenue"]
    expect(page.get_by_role("tooltip")).to_have_text(field[key])


@needs_chromium
def test_no_rate_is_above_100_but_where_that_is_explained(
    shop_of_two_windows: Shop, browser: Browser
) -> None:
    with shop_of_two_windows.serving(NEWEST) as server:
        tab = Tab(browser.new_context(base_url=str(server.client.base_url)))
        page = tab.sign_in("?lang=en&part=why&start=2026-02-08&end=2026-02-08")
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
def test_every_part_of_the_page_says_when_there_were_no_visits(tab: Tab) -> None:
    page = tab.sign_in("?lang=en&start=2020-01-01&end=2020-01-02")
    for part in PARTS:
        page.locator(f"[name=part][value={part}]").check()
        expect(page.get_by_text("Nobody visited on these days.")).to_be_visible()
