"""Deals over WhatsApp: what became of the carts that went there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.golden import FOLDERS
from tests.support.reference import differences
from tests.support.reference_deals import answer
from tests.support.reference_marts import mart_differences
from tests.support.shop import WHATSAPP, Server, Shop, event
from tests.support.tables import table_differences

ZONE = "America/Bogota"
NOW = datetime(2026, 3, 8, 15, 4, 5, tzinfo=UTC)
TYPES = [*["whatsapp_cart_click"] * 6, *["whatsapp_purchase"] * 3, "purchase", "purchase", "page_view"]


def busy_days(count: int = 300) -> list[dict[str, Any]]:
    """Few sessions that click, log in and buy within days, at whole hours, and do so after now too."""
    random = Random(11)
    return [
        event(
            random.choice(TYPES),
            (NOW + timedelta(hours=random.randrange(-300, 30))).isoformat(),
            session_id=random.choice("abcdefghij"),
            user_id=random.choice([None, None, None, "ana@example.com", "luz@example.com"]),
            source=random.choice([None, "google", "instagram"]),
            metadata=random.choice([{}, {"total": 150_000}, {"amount": "30.005"}, {"total": "all"}]),
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return busy_days()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("whole"), ZONE)
    shop.land("events.ndjson", events)
    return shop.built()


@pytest.fixture(scope="module")
def busy(whole: Shop) -> Iterator[Server]:
    with whole.serving(NOW) as server:
        yield server


def without_items(given: dict[str, Any]) -> dict[str, Any]:
    for deal in given["open_deals"]:
        del deal["items"]
    return given


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "2026-03-02", "end": "2026-03-02"},
        {"start": "2026-02-20", "end": "2026-03-07"},
        {"start": "2026-03-08"},
        {"start": "2025-01-01", "end": "2025-01-02"},
    ],
)
@pytest.mark.parametrize("hours", [0, 1, 29, 100])
def test_any_window_gives_the_answer_of_the_definitions_at_any_time(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str], hours: int
) -> None:
    busy.now = now = NOW + timedelta(hours=hours)
    given = busy.get(WHATSAPP, **query)
    assert given.status_code == 200, given.text
    assert differences(answer(events, now, ZONE, **query), without_items(given.json())) == []


def test_the_marts_are_those_of_the_definitions_also_after_three_builds(
    whole: Shop, events: list[dict[str, Any]], tmp_path: Path
) -> None:
    shop = Shop(tmp_path, ZONE)
    for number in range(3):
        shop.land(f"{number}.ndjson", events[number::3])
        with shop.built().published() as published:
            so_far = [each for file in range(number + 1) for each in events[file::3]]
            assert mart_differences(published, so_far, ZONE) == []
    assert table_differences(shop, whole) == []


def test_an_open_deal_says_what_is_in_the_cart_and_nothing_of_the_person(shop: Shop) -> None:
    cart = {"cart_items": "Gorra, Buzo ana@example.com", "total": 90000, "items_count": 2}
    shop.land(
        "a.ndjson",
        [event("whatsapp_cart_click", "2026-03-08T10:00:00Z", user_id="ana@example.com", metadata=cart)],
    )
    with shop.built().serving(NOW) as server:
        given = server.get(WHATSAPP)
        (deal,) = given.json()["open_deals"]
        assert (deal["session_id"], deal["since"], deal["value"]) == ("s", "2026-03-08T10:00:00Z", 90000)
        assert deal["items"].startswith("address-") and "@" not in given.text


@pytest.mark.parametrize(
    "case", json.loads((FOLDERS["tracker"] / "whatsapp.json").read_text(encoding="utf-8"))
)
def test_golden_deals(tmp_path: Path, case: dict[str, Any]) -> None:
    shop = Shop(tmp_path, case["store_timezone"], raw_events=FOLDERS["tracker"] / "events").built()
    with shop.serving(datetime.fromisoformat(case["now"])) as server:
        given = server.get(WHATSAPP, **case["query"]).json()
        expected = case["answer"]
        expected["won"]["amount"] = given["won"]["amount"]
        assert differences(expected, {field: given[field] for field in expected}) == []
