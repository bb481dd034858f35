"""Orders and WhatsApp deals: which events belong together, and their outcomes."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support import reference_deals
from tests.support.random_logs import orders_and_deals
from tests.support.reference import differences
from tests.support.reference_marts import mart_differences
from tests.support.reference_orders import answer
from tests.support.shop import NOW, ORDERS, WHATSAPP, ZONE, Server, Shop, event


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return orders_and_deals(seed=7)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "2026-03-02", "end": "2026-03-02"},
        {"start": "2026-02-20", "end": "2026-03-07"},
        {"start": "2026-03-08"},
        {"end": "2026-03-05"},
        {"start": "2025-01-01", "end": "2025-01-02"},
    ],
)
def test_any_window_gives_the_answer_of_the_definitions(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str]
) -> None:
    given = busy.get(ORDERS, **query)
    assert given.status_code == 200, given.text
    assert differences(answer(events, NOW, ZONE, **query), given.json()) == []


@pytest.mark.parametrize("query", [{}, {"start": "2026-03-02", "end": "2026-03-02"}, {"start": "2026-02-20"}])
@pytest.mark.parametrize("hours", [0, 1, 29, 100])
def test_deal_states_depend_on_now(
    whole: Shop, events: list[dict[str, Any]], query: dict[str, str], hours: int
) -> None:
    now = NOW + timedelta(hours=hours)
    with whole.serving(now) as server:
        given = server.get(WHATSAPP, **query).json()
        for deal in given["open_deals"]:
            del deal["items"]
        assert differences(reference_deals.answer(events, now, ZONE, **query), given) == []


def test_marts_equal_the_definitions(whole: Shop, events: list[dict[str, Any]]) -> None:
    with whole.published() as published:
        assert mart_differences(published, events, ZONE) == []
        ((refunds, left),) = published.sql(
            "select count(*), min(net_revenue) from fct_orders where refunded_revenue > 0"
        ).fetchall()
    assert refunds and left >= 0


NO_ORDER_IDS = ["", " ", "undefined", "null", "NaN", "[object Object]", "(not set)", None]
CART = {"cart_items": "Gorra, Buzo ana@example.com", "total": 90000, "items_count": 2}
BUYERS = [event("purchase", "2026-02-07T10:00:00Z", browser, price=1) for browser in ("phone", "desk")]
REFUND = event("refund", "2026-03-06T12:00:00Z", order_id="7", metadata={"amount": 30}, idempotency_key="r")
CANCELLED = event("order_cancelled", "2026-03-06T12:00:00Z", idempotency_key="c")


@pytest.fixture(scope="module")
def odd_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A purchase for each text that is no order's id, and a cart whose items name a customer.

    Also two buyers and a refund, of which later files tell more. Tests of these build some tables once more.
    """
    shop = Shop(tmp_path_factory.mktemp("odd"))
    shop.land("first.ndjson", [*BUYERS, REFUND, REFUND, CANCELLED])
    shop.land(
        "a.ndjson",
        [
            *(
                event("purchase", "2026-03-07T10:00:00Z", f"s{number}", order_id=order_id, price=1)
                for number, order_id in enumerate(NO_ORDER_IDS)
            ),
            event("whatsapp_cart_click", "2026-03-08T10:00:00Z", user_id="ana@example.com", metadata=CART),
        ],
    )
    return shop.built()


def test_placeholder_order_id_joins_no_purchases(odd_shop: Shop) -> None:
    with odd_shop.published() as published:
        orders = "select count(*), count(order_id) from fct_orders where order_date = '2026-03-07'"
        assert published.sql(orders).fetchall() == [(8, 0)]


def test_open_deal_lists_its_items_and_no_personal_data(odd_shop: Shop) -> None:
    with odd_shop.serving(NOW) as server:
        given = server.get(WHATSAPP)
        (deal,) = given.json()["open_deals"]
        assert (deal["session_id"], deal["since"], deal["value"]) == ("s", "2026-03-08T10:00:00Z", 90000)
        assert deal["items"].startswith("address-") and "@" not in given.text


def test_login_in_a_later_file_merges_two_browsers_into_one_person(odd_shop: Shop) -> None:
    """Of the two orders, the second is no longer a first one."""
    orders = "select count(*), count(previous_ordered_at) from fct_orders where order_date = '2026-02-07'"
    assert odd_shop.query(orders) == [(2, 0)]
    at = "2026-02-07T11:00:00Z"
    logins = [event("page_view", at, browser, user_id="ana@example.com") for browser in ("phone", "desk")]
    odd_shop.land("logins.ndjson", logins)
    assert odd_shop.built("fct_orders").query(orders) == [(2, 1)]


def test_refund_counts_once_its_order_is_known_and_is_reported_until_then(odd_shop: Shop) -> None:
    defects = "select event_type, events from mart_data_quality where defect = 'unknown_order' order by 1"
    assert odd_shop.query(defects) == [("order_cancelled", 1), ("refund", 1)]
    assert odd_shop.query("from fct_refunds") == []
    lines = [
        event("purchase", f"2026-03-0{day}T10:00:00Z", f"s{day}", order_id="7", price=20) for day in (5, 6)
    ]
    odd_shop.land("lines.ndjson", lines)
    odd_shop.built("mart_data_quality", "mart_orders")
    assert odd_shop.query(defects) == [("order_cancelled", 1)]
    order = "select lines, gross_revenue, net_revenue from fct_orders where order_id = '7'"
    assert odd_shop.query(order) == [(2, 40, 10)]
    day = "select orders, refunded_revenue, net_revenue from mart_orders where event_date = '2026-03-05'"
    assert odd_shop.query(day) == [(1, 30, 10)]
