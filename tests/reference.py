"""The endpoint's answer by brute force, straight from the contract's definitions: a second reading of it."""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

FUNNEL = ["product_view", "add_to_cart", "begin_checkout", "purchase"]
CHECKOUT = ["checkout_started", "payment_info_entered", "order_completed"]
ERRORS = ["payment_error", "checkout_error", "payment_confirmation_error"]
MISSING = "(nothing)"
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Event:
    """A cleaned event."""

    type: str
    session: str
    buyer: str
    slug: str | None
    name: str | None
    source: str
    price: Decimal
    has_price: bool
    quantity: int
    at: datetime
    identity: tuple[str, str] | None


def text(raw: Any) -> str | None:
    return raw.strip() or None if isinstance(raw, str) else None


def instant(raw: Any) -> datetime | None:
    """A created_at in any of its forms; None where it is unreadable."""
    if isinstance(raw, dict):
        raw = raw.get("$date")
    try:
        if isinstance(raw, dict):
            return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(raw["$numberLong"]))
        moment = datetime.fromisoformat(raw.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        return None


def plain(raw: Any) -> str:
    """A text as it is, a number in its digits, anything else as nothing."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return format(Decimal(repr(raw)), "f")
    return text(raw) or ""


def has_price(raw: Any) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", plain(raw)))


def price(raw: Any) -> Decimal:
    if not has_price(raw):
        return Decimal(0)
    with localcontext(prec=1000):
        return Decimal(plain(raw)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def quantity(metadata: Any) -> int:
    try:
        fields = json.loads(metadata) if isinstance(metadata, str) else metadata
    except ValueError:
        return 1
    raw = plain(fields.get("quantity")) if isinstance(fields, dict) else ""
    whole = re.fullmatch(r"([0-9]+)(\.0+)?", raw)
    return int(whole[1]) if whole and 1 <= int(whole[1]) <= 1_000_000 else 1


def cleaned(raw: dict[str, Any]) -> Event | None:
    """None for a row that is quarantined."""
    at = instant(raw.get("created_at"))
    session, kind = text(raw.get("session_id")), text(raw.get("event_type"))
    if at is None or session is None or kind is None:
        return None
    key, row_id = text(raw.get("idempotency_key")), raw.get("_id")
    row_id = text(row_id.get("$oid") if isinstance(row_id, dict) else row_id)
    return Event(
        type=kind,
        session=session,
        buyer=text(raw.get("user_id")) or session,
        slug=text(raw.get("product_slug")),
        name=text(raw.get("product_name")),
        source=text(raw.get("source")) or "direct",
        price=price(raw.get("price")),
        has_price=has_price(raw.get("price")),
        quantity=quantity(raw.get("metadata")),
        at=at,
        identity=("key", key) if key else ("row", row_id) if row_id else None,
    )


def deduplicated(events: Iterable[Event]) -> Iterator[Event]:
    """The earliest of the rows that are one event, and every row that can't be told apart."""
    seen = set()
    for event in sorted(events, key=lambda event: event.at):
        if event.identity not in seen:
            yield event
        if event.identity:
            seen.add(event.identity)


def rounded(value: Fraction | int, digits: int) -> Fraction:
    """Half up."""
    scale: int = 10**digits
    return Fraction(math.floor(value * scale + Fraction(1, 2)), scale)


def half_up(value: Fraction | int, digits: int) -> float:
    return float(rounded(value, digits))


def ratio(numerator: int, denominator: int, scale: int = 100) -> float:
    """A percentage, unless another scale is asked for, to 1 decimal; 0 where the denominator is 0."""
    return half_up(Fraction(numerator * scale, denominator), 1) if denominator else 0


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a calendar day begins, also where a clock change skips or repeats 00:00."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def window(
    now: datetime, zone: ZoneInfo, start: str | None, end: str | None
) -> tuple[datetime, datetime, datetime]:
    """The window's first instant, its end, and its last instant: the end itself only where that is now."""
    stop = midnight(date.fromisoformat(end) + timedelta(days=1), zone) if end else None
    finish, last = (stop, stop - MICROSECOND) if stop and stop <= now else (now, now)
    first = midnight(date.fromisoformat(start), zone) if start else finish - timedelta(days=7)
    return first, finish, last


def answer(
    events: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    mode: str = "total",
    start: str | None = None,
    end: str | None = None,
    compare: str | None = None,
) -> dict[str, Any]:
    """What the endpoint answers at `now`, about raw events as they were landed."""
    zone = ZoneInfo(store_timezone)
    now = now.astimezone(UTC).replace(microsecond=0)
    first, finish, last = window(now, zone, start, end)
    known = [event for event in deduplicated(filter(None, map(cleaned, events))) if event.at <= now]
    stats = answer_of(known, zone, mode, first, finish, last)
    if compare == "previous":
        start_before, last_before = first - (finish - first), first - MICROSECOND
        stats["previous"] = answer_of(known, zone, mode, start_before, first, last_before)
    return stats


