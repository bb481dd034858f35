"""Events as real systems write them: one sale is the same in every format, value and name."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.projects import copy_project
from tests.support.real_shops import FORMATS, VALUES, days, land_forms, lines, sale
from tests.support.shop import TRACK, Shop, event, only


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A landing zone in which each form has a day of its own."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    land_forms(shop)
    return shop.built("mart_sales", "mart_products", "stg_landing__quarantine")


def test_one_sale_has_the_same_value_in_every_format(shop: Shop) -> None:
    rows = shop.query("select event_date, purchases, units, revenue from mart_sales")
    found = {str(day): (purchases, units, float(revenue)) for day, purchases, units, revenue in rows}
    forms = dict(zip(days(), [*FORMATS, *VALUES], strict=False))
    assert {forms.get(day, day): sales for day, sales in found.items()} == dict.fromkeys(
        forms.values(), (1, 2, 159_800.0)
    )
    products = shop.query("select distinct product_slug, product_name from mart_products")
    assert products == [("gorra", "Caña")]
    assert shop.query("from stg_landing__quarantine") == []
    assert set(shop.query("select distinct session_id from int_events")) == {("s",), ("123",)}


# What other systems call the steps of two visits to one product, the second of which ends with a sale.
STEPS = {
    "Google Analytics 4": ("view_item", "add_to_cart", "begin_checkout", "add_payment_info", "purchase"),
    "Segment": (
        "Product Viewed",
        "Product Added",
        "Checkout Started",
        "Payment Info Entered",
        "Order Completed",
    ),
    "Shopify": (
        "product_viewed",
        "product_added_to_cart",
        "begin_checkout",
        "payment_info_submitted",
        "checkout_completed",
    ),
    "Meta": ("ViewContent", "AddToCart", "InitiateCheckout", "AddPaymentInfo", "Purchase"),
}


def google(name: str, at: datetime) -> dict[str, Any]:
    """A row of the export to BigQuery, whose numbers of 64 bits are texts."""
    item = {"item_id": "gorra", "item_name": "Caña", "price": 79900, "quantity": 2, "item_variant": None}
    return {
        "event_date": f"{at:%Y%m%d}",
        "event_timestamp": str(int(at.timestamp()) * 1_000_000),
        "event_name": name,
        "event_params": [
            {
                "key": "ga_session_id",
                "value": {"string_value": None, "int_value": "17", "double_value": None},
            },
            {"key": "value", "value": {"string_value": None, "int_value": None, "double_value": 159800.0}},
        ],
        "user_id": None,
        "user_pseudo_id": "1234567890.1700000000",
        "ecommerce": {"transaction_id": "T-1", "purchase_revenue": 159800},
        "traffic_source": {"name": "(organic)", "medium": "organic", "source": "google"},
        "collected_traffic_source": {"manual_source": None},
        "items": [item],
    }


def segment(name: str, at: datetime) -> dict[str, Any]:
    product = {"product_id": "gorra", "sku": "G-1", "name": "Caña", "price": 79900, "quantity": 2}
    is_of_order = name in ("Checkout Started", "Order Completed")
    money = {"order_id": "T-1", "total": 159800, "products": [product]}
    return {
        "type": "track",
        "event": name,
        "anonymousId": "23adfd82-aa0f-45a7-a756-24f2a7a4c895",
        "userId": None,
        "messageId": f"segment {name}",
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "context": {"campaign": {"source": "google"}},
        "properties": money if is_of_order else product,
    }


def shopify(name: str, at: datetime) -> dict[str, Any]:
    product = {"id": "gorra", "title": "Caña", "url": "/products/gorra"}
    variant = {
        "id": "v1",
        "price": {"amount": 79900, "currencyCode": "COP"},
        "product": product,
        "sku": "G-1",
    }
    checkout = {
        "order": {"id": "T-1"},
        "totalPrice": {"amount": 159800, "currencyCode": "COP"},
        "lineItems": [{"id": "line", "title": "Caña", "quantity": 2, "variant": variant}],
    }
    data_of: dict[str, dict[str, Any]] = {
        "product_viewed": {"productVariant": variant},
        "product_added_to_cart": {"cartLine": {"merchandise": variant, "quantity": 2}},
    }
    data = data_of.get(name, {"checkout": checkout})
    return {
        "id": f"shopify {name}",
        "name": name,
        "type": "standard",
        "clientId": "c2d3",
        "timestamp": at.isoformat().replace("+00:00", "Z"),
        "source": "google",
        "data": data,
    }


def meta(name: str, at: datetime) -> dict[str, Any]:
    return {
        "event_name": name,
        "event_time": int(at.timestamp()),
        "event_id": f"meta {name}",
        "source": "google",
        "user_data": {"fbp": "fb.1.1596403881668.1116446470"},
        "custom_data": {
            "currency": "COP",
            "value": 159800,
            "content_name": "Caña",
            "contents": [{"id": "gorra", "quantity": 2}],
        },
    }


WRITERS = {"Google Analytics 4": google, "Segment": segment, "Shopify": shopify, "Meta": meta}


def test_event_names_of_other_systems_are_translated(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for day, (system, names) in enumerate(STEPS.items()):
        at = begin + timedelta(days=day)
        rows = [WRITERS[system](name, at + timedelta(minutes=place)) for place, name in enumerate(names)]
        shop.land(f"{system}.ndjson", rows)
        shop.land(f"{system} again.ndjson", rows if system != "Google Analytics 4" else [])
    page = {"type": "page", "name": "Home", "anonymousId": "a", "timestamp": "2026-03-07T09:00:00Z"}
    direct = google("page_view", datetime(2026, 3, 7, 9, tzinfo=UTC)) | {
        "traffic_source": {"source": "(direct)"}
    }
    shop.land("page.ndjson", [page, direct])
    shop.built()
    with shop.serving(datetime(2026, 3, 8, tzinfo=UTC)) as server:
        for day, system in enumerate(STEPS):
            on = str((begin + timedelta(days=day)).date())
            stats = server.stats(start=on, end=on)
            assert set(stats["event_counts"].values()) == {1}, (system, stats["event_counts"])
            assert stats["payment_info_entered_count"] == 1, system
            assert (stats["total_revenue"], stats["session_stats"]["unique_sessions"]) == (159_800.0, 1), (
                system
            )
            assert stats["product_performance"] == [
                {
                    "slug": "gorra",
                    "name": "Caña",
                    "views": 1,
                    "add_to_cart": 1,
                    "purchases": 1,
                    "conversion_rate": 100.0,
                }
            ], system
            assert stats["traffic_sources"] == [{"source": "google", "sessions": 1}], system
    checkouts = shop.query("select value from mart_checkouts")
    assert [float(value) for (value,) in checkouts] == [159_800.0] * 4
    assert shop.query("from mart_data_quality") == []
    assert shop.query(
        "select event_type, source, count(*) from fct_events where event_date = '2026-03-07' group by all"
    ) == [("page_view", "direct", 2)]


def test_shop_can_add_event_names_without_editing_a_model(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    with (project / "seeds" / "event_names.csv").open("a", encoding="utf-8") as seed:
        seed.write("compra,purchase\ncheckout_started,begin_checkout\n")
    configuration = (project / "dbt_project.yml").read_text(encoding="utf-8")
    configuration = configuration.replace("session_id:\n", "session_id:\n      - visita.navegador\n")
    (project / "dbt_project.yml").write_text(configuration, encoding="utf-8")
    shop = Shop(tmp_path / "shop")
    shop.use_project(project)
    shop.land(
        "a.ndjson",
        [
            sale("2026-03-07", event_type="compra", session_id=..., visita={"navegador": "x"}),
            sale(
                "2026-03-07",
                event_type="checkout_started",
                metadata={"cart_total": {"$numberLong": "150000"}},
            ),
        ],
    )
    shop.built("mart_sales", "mart_checkouts")
    assert shop.query("select revenue from mart_sales") == [(159_800,)]
    assert shop.query("select checkouts from mart_checkouts") == [(1,)]
    with (project / "seeds" / "event_names.csv").open("a", encoding="utf-8") as seed:
        seed.write("compra,page_view\n")
    assert "seeds/event_names.csv has more than one row for compra" in shop.build("--full-refresh").stdout


def test_an_event_about_one_product_is_one_event_for_each_of_its_items(tmp_path: Path) -> None:
    items = [
        {"product_slug": "gorra", "price": "79,900", "quantity": 2},
        {"product_slug": "medias", "price": {"$numberInt": "5000"}},
    ]
    rows = [
        event("purchase", "2026-03-07T10:00:00Z", items=items, idempotency_key="k"),
        event("begin_checkout", "2026-03-07T09:00:00Z", "other", items=items, price="1", product_slug="x"),
    ]
    shop = Shop(tmp_path)
    shop.land("a.ndjson", rows)
    shop.land("b.ndjson", rows[:1])
    said = shop.build().stdout
    assert "3 rows read: 2 kept, 1 duplicates, 0 quarantined" in said
    assert shop.query("select purchases, units, revenue from mart_sales") == [(2, 3, 164_800)]
    assert shop.query("select value from mart_checkouts") == [(164_800,)]


# What a checkout carries, and what it is worth.
WORTH: list[tuple[dict[str, Any], int]] = [
    ({"metadata": {"item_count": 2, "cart_total": 150_000}}, 150_000),
    ({"metadata": {"total": "$150,000"}, "cart_total": "?"}, 150_000),
    ({"metadata": {"quantity": 3, "total": 150_000}, "price": "1000", "product_slug": "gorra"}, 3_000),
    ({"metadata": {"quantity": 3, "value": 150_000}, "price": "?", "product_slug": "gorra"}, 150_000),
    ({"metadata": {"quantity": 3, "total": 150_000}, "price": "1000"}, 150_000),
    ({"amount": {"$numberDecimal": "7"}, "total": 8}, 7),
    ({"items": [{"price": 5, "quantity": 2}, {"price": "?"}], "total": 8}, 10),
    ({"items": [{"price": "?"}], "total": 8}, 8),
    ({"items": [{"price": 999_999_999_999, "quantity": 1_000_000}] * 2}, 2 * 999_999_999_999_000_000),
    ({"metadata": {"total": "?"}}, 0),
]


def test_checkout_value_is_its_product_or_else_its_total(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    begun = [
        event("begin_checkout", f"{day}T10:00:00Z", **fields)
        for day, (fields, _) in zip(days(), WORTH, strict=False)
    ]
    clicks = [each | {"event_type": "whatsapp_cart_click", "session_id": "phone"} for each in begun]
    sold = [event("whatsapp_purchase", each["created_at"].replace("T10", "T11"), "phone") for each in clicks]
    shop.land("a.ndjson", [*begun, *clicks, *sold])
    shop.built("mart_checkouts", "mart_whatsapp")
    expected = [(value,) for _, value in WORTH]
    assert shop.query("select abandoned_value from mart_checkouts order by event_date") == expected
    assert shop.query("select revenue from mart_whatsapp order by event_date") == expected


def test_prices_follow_the_decimal_separator(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    prices = ["79.900", "$ 79.900,50", "79900,5", 79900.5, {"$numberDouble": "79900.5"}, "79900.50", "79,900"]
    for day, price in zip(days(), prices, strict=False):
        shop.land(f"{day}.ndjson", [event("purchase", f"{day}T10:00:00Z", price=price)])
    shop.environment["DECIMAL_SEPARATOR"] = ","
    rows = shop.built().query("select revenue from mart_sales order by event_date")
    assert [float(revenue) for (revenue,) in rows] == [79_900, *[79_900.5] * 4, 0, 79.9]
    assert shop.query("select * exclude (event_date) from mart_data_quality") == [
        ("purchase", "unreadable_price", 1)
    ]
    with shop.serving(datetime(2026, 3, 8, tzinfo=UTC)) as server:
        header = "X-Data-Unreadable-Sales"
        assert server.get(start="2026-03-01").headers[header] == "unreadable_price=1"
        assert header not in server.get(end="2026-03-05").headers
    shop.environment["DECIMAL_SEPARATOR"] = "."
    rows = shop.built("mart_sales").query("select revenue from mart_sales order by event_date")
    assert [float(revenue) for (revenue,) in rows] == [79.9, 0, 0, *[79_900.5] * 3, 79_900]
    shop.environment["DECIMAL_SEPARATOR"] = ";"
    assert "DECIMAL_SEPARATOR must be . or , and not ';'" in shop.build().stdout


def test_links_out_of_the_landing_zone_are_ignored_and_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    for folder in (outside, shop.landing / "inside"):
        folder.mkdir(exist_ok=True)
        (folder / "a.ndjson").write_bytes(lines(sale("2026-03-07")))
    (shop.landing / "partner").symlink_to(outside)
    (shop.landing / "partner.ndjson").symlink_to(outside / "a.ndjson")
    (shop.landing / "loop.ndjson").symlink_to("loop.ndjson")
    (shop.landing / "again.ndjson").symlink_to(shop.landing / "inside" / "a.ndjson")
    link = tmp_path / "link"
    link.symlink_to(shop.landing)
    for raw_events, files in ((str(link), "2 read, 0"), (f"{link}/**/*.ndjson", "0 read, 2")):
        shop.environment["RAW_EVENTS"] = raw_events
        said = shop.build(*only("mart_sales")).stdout
        assert f"Files: {files} unchanged" in said
        assert "partner.ndjson, a link" in said
        assert ("partner, a link" in said) is (raw_events == str(link))
        assert shop.query("select sum(purchases) from mart_sales") == [(2,)]


ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120 Safari/537",
]
NO_ROBOTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1 Mobile Instagram 312",
    "curl/8.4.0",
    "python-requests/2.31.0",
    "axios/1.6.2",
    "Go-http-client/2.0",
]


def test_robots_are_quarantined_unless_counted_or_purchasing(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    rows = [
        event("page_view", "2026-03-07T10:00:00Z", f"s{number}", metadata={"user_agent": user_agent})
        for number, user_agent in enumerate([*ROBOTS, *NO_ROBOTS])
    ]
    as_text = rows[0] | {"metadata": json.dumps(rows[0]["metadata"])}
    shop.land("a.ndjson", [*rows, as_text, sale("2026-03-07", metadata={"user_agent": ROBOTS[0]})])
    with shop.serving(tracked_events=shop.landing) as server:
        for user_agent in (ROBOTS[1], NO_ROBOTS[0]):
            answer = server.client.post(
                TRACK, json={"event_type": "page_view"}, headers={"User-Agent": user_agent}
            )
            assert answer.status_code == 202
    kept = b"".join(path.read_bytes() for path in shop.landing.glob("tracked/*"))
    assert (b"HeadlessChrome" in kept, b"Windows" in kept) == (True, False)
    shop.built("mart_quarantine", "fct_events")
    assert shop.query("from mart_quarantine") == [("a robot", len(ROBOTS) + 2)]
    assert shop.query("select count(*) from fct_events") == [(len(NO_ROBOTS) + 2,)]
    shop.environment["COUNT_ROBOTS"] = "on"
    assert shop.built("mart_quarantine").query("from mart_quarantine") == []
    shop.environment["COUNT_ROBOTS"] = "yes"
    assert "COUNT_ROBOTS must be on or off, not 'yes'" in shop.build().stdout


def test_campaigns_are_read_from_trackers_and_exports(shop: Shop) -> None:
    at = "2026-03-07T10:00:00Z"
    spellings: list[dict[str, Any]] = [
        {"utm_source": "instagram", "utm_medium": "social", "utm_campaign": "mother"},
        {"source": "instagram", "metadata": {"utm_medium": "social", "utm_campaign": "mother"}},
        {"metadata": {"utm_source": "instagram", "utm_medium": "social", "utm_campaign": "mother"}},
        {"context": {"campaign": {"source": "instagram", "medium": "social", "name": "mother"}}},
        {"traffic_source": {"source": "instagram", "medium": "social", "name": "mother"}},
        {"traffic_source": {"source": "(direct)", "medium": "(none)", "name": "(direct)"}},
    ]
    shop.land("a.ndjson", [event("page_view", at, "c") | each for each in spellings])
    rows = shop.built("fct_events").query(
        "select source, medium, campaign, count(*) from fct_events where session_id = 'c' group by all"
    )
    assert sorted(rows) == [("direct", None, None, 1), ("instagram", "social", "mother", 5)]
