"""The dashboard's response by brute force, from the definitions of the contract."""

import csv
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from email.utils import parsedate_to_datetime
from fractions import Fraction
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.paths import ROOT

FUNNEL = ["product_view", "add_to_cart", "begin_checkout", "purchase"]
CHECKOUT = ["checkout_started", "payment_info_entered", "order_completed"]
ERRORS = ["payment_error", "checkout_error", "payment_confirmation_error"]
ALL_ERRORS = (*ERRORS, "payment_intent_error", "address_error")
PRODUCT_EVENTS = ["product_view", "add_to_cart", "remove_from_cart", "purchase"]
MONEY = ("amount", "cart_total", "total", "value")
CART_TOTALS = ("cart_total", "total")
MISSING = "(nothing)"
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Event:
    """A cleaned event.

    value: what the whole event is worth, None where nothing of it can be read.
    cart_total: what the whole cart was worth, None where the event does not say so.
    empties_cart: the customer took everything out of the cart.
    defects: the fields that are there and cannot be read; also the price that a purchase lacks.
    """

    type: str
    session: str
    buyer: str
    user: str | None
    order_id: str | None
    slug: str | None
    name: str | None
    source: str
    medium: str | None
    campaign: str | None
    price: Decimal
    quantity: int
    value: Decimal | None
    cart_total: Decimal | None
    empties_cart: bool
    defects: frozenset[str]
    at: datetime
    identity: tuple[str | int, ...] | None


def plain(raw: Any) -> Any:
    """A value without the type that MongoDB writes around it."""
    match raw:
        case {"$oid": str(value)} | {"$uuid": str(value)}:
            return value
        case {"$numberInt": str(value)} | {"$numberLong": str(value)}:
            return int(value)
        case {"$numberDouble": str(value)} | {"$numberDecimal": str(value)}:
            return float(value)
    return raw


def text(raw: Any) -> str | None:
    return raw.strip() or None if isinstance(raw, str) else None


def person(raw: Any) -> str | None:
    """An id, but for the words that scripts write where there is none."""
    return None if raw in ("null", "undefined", "NaN", "[object Object]") else text(raw)


