"""Alerts by brute force, from their definition in the contract."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import Event, cleaned, half_up, midnight
from tests.support.reference_orders import Order, orders_of

Row = dict[str, Any]
SEVERITIES = ("critical", "warning", "info")
GOOD_IF_LESS = "payment_errors"
MOST_PRODUCTS = 50


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """What `alerts/` answers at `now`, but for messages and timestamps; the window does not matter."""
    return alerts_of(list(cleaned(raw)), now, store_timezone)


def alerts_of(everything: list[Event], now: datetime, store_timezone: str) -> dict[str, Any]:
    """The same about cleaned events."""
    now = now.astimezone(UTC).replace(microsecond=0)
    found, odd = [*rules(everything, now)], [*unusual(everything, now, ZoneInfo(store_timezone))]
    if not found and all(each["severity"] == "info" for each in odd):
        found = [{"type": "all_clear", "severity": "info"}]
    found += odd
    return {"alerts": sorted(found, key=lambda each: (SEVERITIES.index(each["severity"]), each["type"]))}


def rules(everything: list[Event], now: datetime) -> Iterator[Row]:
    def of_last(**length: int) -> list[Event]:
        return [event for event in everything if now - timedelta(**length) <= event.at <= now]

    day, week, hours = of_last(hours=24), of_last(days=7), of_last(hours=6)
    began = {event.buyer for event in day if event.type == "begin_checkout"}
    gone = began - {event.buyer for event in day if event.type == "purchase"}
    if len(began) >= 3 and Fraction(len(gone), len(began)) > Fraction(7, 10):
        yield {"type": "high_abandonment", "severity": "critical"}
    if any(event.type == "payment_error" for event in of_last(hours=1)):
        yield {"type": "payment_errors", "severity": "critical"}
    viewed: defaultdict[str, set[str]] = defaultdict(set)
    for event in week:
        if event.type == "product_view" and event.slug:
            viewed[event.slug].add(event.session)
    bought = {event.slug for event in week if event.type == "purchase"}
    popular = [(-len(sessions), slug) for slug, sessions in viewed.items() if len(sessions) > 10]
    for _, slug in sorted(each for each in popular if each[1] not in bought)[:MOST_PRODUCTS]:
        yield {"type": "popular_no_conversion", "severity": "warning", "product_slug": slug}
    carts, checkouts = (
        {event.session for event in hours if event.type == kind} for kind in ("add_to_cart", "begin_checkout")
    )
    if len(carts - checkouts) >= 5:
        yield {"type": "carts_abandoned", "severity": "warning"}
    buying = {event.session for event in day if event.type == "purchase"}
    events = Counter(event.session for event in day)
    if any(count > 15 for session, count in events.items() if session not in buying):
        yield {"type": "stuck_sessions", "severity": "info"}


def numbers(
    everything: list[Event], all_orders: list[Order], begin: datetime, end: datetime
) -> dict[str, Fraction]:
    inside = [event for event in everything if begin <= event.at <= end]

    def sessions(*kinds: str) -> int:
        return len({event.session for event in inside if not kinds or event.type in kinds})

    orders = [order for order in all_orders if begin <= order.first.at <= end]
    counts = {
        "events": len(inside),
        "orders": len(orders),
        "sessions": sessions(),
        "payment_errors": sum(event.type == "payment_error" for event in inside),
        "whatsapp_clicks": sum(event.type == "whatsapp_cart_click" for event in inside),
        "carts": sessions("add_to_cart"),
        "checkouts": sessions("begin_checkout"),
    }
    net = sum((order.gross - order.refunded for order in orders), Fraction(0))
    return {"net_revenue": net, **{name: Fraction(count) for name, count in counts.items()}}


def unusual(everything: list[Event], now: datetime, zone: ZoneInfo) -> Iterator[Row]:
    today = now.astimezone(zone).date()
    passed = now - midnight(today, zone)
    first = min((event.at.astimezone(zone).date() for event in everything), default=today)

    orders = orders_of(everything)

    def so_far(day: date) -> dict[str, Fraction]:
        begin = midnight(day, zone)
        return numbers(
            everything, orders, begin, min(begin + passed, midnight(day + timedelta(days=1), zone))
        )

    days = [today - timedelta(days=7 * number) for number in range(1, 9)]
    before = [so_far(day) for day in days if day > first]
    if len(before) < 4:
        return
    actual = so_far(today)
    found = []
    for name in ("events", "orders", "sessions", "payment_errors", "whatsapp_clicks"):
        values = [each[name] for each in before]
        if is_odd(actual[name], values):
            found.append((name, actual[name], median(values)))
    revenues = [each["net_revenue"] for each in before]
    count = median(each["orders"] for each in before)
    if count >= 20 and is_far(actual["net_revenue"], revenues, count):
        found.append(("net_revenue", actual["net_revenue"], median(revenues)))
    for name, part in (("cart_rate", "carts"), ("checkout_rate", "checkouts")):
        rates = [each[part] / each["sessions"] for each in before if each["sessions"]]
        whole = actual["sessions"]
        if median(each["sessions"] for each in before) < 20:
            continue
        if len(rates) >= 4 and whole and is_odd(actual[part], [rate * whole for rate in rates]):
            found.append((name, 100 * actual[part] / whole, 100 * median(rates)))
    if not actual["events"] and any(name == "events" for name, *_ in found):
        found = [each for each in found if each[0] == "events"]
    for name, value, usual in found:
        is_bad = (value < usual) != (name == GOOD_IF_LESS)
        silent = name == "events" and not value
        yield {
            "type": f"unusual_{name}",
            "severity": ("critical" if silent else "warning") if is_bad else "info",
            "expected": half_up(usual, 1),
            "actual": half_up(value, 1),
            "money": half_up(actual["net_revenue"] - median(revenues), 2),
        }


def is_odd(value: Fraction, others: list[Fraction]) -> bool:
    if median(others) >= 20:
        return is_far(value, others, median(others))
    mean, count = max(float(median(others)), 1.0), int(value)
    below = sum(probability(number, mean) for number in range(min(count, 300)))
    return (below + probability(count, mean) if count < mean else 1 - below) < 0.001


def probability(number: int, mean: float) -> float:
    return math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))


def is_far(value: Fraction, others: Iterable[Fraction], count: Fraction) -> bool:
    values = list(others)
    usual = median(values)
    deviation = median(abs(each - usual) for each in values)
    distance = abs(value - usual)
    return distance * Fraction(6745, 10000) > Fraction(7, 2) * deviation and (
        distance > abs(usual) * max(3 / 10, 3 / math.sqrt(count))
    )
