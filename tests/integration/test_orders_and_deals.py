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


def test_login_in_a_later_file_merges_two_browsers_into_one_person(shop: Shop) -> None:
    sale = "2026-03-07T10:00:00Z"
    shop.land(
        "a.ndjson", [event("purchase", sale, "phone", price=1), event("purchase", sale, "desk", price=1)]
    )
    first_orders = "select count(*) from fct_orders where previous_ordered_at is null"
    assert shop.built().query(first_orders) == [(2,)]
    logins = [
        event("page_view", "2026-03-07T11:00:00Z", browser, user_id="ana@example.com")
        for browser in ("phone", "desk")
    ]
    shop.land("b.ndjson", logins)
    assert shop.built("fct_orders").query(first_orders) == [(1,)]


def test_refund_counts_once_its_order_is_known_and_is_reported_until_then(shop: Shop) -> None:
    paid_back = [
        event("refund", "2026-03-07T12:00:00Z", order_id="7", metadata={"amount": 30}, idempotency_key="r"),
        event("order_cancelled", "2026-03-07T12:00:00Z", idempotency_key="c"),
    ]
    defects = "select event_type, events from mart_data_quality where defect = 'unknown_order' order by 1"
    shop.land("refunds.ndjson", [*paid_back, paid_back[0]])
    assert shop.built().query(defects) == [("order_cancelled", 1), ("refund", 1)]
    assert shop.query("from fct_refunds") == []
    lines = [
        event("purchase", f"2026-03-0{day}T10:00:00Z", f"s{day}", order_id="7", price=20) for day in (6, 7)
    ]
    shop.land("lines.ndjson", lines)
    assert shop.built("mart_data_quality", "mart_orders").query(defects) == [("order_cancelled", 1)]
    assert shop.query("select lines, gross_revenue, net_revenue from fct_orders") == [(2, 40, 10)]
    orders = "select orders, refunded_revenue, net_revenue from mart_orders where orders > 0"
    assert shop.query(orders) == [(1, 30, 10)]


NO_ORDER_IDS = ["", " ", "undefined", "null", "NaN", "[object Object]", "(not set)", None]
CART = {"cart_items": "Gorra, Buzo ana@example.com", "total": 90000, "items_count": 2}


@pytest.fixture(scope="module")
def odd_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A purchase for each text that is no order's id, and a cart whose items name a customer."""
    shop = Shop(tmp_path_factory.mktemp("odd"))
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
        assert published.sql("select count(*), count(order_id) from fct_orders").fetchall() == [(8, 0)]


def test_open_deal_lists_its_items_and_no_personal_data(odd_shop: Shop) -> None:
    with odd_shop.serving(NOW) as server:
        given = server.get(WHATSAPP)
        (deal,) = given.json()["open_deals"]
        assert (deal["session_id"], deal["since"], deal["value"]) == ("s", "2026-03-08T10:00:00Z", 90000)
        assert deal["items"].startswith("address-") and "@" not in given.text