def instant(raw: Any) -> datetime | None:
    """A created_at in any of its forms; None where it is unreadable."""
    if isinstance(raw, dict) and "$date" in raw:
        raw = raw["$date"]
        if isinstance(raw, dict):
            raw = raw.get("$numberLong")
        if isinstance(raw, int | str) and re.fullmatch("-?[0-9]+", str(raw)):
            return since_1970(int(raw) * 1000)
    raw = plain(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = number(raw)
    if not isinstance(raw, str):
        return None
    raw = raw.strip()
    if re.fullmatch("[1-9]([0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{18})", raw):
        return since_1970(int(raw.ljust(19, "0")) // 1000)
    if re.fullmatch("[0-9]{8}|[0-9]+", raw):
        return None
    try:
        if raw.endswith(" GMT"):
            sent: datetime = parsedate_to_datetime(raw)
            return sent
        raw = re.sub(" UTC$", "Z", raw.replace("Z[UTC]", "Z"))
        moment = datetime.fromisoformat(re.sub(r" ([+-][0-9:]+)$", r"\1", raw))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def since_1970(microseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def number(raw: Any) -> str:
    """A text as it is, a number in its digits, anything else as nothing."""
    raw = plain(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        digits = format(Decimal(repr(raw)), "f")
        return digits.removesuffix(".0")
    return text(raw) or ""


def price(raw: Any) -> Decimal | None:
    """A price as DECIMAL_SEPARATOR=. has it, with a currency around it or not; None where there is none."""
    if raw is None:
        return None
    digits = re.sub(r"^([A-Z]{0,3}\s*[$€£]|[A-Z]{3})\s*|\s*([A-Z]{0,3}\s*[$€£]|[A-Z]{3})$", "", number(raw))
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", digits):
        digits = digits.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", digits):
        return None
    with localcontext(prec=1000):
        return Decimal(digits).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def decoded(metadata: Any) -> Any:
    """What a metadata is, or its text encodes once or twice."""
    for _ in range(2):
        try:
            metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
        except ValueError:
            break
    return metadata


def quantity(raw: Any) -> int:
    whole = re.fullmatch(r"([0-9]+)(\.0+)?", number(raw))
    return int(whole[1]) if whole and 1 <= int(whole[1]) <= 1_000_000 else 1


def is_there(raw: Any) -> bool:
    return raw is not None and not (isinstance(raw, str) and not raw.strip())


def defects(kind: str, worth: Decimal | None, price: Any, quantity: Any, metadata: Any) -> frozenset[str]:
    digits = re.fullmatch(r"([0-9]+)(\.0+)?", number(quantity))
    whole = digits and 1 <= int(digits[1]) <= 1_000_000
    has_object = not is_there(metadata) or isinstance(decoded(metadata), dict)
    return frozenset(
        name
        for name, is_bad in (
            ("unreadable_price", worth is None and (is_there(price) or kind == "purchase")),
            ("unreadable_quantity", quantity is not None and not whole),
            ("unreadable_metadata", not has_object),
        )
        if is_bad
    )


def event_names() -> dict[str, str]:
    with (ROOT / "seeds" / "event_names.csv").open(encoding="utf-8") as file:
        return {row["event_name"]: row["event_type"] for row in csv.DictReader(file)}


NAMES = event_names()


def cleaned(rows: Iterable[dict[str, Any]]) -> Iterator[Event]:
    """The events in raw rows: the earliest of those that are one, and all that can't be told apart."""
    seen = set()
    found = (event for row in rows for event in events_of(row))
    for event in sorted(found, key=lambda event: event.at):
        if event.identity not in seen:
            yield event
        if event.identity:
            seen.add(event.identity)


def events_of(raw: dict[str, Any]) -> Iterator[Event]:
    """The events of a row: one for each item where it is about one product, none if it is quarantined."""
    at = instant(raw.get("created_at"))
    session, kind = person(raw.get("session_id")), text(raw.get("event_type"))
    if at is None or session is None or kind is None:
        return
    kind = NAMES.get(kind, kind)
    key, row_id = text(raw.get("idempotency_key")), text(plain(raw.get("_id")))
    identity = ("key", key) if key else ("row", row_id) if row_id else None
    items = raw["items"] if isinstance(raw.get("items"), list) else []
    metadata = decoded(raw.get("metadata"))
    metadata = metadata if isinstance(metadata, dict) else {}
    given = metadata["quantity"] if metadata.get("quantity") is not None else raw.get("quantity")
    units = quantity(given)
    unit_price, slug = price(raw.get("price")), text(raw.get("product_slug"))
    money = next((each for each in moneys(raw, metadata) if each is not None), None)
    event = Event(
        type=kind,
        session=session,
        buyer=person(raw.get("user_id")) or session,
        user=person(raw.get("user_id")),
        order_id=order_id(raw, metadata),
        slug=slug,
        name=text(raw.get("product_name")),
        source=text(raw.get("source")) or "direct",
        medium=text(raw.get("utm_medium")),
        campaign=text(raw.get("utm_campaign")),
        price=unit_price or Decimal(0),
        quantity=units,
        value=money if unit_price is None or slug is None else unit_price * units,
        cart_total=next(filter(None, moneys(raw, metadata, CART_TOTALS)), None),
        empties_cart=kind == "cart_abandon" and text(metadata.get("reason")) == "user_removed_all_items",
        defects=defects(kind, unit_price, raw.get("price"), given, raw.get("metadata")),
        at=at,
        identity=identity,
    )
    priced = [(price(item.get("price")), quantity(item.get("quantity"))) for item in items]
    known = [each * count for each, count in priced if each is not None]
    if items and kind in PRODUCT_EVENTS:
        for place, (item, (each, count)) in enumerate(zip(items, priced, strict=True)):
            alone = money / count if len(items) == 1 and money is not None else None
            known_worth = each if each is not None else price(None if alone is None else f"{alone:f}")
            worth = known_worth or Decimal(0)
            yield replace(
                event,
                slug=text(item.get("product_slug")),
                name=text(item.get("product_name")),
                price=worth,
                quantity=count,
                value=worth * count,
                defects=defects(
                    kind, known_worth, item.get("price"), item.get("quantity"), raw.get("metadata")
                ),
                identity=identity and (*identity, place),
            )
    elif kind == "purchase":
        yield replace(event, value=event.price * units)
    elif kind in ("refund", "order_cancelled"):
        asked = next(
            (each for each in (money, sum(known, Decimal(0)) if known else None) if each is not None),
            None if unit_price is None else unit_price * units,
        )
        is_unreadable = money is None and has_money(raw, metadata)
        yield replace(
            event,
            value=asked,
            defects=event.defects | ({"unreadable_price"} if is_unreadable else set()),
        )
    else:
        yield replace(event, value=sum(known, Decimal(0))) if known else event


def order_id(raw: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    for name in ("order_id", "order_number", "transaction_id"):
        for place in (raw, metadata):
            if place.get(name) is not None:
                return person(plain(place[name]))
    return None


def has_money(raw: dict[str, Any], metadata: dict[str, Any]) -> bool:
    return any(place.get(name) is not None for place in (raw, metadata) for name in MONEY)


def moneys(
    raw: dict[str, Any], metadata: dict[str, Any], names: Iterable[str] = MONEY
) -> Iterator[Decimal | None]:
    for name in names:
        yield price(raw.get(name))
        yield price(metadata.get(name))


def rounded(value: Fraction | int, digits: int) -> Fraction:
    """Half away from zero."""
    scale: int = 10**digits
    whole = math.floor(abs(Fraction(value)) * scale + Fraction(1, 2))
    return Fraction(whole if value > 0 else -whole, scale)


def half_up(value: Fraction | int, digits: int) -> float:
    return float(rounded(value, digits))


def ratio(numerator: int, denominator: int, scale: int = 100) -> float:
    """A percentage, unless another scale is asked for, to 1 decimal; 0 where the denominator is 0."""
    return half_up(Fraction(numerator * scale, denominator), 1) if denominator else 0


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant a calendar day begins, also where a clock change skips or repeats 00:00."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def window(
    now: datetime, zone: ZoneInfo, start: str | None, end: str | None, days: int = 7
) -> tuple[datetime, datetime, datetime]:
    """The window's first instant, its end, and its last instant: the end itself only where that is now."""
    stop = midnight(date.fromisoformat(end) + timedelta(days=1), zone) if end else None
    finish, last = (stop, stop - MICROSECOND) if stop and stop <= now else (now, now)
    first = midnight(date.fromisoformat(start), zone) if start else finish - timedelta(days=days)
    return first, finish, last


def answer(
    events: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    mode: str = "total",
    start: str | None = None,
    end: str | None = None,
    compare: str | None = None,
    include: str | None = None,
) -> dict[str, Any]:
    """What the endpoint answers at `now`, about raw events as they were landed."""
    zone = ZoneInfo(store_timezone)
    now = now.astimezone(UTC).replace(microsecond=0)
    first, finish, last = window(now, zone, start, end)
    known = [event for event in cleaned(events) if event.at <= now]
    stats = answer_of(known, zone, mode, first, finish, last)
    if include and "names" in include:
        lists = ("top_products", "top_viewed_products", "product_performance")
        slugs = {product["slug"] for each in lists for product in stats[each]}
        names = names_of(known)
        stats["names"] = {slug: names.get(slug, slug) for slug in slugs}
    if include and "trend" in include:
        stats["trend"] = list(trend(known, zone, first, last))
    if compare == "previous":
        start_before, last_before = first - (finish - first), first - MICROSECOND
        stats["previous"] = answer_of(known, zone, mode, start_before, first, last_before)
    return stats


def trend(known: list[Event], zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[dict[str, Any]]:
    """The answers for each day of a window, as far as the window reaches into it."""
    day = first.astimezone(zone).date()
    while (begin := midnight(day, zone)) <= max(first, last):
        end = midnight(day + timedelta(days=1), zone) - MICROSECOND
        begin, end = max(begin, first), min(end, last)
        stats = answer_of(known, zone, "total", begin, end, end)
        fields = ("total_sales", "total_revenue", "average_order_value", "abandonment_rate")
        yield {"date": day.isoformat(), **{field: stats[field] for field in fields}}
        day += timedelta(days=1)


def names_of(known: list[Event]) -> dict[str | None, str]:
    """The newest name of each product that has one."""
    named = sorted((event for event in known if event.name), key=lambda event: (event.at, event.name or ""))
    return {event.slug: event.name or "" for event in named}


def answer_of(
    known: list[Event], zone: ZoneInfo, mode: str, first: datetime, finish: datetime, last: datetime
) -> dict[str, Any]:
    """The 25 fields over a window, about events whose time has come."""
    inside = [event for event in known if first <= event.at <= last]

    groups: defaultdict[tuple[str, str | None], list[Event]] = defaultdict(list)
    names = names_of(known)
    for event in inside:
        groups[event.type, None].append(event)
        if event.slug:
            groups[event.type, event.slug].append(event)

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
            "name": names.get(slug, slug),
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
