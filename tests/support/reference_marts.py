"""The marts by brute force, from their descriptions, to compare row by row."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tests.support import (
    reference_attribution,
    reference_carts,
    reference_deals,
    reference_orders,
    reference_segments,
)
from tests.support.reference import ALL_ERRORS, CHECKOUT, FUNNEL, Event, cleaned, rounded
from tests.support.reference_funnel import STEPS as JOURNEY

Row = dict[str, Any]
PRODUCT_STEPS = ("product_view", "add_to_cart", "purchase")
NOTHING_ORDERED: Row = {"orders": 0, "refunded_units": 0, "net_revenue": Fraction(0)}
WHATSAPP = ("whatsapp_cart_click", "whatsapp_purchase")


@dataclass(frozen=True)
class Dated:
    """An event and its day in the store's calendar."""

    event: Event
    day: date

    @property
    def value(self) -> Fraction:
        return Fraction(self.event.value or 0)


def rate(part: int, whole: int) -> Fraction:
    """In %, to 1 decimal, half up; 0 where nothing can be divided."""
    return rounded(Fraction(100 * part, whole), 1) if whole else Fraction(0)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def weeks(first: date, last: date) -> int:
    return (last - first).days // 7


def months(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def grouped(events: Iterable[Dated], key: Callable[[Dated], Any]) -> dict[Any, list[Dated]]:
    groups: defaultdict[Any, list[Dated]] = defaultdict(list)
    for each in events:
        groups[key(each)].append(each)
    return groups


def of(events: Iterable[Dated], *kinds: str) -> list[Dated]:
    return [each for each in events if each.event.type in kinds]


def sessions(events: Iterable[Dated]) -> int:
    return len({each.event.session for each in events})


def units(purchases: Iterable[Dated]) -> int:
    return sum(each.event.quantity for each in purchases)


def value(events: Iterable[Dated]) -> Fraction:
    return sum((each.value for each in events), Fraction(0))


def marts(raw_events: list[dict[str, Any]], store_timezone: str) -> dict[str, list[Row]]:
    """The rows of each mart, in no order, of raw events as they were landed."""
    zone = ZoneInfo(store_timezone)
    events = [Dated(event, event.at.astimezone(zone).date()) for event in cleaned(raw_events)]
    purchases = of(events, "purchase")
    plain_events = [each.event for each in events]
    newest = max((each.day for each in events), default=date.min)
    begun = list(
        begun_checkouts(
            events,
            reference_carts.finished_checkouts(plain_events, reference_orders.persons(plain_events)),
        )
    )
    return {
        "mart_sales": sales(purchases),
        "mart_funnel_daily": funnel(events, "event_date", lambda day: day),
        "mart_funnel_weekly": funnel(events, "week_date", monday),
        "mart_funnel_monthly": funnel(events, "month_date", first_of_month),
        "mart_funnel_sources": funnel_sources(events),
        "mart_products": products(events, reference_orders.mart_products(plain_events, zone)),
        "mart_orders": reference_orders.mart_orders(plain_events, zone),
        **reference_attribution.marts(plain_events, zone),
        "mart_carts": reference_carts.mart_carts(plain_events, zone),
        "mart_customer_segments": reference_segments.mart_customer_segments(plain_events, zone),
        "mart_traffic": traffic(events),
        "mart_checkouts": checkouts(begun),
        "mart_errors": errors(events, begun),
        "mart_whatsapp": whatsapp(events),
        "mart_data_quality": data_quality(events),
        "mart_retention_weekly": retention(purchases, newest, "week", monday, weeks),
        "mart_retention_monthly": retention(purchases, newest, "month", first_of_month, months),
        "mart_repurchases": repurchases(purchases),
    }


def first_days(purchases: list[Dated]) -> dict[str, date]:
    """The day of each buyer's first purchase."""
    buyers = grouped(purchases, lambda each: each.event.buyer)
    return {buyer: min(each.day for each in theirs) for buyer, theirs in buyers.items()}


def sales(purchases: list[Dated]) -> list[Row]:
    first = first_days(purchases)
    return [
        {
            "event_date": day,
            "purchases": len(those),
            "units": units(those),
            "revenue": value(those),
            "average_order_value": rounded(value(those) / len(those), 2),
            "buyers": len({each.event.buyer for each in those}),
            "new_buyers": len({each.event.buyer for each in those if first[each.event.buyer] == day}),
        }
        for day, those in grouped(purchases, lambda each: each.day).items()
    ]


def funnel(events: list[Dated], name: str, begin: Callable[[date], date]) -> list[Row]:
    rows = []
    for first, those in grouped(of(events, *FUNNEL, *CHECKOUT), lambda each: begin(each.day)).items():
        for funnel_name, steps in (("shopping", FUNNEL), ("payment", CHECKOUT)):
            before: list[Dated] = []
            for number, step in enumerate(steps, start=1):
                reached = of(those, step)
                rows.append(
                    {
                        name: first,
                        "funnel": funnel_name,
                        "step": step,
                        "step_number": number,
                        "events": len(reached),
                        "sessions": sessions(reached),
                        "event_conversion_rate": rate(len(reached), len(before)) if number > 1 else None,
                        "session_conversion_rate": (
                            rate(sessions(reached), sessions(before)) if number > 1 else None
                        ),
                    }
                )
                before = reached
    return rows


def products(events: list[Dated], ordered: dict[tuple[date, str], Row]) -> list[Row]:
    names: dict[str | None, str | None] = {}
    for each in sorted(events, key=lambda each: (each.event.at, each.event.name or "")):
        names[each.event.slug] = each.event.name or names.get(each.event.slug) or each.event.slug
    rows = []
    of_products = (each for each in of(events, *PRODUCT_STEPS) if each.event.slug)
    for (day, slug), those in grouped(of_products, lambda each: (each.day, each.event.slug)).items():
        views, carts, purchases = (of(those, step) for step in PRODUCT_STEPS)
        rows.append(
            {
                "event_date": day,
                "product_slug": slug,
                "product_name": names[slug],
                "views": len(views),
                "carts": len(carts),
                "purchases": len(purchases),
                "sessions_with_view": sessions(views),
                "sessions_with_cart": sessions(carts),
                "sessions_with_purchase": sessions(purchases),
                "units": units(purchases),
                "revenue": value(purchases),
                **ordered.get((day, slug), NOTHING_ORDERED),
                "conversion_rate": rate(len(purchases), len(views)),
                "session_conversion_rate": rate(sessions(purchases), sessions(views)),
            }
        )
    return rows


def traffic(events: list[Dated]) -> list[Row]:
    visits = grouped(events, lambda each: (each.day, each.event.session)).items()
    rows = []
    for day, source in {(each.day, each.event.source) for each in events}:
        came = [
            those
            for (visit_day, _), those in visits
            if visit_day == day and min((each.event.at, each.event.source) for each in those)[1] == source
        ]
        bought = [of(those, "purchase") for those in came if of(those, "purchase")]
        rows.append(
            {
                "event_date": day,
                "source": source,
                "events": sum(each.day == day and each.event.source == source for each in events),
                "sessions": len(came),
                "sessions_with_purchase": len(bought),
                "revenue": sum(map(value, bought), Fraction(0)),
                "conversion_rate": rate(len(bought), len(came)),
            }
        )
    return rows


@dataclass(frozen=True)
class Begun:
    """All that a buyer begins to check out on a day."""

    day: date
    source: str
    last_error: str | None
    value: Fraction
    is_without_purchase: bool
    is_abandoned: bool


def begun_checkouts(events: list[Dated], finished: set[int]) -> Iterator[Begun]:
    """finished: the identities in memory of what `reference_carts.finished_checkouts` gives."""
    buyers_days = {(each.day, each.event.buyer) for each in of(events, "purchase")}
    met = grouped(of(events, *ALL_ERRORS), lambda each: (each.day, each.event.buyer))
    begun = grouped(of(events, "begin_checkout"), lambda each: (each.day, each.event.buyer))
    for (day, buyer), those in begun.items():
        _, source = min((each.event.at, each.event.source) for each in those)
        last = (
            max((each.event.at, each.value) for each in of_product)
            for of_product in grouped(those, lambda each: each.event.slug).values()
        )
        last_at = max((each.event.at for each in met.get((day, buyer), [])), default=None)
        last_errors = [each.event.type for each in met.get((day, buyer), []) if each.event.at == last_at]
        yield Begun(
            day,
            source,
            min(last_errors, default=None),
            sum((each for _, each in last), Fraction(0)),
            (day, buyer) not in buyers_days,
            (day, buyer) not in buyers_days and not any(id(each.event) in finished for each in those),
        )


def left_behind(checkouts: Iterable[Begun]) -> Fraction:
    return sum((each.value for each in checkouts if each.is_abandoned), Fraction(0))


def checkouts(begun: list[Begun]) -> list[Row]:
    found: defaultdict[tuple[date, str], list[Begun]] = defaultdict(list)
    for each in begun:
        found[each.day, each.source].append(each)
    return [
        {
            "event_date": day,
            "source": source,
            "checkouts": len(those),
            "abandoned_checkouts": sum(each.is_abandoned for each in those),
            "value": sum((each.value for each in those), Fraction(0)),
            "abandoned_value": left_behind(those),
            "checkouts_without_purchase": sum(each.is_without_purchase for each in those),
            "abandonment_rate": rate(sum(each.is_without_purchase for each in those), len(those)),
        }
        for (day, source), those in found.items()
    ]


def errors(events: list[Dated], begun: list[Begun]) -> list[Row]:
    purchases = grouped(of(events, "purchase"), lambda each: (each.day, each.event.session))
    rows = []
    met = grouped(of(events, *ALL_ERRORS), lambda each: (each.day, each.event.type))
    for (day, kind), those in met.items():
        first = {
            session: min(each.event.at for each in theirs)
            for session, theirs in grouped(those, lambda each: each.event.session).items()
        }
        lost = [each for each in begun if (each.day, each.last_error) == (day, kind)]
        rows.append(
            {
                "event_date": day,
                "error_type": kind,
                "errors": len(those),
                "sessions": len(first),
                "sessions_with_later_purchase": sum(
                    any(each.event.at >= at for each in purchases.get((day, session), []))
                    for session, at in first.items()
                ),
                "abandoned_checkouts": sum(each.is_abandoned for each in lost),
                "abandoned_value": left_behind(lost),
            }
        )
    return rows


def order_of_instants(each: Dated) -> tuple[Any, ...]:
    return each.event.at, each.event.type, each.event.value is not None, each.value


def whatsapp(events: list[Dated]) -> list[Row]:
    by_session = grouped(of(events, *WHATSAPP), lambda each: each.event.session)
    deals = reference_deals.deals_of(each.event for each in events)
    days = {id(each.event): each.day for each in events}
    closed: defaultdict[date, list[tuple[int, Dated]]] = defaultdict(list)
    for theirs in by_session.values():
        click = None
        for each in sorted(theirs, key=order_of_instants):
            if each.event.type == "whatsapp_cart_click":
                click = each
            elif click:
                closed[each.day].append(((each.event.at - click.event.at) // timedelta(seconds=1), click))
                click = None
    rows = []
    for day, those in grouped(of(events, *WHATSAPP), lambda each: each.day).items():
        clicks, sold = (of(those, kind) for kind in WHATSAPP)
        known = [click for _, click in closed[day] if click.event.value is not None]
        rows.append(
            {
                "event_date": day,
                "clicks": len(clicks),
                "sales": len(sold),
                "sessions_with_click": sessions(clicks),
                "sessions_with_sale": sessions(sold),
                "closing_rate": rate(sessions(sold), sessions(clicks)),
                "sales_after_click": len(closed[day]),
                "seconds_to_sale": sum(seconds for seconds, _ in closed[day]),
                "median_seconds_to_sale": (
                    median(seconds for seconds, _ in closed[day]) if closed[day] else None
                ),
                "sales_with_revenue": len(known),
                "revenue": value(known),
                "deals": sum(days[id(deal.first)] == day for deal in deals),
                "won_value": value(known),
                "won_amount": sum(
                    (deal.amount for deal in deals if deal.sale and days[id(deal.sale)] == day), Fraction(0)
                ),
                "p90_seconds_to_sale": (
                    reference_deals.percentile(sorted(seconds for seconds, _ in closed[day]), Fraction(9, 10))
                    if closed[day]
                    else None
                ),
            }
        )
    return rows


def funnel_sources(events: list[Dated]) -> list[Row]:
    steps = of(events, *JOURNEY)
    return [
        {
            "event_date": day,
            "source": source,
            "step": step,
            "step_number": number,
            "events": len(of(those, step)),
            "sessions": sessions(of(those, step)),
        }
        for (day, source), those in grouped(steps, lambda each: (each.day, each.event.source)).items()
        for number, step in enumerate(JOURNEY, 1)
    ]


def data_quality(events: list[Dated]) -> list[Row]:
    found = Counter((each.day, each.event.type, defect) for each in events for defect in each.event.defects)
    unknown = set(map(id, reference_orders.unknown_refunds([each.event for each in events])))
    found.update((each.day, each.event.type, "unknown_order") for each in events if id(each.event) in unknown)
    return [
        {"event_date": day, "event_type": kind, "defect": defect, "events": count}
        for (day, kind, defect), count in found.items()
    ]


def retention(
    purchases: list[Dated],
    newest: date,
    unit: str,
    begin: Callable[[date], date],
    between: Callable[[date, date], int],
) -> list[Row]:
    cohort = {buyer: begin(day) for buyer, day in first_days(purchases).items()}
    found = grouped(purchases, lambda each: (cohort[each.event.buyer], begin(each.day)))
    rows = []
    for first in set(cohort.values()):
        size = sum(of_buyer == first for of_buyer in cohort.values())
        for period in {begin(first + timedelta(days=day)) for day in range((newest - first).days + 1)}:
            those = found.get((first, period), [])
            buyers = len({each.event.buyer for each in those})
            rows.append(
                {
                    f"cohort_{unit}_date": first,
                    f"{unit}s_after": between(first, period),
                    "cohort_buyers": size,
                    "buyers": buyers,
                    "purchases": len(those),
                    "revenue": value(those),
                    "retention_rate": rate(buyers, size),
                }
            )
    return rows


def repurchases(purchases: list[Dated]) -> list[Row]:
    found: defaultdict[tuple[date, int], list[Dated]] = defaultdict(list)
    for theirs in grouped(purchases, lambda each: each.event.buyer).values():
        theirs.sort(key=lambda each: (each.event.at, each.value))
        for before, each in pairwise(theirs):
            found[each.day, (each.day - before.day).days].append(each)
    return [
        {"event_date": day, "days_since_previous": days, "purchases": len(those), "revenue": value(those)}
        for (day, days), those in found.items()
    ]


def mart_differences(
    published: duckdb.DuckDBPyConnection, raw_events: list[dict[str, Any]], store_timezone: str
) -> list[str]:
    """One line per row that a published mart lacks or has too much."""
    lines = []
    for mart, expected in marts(raw_events, store_timezone).items():
        rows = published.sql(f"from {mart}")
        actual = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
        lines += [f"{mart}: expected {row}" for row in expected if row not in actual]
        lines += [f"{mart}: got {row}" for row in actual if row not in expected]
        if len(actual) != len(expected):
            lines.append(f"{mart}: expected {len(expected)} rows, got {len(actual)}")
    return lines