def answer_of(
    known: list[Event], zone: ZoneInfo, mode: str, first: datetime, finish: datetime, last: datetime
) -> dict[str, Any]:
    """The 25 fields over a window, about events whose time has come."""
    inside = [event for event in known if first <= event.at <= last]

    groups: defaultdict[tuple[str, str | None], list[Event]] = defaultdict(list)
    names: dict[str | None, str] = {}
    for event in inside:
        groups[event.type, None].append(event)
        if event.slug:
            groups[event.type, event.slug].append(event)
    for event in sorted(known, key=lambda event: (event.at, event.name or "")):
        names[event.slug] = event.name or names.get(event.slug, "")

    def of(kind: str, slug: str | None = None) -> list[Event]:
        return groups[kind, slug]

    def sessions(chosen: Iterable[Event]) -> int:
        return len({event.session for event in chosen})

    def counted(chosen: list[Event]) -> int:
        return sessions(chosen) if mode == "unique" else len(chosen)

    def slugs(*kinds: str) -> set[str]:
        return {event.slug for event in inside if event.type in kinds and event.slug}

    def units(slug: str) -> int:
        return sum(event.quantity for event in of("purchase", slug))

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    def timeline(kinds: list[str]) -> list[dict[str, Any]]:
        days = [day(first) + timedelta(days=n) for n in range(max(0, (day(last) - day(first)).days) + 1)]
        counts = Counter((day(event.at), event.type) for event in inside)
        return [{"date": each.isoformat(), **{kind: counts[each, kind] for kind in kinds}} for each in days]

    def performance(slug: str) -> dict[str, Any]:
        views, purchases = counted(of("product_view", slug)), counted(of("purchase", slug))
        return {
            "slug": slug,
            "name": names[slug] or slug,
            "views": views,
            "add_to_cart": counted(of("add_to_cart", slug)),
            "purchases": purchases,
            "conversion_rate": ratio(purchases, views),
            **({"purchases_units": units(slug)} if mode == "unique" else {}),
        }

    sales = of("purchase")
    revenue = sum((Fraction(event.price) * event.quantity for event in sales), Fraction(0))
    counts = {kind: counted(of(kind)) for kind in FUNNEL}
    steps = {kind: len(of(kind)) for kind in CHECKOUT}
    starters = {event.buyer for event in of("begin_checkout")}
    products = map(performance, slugs("product_view", "add_to_cart", "purchase"))
    retained = Counter(
        event.buyer
        for event in known
        if event.type == "purchase" and finish - timedelta(days=90) <= event.at <= last
    )
    recurrent = sum(purchases > 1 for purchases in retained.values())
    by_time = sorted(inside, key=lambda event: (event.at, event.source))
    sources = Counter({event.session: event.source for event in reversed(by_time)}.values())
    clicks = {event.session: event.at for event in by_time if event.type == "whatsapp_cart_click"}

    return {
        "mode": mode,
        "total_sales": len(sales),
        "total_revenue": half_up(revenue, 2),
        "average_order_value": half_up(revenue / len(sales), 2) if sales else 0,
        "top_products": [
            {"slug": slug, "count": count}
            for slug, count in ranked({slug: units(slug) for slug in slugs("purchase")})[:5]
        ],
        "top_viewed_products": [
            {"slug": slug, "count": count}
            for slug, count in ranked({s: counted(of("product_view", s)) for s in slugs("product_view")})[:5]
        ],
        "sales_by_day": [
            {"date": each.isoformat(), "count": count}
            for each, count in sorted(Counter(day(event.at) for event in sales).items())
        ],
        "events_timeline": timeline(FUNNEL + CHECKOUT),
        "abandonment_rate": ratio(len(starters - {event.buyer for event in sales}), len(starters)),
        "event_counts": counts,
        "conversion_rates": {
            "visit_to_cart": ratio(counts["add_to_cart"], counts["product_view"]),
            "cart_to_checkout": ratio(counts["begin_checkout"], counts["add_to_cart"]),
            "checkout_to_purchase": ratio(counts["purchase"], counts["begin_checkout"]),
        },
        **{f"{kind}_count": count for kind, count in steps.items()},
        "conversion_checkout_to_payment": ratio(steps["payment_info_entered"], steps["checkout_started"]),
        "conversion_payment_to_order": ratio(steps["order_completed"], steps["payment_info_entered"]),
        "error_counts": {kind: len(of(kind)) for kind in ERRORS},
        "product_performance": sorted(products, key=lambda row: (-row["views"], row["slug"]))[:10],
        "errors_timeline": timeline([*ERRORS, "address_error"]),
        "session_stats": {
            "unique_sessions": sessions(inside),
            "avg_events_per_session": ratio(len(inside), sessions(inside), scale=1),
            "sessions_with_purchase": sessions(sales),
        },
        "retention_metrics": {
            "repurchase_rate": ratio(recurrent, len(retained)),
            "recurrent_customers": recurrent,
            "total_unique_buyers": len(retained),
            "period_days": 90,
        },
        "traffic_sources": [{"source": source, "sessions": count} for source, count in ranked(sources)],
        "whatsapp_sessions": sessions(of("whatsapp_cart_click")),
        "whatsapp_purchases": sessions(of("whatsapp_purchase")),
        "whatsapp_sessions_list": sorted(clicks, key=lambda each: (clicks[each], each), reverse=True)[:10],
    }


def ranked(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The highest count first, equal ones by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def differences(expected: Any, actual: Any, path: str = "answer") -> list[str]:
    """One line per place where two answers differ; numbers are equal within 1e-9."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted(expected.keys() | actual.keys())
        pairs = [(f".{key}", expected.get(key, MISSING), actual.get(key, MISSING)) for key in keys]
    elif isinstance(expected, list) and isinstance(actual, list):
        both = zip_longest(expected, actual, fillvalue=MISSING)
        pairs = [(f"[{number}]", *values) for number, values in enumerate(both)]
    elif {type(expected), type(actual)} <= {int, float}:
        return [] if abs(expected - actual) < 1e-9 else [f"{path}: expected {expected}, got {actual}"]
    else:
        return [] if expected == actual else [f"{path}: expected {expected!r}, got {actual!r}"]
    return [line for step, wanted, given in pairs for line in differences(wanted, given, path + step)]
