"""Random logs of some hundred events, each dense in what one part of the marts is about."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.shop import NOW, event

INSTANT = timedelta(microseconds=1)
# Just within and just beyond what begins a visit and what leads to an order.
PAUSES_BETWEEN_VISITS = [
    *(
        timedelta(**length) + more
        for length in ({"minutes": 30}, {"days": 30})
        for more in (-INSTANT, INSTANT)
    ),
    *[timedelta(0), timedelta(minutes=30), timedelta(days=30)],
    *[timedelta(minutes=2), timedelta(hours=5), timedelta(days=3)] * 3,
]
TYPES_OF_VISITS = [*["page_view"] * 5, "add_to_cart", "purchase", "purchase", "refund"]
SOURCES = [None, None, "direct", "google", "instagram", "tiktok"]

USERS = [*[None] * 60, "ana@example.com", "luz@example.com"]
TYPES_OF_CARTS = [
    *["add_to_cart"] * 4,
    *["view_cart", "begin_checkout", "page_view", "product_view"] * 3,
    *["remove_from_cart", "checkout_started", "order_completed", "payment_error", "whatsapp_cart_click"],
    *["purchase", "whatsapp_purchase", "cart_abandon", "address_error", "refund"],
]
# Just within and just beyond what makes a visit, a recovery and an abandoned cart.
PAUSES_OF_CARTS = [
    timedelta(**length) + more
    for length in ({"minutes": 30}, {"hours": 24}, {"hours": 72}, {})
    for more in (timedelta(0), timedelta(microseconds=1))
] + [timedelta(minutes=5), timedelta(hours=3), timedelta(hours=25), timedelta(hours=80)]

TYPES_OF_ORDERS = [
    *["purchase"] * 6,
    *["refund", "refund", "order_cancelled", "page_view"],
    *["whatsapp_cart_click"] * 3,
    "whatsapp_purchase",
]
IDS = [None, None, None, *"123456"]


def visits_and_orders(seed: int, count: int = 500) -> list[dict[str, Any]]:
    """Persons with some browsers each, who come from here and there, also after now."""
    random = Random(seed)
    events = [
        event(
            random.choice(TYPES_OF_VISITS),
            at,
            session_id=random.choice(browsers),
            user_id=random.choice([*[None] * 20, "ana@example.com", "luz@example.com"]),
            price=random.choice(["10.005", "79900", "0.01", "99999999999999999", "0"]),
            source=random.choice(SOURCES),
            utm_medium=random.choice([None, None, "cpc", "social"]),
            utm_campaign=random.choice([None, None, "mayo", "junio"]),
            order_id=random.choice([None, str(random.randrange(40))]),
            metadata=random.choice([{}, {"amount": 3}]),
        )
        for at, browsers in moments(
            random, count, days=120, browsers="abcdefghijkl", longest=40, pauses=PAUSES_BETWEEN_VISITS
        )
    ]
    # Two persons at one till: the visit is that of the first.
    events += [
        event(kind, f"2026-03-01T10:00:0{second}Z", "till", user_id=f"{second}@example.com", price="500")
        for second, kind in enumerate(("page_view", "purchase"))
    ]
    random.shuffle(events)
    return events


def carts(seed: int, count: int = 500) -> list[dict[str, Any]]:
    """Persons with some browsers each, who come back after pauses of all kinds, also after now."""
    random = Random(seed)
    events = [
        event(
            random.choice(TYPES_OF_CARTS),
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
        for at, browsers in moments(
            random, count, days=14, browsers="abcdefgh", longest=25, pauses=PAUSES_OF_CARTS
        )
    ]
    random.shuffle(events)
    return events


def orders_and_deals(seed: int, count: int = 400) -> list[dict[str, Any]]:
    """Few sessions that do much within minutes of midnight, log in, pay back, and do so after now too."""
    random = Random(seed)
    midnight = datetime(2026, 3, 9, 5, tzinfo=UTC)
    hours = [midnight - timedelta(days=day) for day in range(-1, 12)]
    return [
        event(
            random.choice(TYPES_OF_ORDERS),
            (random.choice(hours) + timedelta(seconds=random.randrange(-300, 300) / 2)).isoformat(),
            session_id=random.choice("abcd"),
            user_id=random.choice([None, None, None, "ana@example.com", "luz@example.com"]),
            order_id=random.choice(IDS),
            product_slug=random.choice([None, "gorra", "buzo"]),
            price=random.choice(["10.005", "79900", "nothing", 0.0001, None]),
            metadata={"quantity": random.choice([1, 2, 3])}
            | random.choice([{}, {}, {"amount": 50_000}, {"amount": "all"}]),
            source=random.choice([None, "google", "instagram"]),
            idempotency_key=random.choice([None, f"key {random.randrange(count)}"]),
        )
        for _ in range(count)
    ]


def moments(
    random: Random, count: int, days: int, browsers: str, longest: int, pauses: list[timedelta]
) -> Iterator[tuple[str, list[str]]]:
    """At least `count` instants, each with the two browsers of the person who does something then.

    They come in runs of fewer than `longest`, which begin in the `days` before NOW and may go on after it.
    """
    made = 0
    while made < count:
        at = NOW - timedelta(
            days=random.randrange(days), seconds=random.choice([0, random.randrange(80_000)])
        )
        theirs = random.sample(browsers, 2)
        for _ in range(random.randrange(1, longest)):
            at += random.choice(pauses)
            made += 1
            yield at.isoformat(), theirs
