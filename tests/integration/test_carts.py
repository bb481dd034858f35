"""Carts: their persons, values and outcomes."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.support.moments import moments
from tests.support.reference import differences
from tests.support.reference_carts import answer
from tests.support.reference_marts import mart_differences
from tests.support.shop import CARTS, NOW, ZONE, Server, Shop, event
from tests.support.three_builds import three_builds

USERS = [*[None] * 60, "ana@example.com", "luz@example.com"]
TYPES = [
    *["add_to_cart"] * 4,
    *["view_cart", "begin_checkout", "page_view", "product_view"] * 3,
    *["remove_from_cart", "checkout_started", "order_completed", "payment_error", "whatsapp_cart_click"],
    *["purchase", "whatsapp_purchase", "cart_abandon", "address_error", "refund"],
]
# Just within and just beyond what makes a visit, a recovery and an abandoned cart.
PAUSES = [
    timedelta(**length) + more
    for length in ({"minutes": 30}, {"hours": 24}, {"hours": 72}, {})
    for more in (timedelta(0), timedelta(microseconds=1))
] + [timedelta(minutes=5), timedelta(hours=3), timedelta(hours=25), timedelta(hours=80)]


def busy_days(seed: int, count: int = 500) -> list[dict[str, Any]]:
    """Persons with some browsers each, who come back after pauses of all kinds, also after now."""
    random = Random(seed)
    events = [
        event(
            random.choice(TYPES),
            at,
            session_id=random.choice(browsers),
            user_id=random.choice(USERS),
            product_slug=random.choice([None, "gorra", "buzo"]),
            price=random.choice(["10.005", "79900", "nothing", None]),
            metadata={"quantity": random.choice([1, 2])}
            | random.choice([{}, {}, {"cart_total": 0}, {"total": random.randrange(3) * 1000}])
            | random.choice([{}, {"reason": "user_removed_all_items"}]),
            source=random.choice([None, "google", "instagram"]),
            idempotency_key=random.choice([None, f"key {random.randrange(count)}"]),
        )
        for at, browsers in moments(random, count, days=14, browsers="abcdefgh", longest=25, pauses=PAUSES)
    ]
    random.shuffle(events)
    return events


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return busy_days(seed=5)


@pytest.mark.parametrize("query", [{}, {"start": "2026-03-02", "end": "2026-03-02"}, {"start": "2026-02-20"}])
@pytest.mark.parametrize("hours", [0, 1, 29, 75, 200])
def test_cart_outcomes_depend_on_now(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str], hours: int
) -> None:
    busy.now = NOW + timedelta(hours=hours)
    given = busy.get(CARTS, **query).json()
    assert differences(answer(events, busy.now, ZONE, **query), given) == []
    states = ("bought", "sold_over_whatsapp", "emptied", "abandoned", "open")
    assert given["opened"]["carts"] == sum(given[state]["carts"] for state in states)


def test_marts_equal_the_definitions(whole: Shop, events: list[dict[str, Any]]) -> None:
    with whole.published() as published:
        assert mart_differences(published, events, ZONE) == []
        ((outcomes, recovered),) = published.sql(
            "select count(distinct outcome), count(*) filter (where is_recovered) from fct_carts"
        ).fetchall()
    assert outcomes == 4 and recovered


def test_events_in_three_builds_equal_a_full_build_after_each(
    whole: Shop, events: list[dict[str, Any]], tmp_path: Path
) -> None:
    three_builds(Shop(tmp_path, ZONE), events, whole)
