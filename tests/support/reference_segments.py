"""Segments of customers by brute force, from their definition in the contract."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.paths import ROOT
from tests.support.reference import Event, cleaned, half_up, window
from tests.support.reference_funnel import written
from tests.support.reference_orders import orders_of, total

Row = dict[str, Any]
PERIOD = timedelta(days=90)


def segments() -> list[Row]:
    with (ROOT / "seeds" / "customer_segments.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


SEGMENTS = segments()


def segment(recency: int, frequency: int, monetary: Fraction) -> str:
    for each in SEGMENTS[:-1]:
        if (
            recency <= int(each["most_days"])
            and frequency >= int(each["fewest_orders"])
            and monetary >= Decimal(each["least_revenue"])
        ):
            return str(each["segment"])
    return str(SEGMENTS[-1]["segment"])


def lines_of_customers(
    events: list[Event], now: datetime | None = None
) -> dict[str, list[tuple[int, Event]]]:
    """The purchases of each customer who was logged in, each with the number of its order."""
    found: defaultdict[str, list[tuple[int, Event]]] = defaultdict(list)
    for number, order in enumerate(orders_of(events, now)):
        for line in order.lines:
            if line.user:
                found[line.user].append((number, line))
    return found


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """What `rfm/` answers at `now`, but for the pseudonyms."""
    now = now.astimezone(UTC).replace(microsecond=0)
    _, finish, last = window(now, ZoneInfo(store_timezone), start, end)
    first = finish - PERIOD
    customers = []
    for theirs in lines_of_customers(list(cleaned(raw)), now).values():
        inside = [(number, line) for number, line in theirs if first <= line.at <= last]
        if inside:
            recency = (finish - max(line.at for _, line in inside)).days
            frequency = len({number for number, _ in inside})
            monetary = total(line for _, line in inside)
            customers.append((recency, -monetary, frequency, segment(recency, frequency, monetary)))
    customers.sort()
    return {
        "rfm": [
            {"recency": recency, "frequency": frequency, "monetary": half_up(-negative, 2), "segmento": name}
            for recency, negative, frequency, name in customers[:1000]
        ],
        "segments": [
            {
                "segmento": name,
                "buyers": sum(each[-1] == name for each in customers),
                "monetary": half_up(
                    -sum((each[1] for each in customers if each[-1] == name), Fraction(0)), 2
                ),
            }
            for name in (each["segment"] for each in SEGMENTS)
        ],
        "start_date": written(first),
        "end_date": written(last),
    }


def mart_customer_segments(events: list[Event], zone: ZoneInfo) -> list[Row]:
    """The rows of mart_customer_segments."""
    customers = {
        user: [(number, line, line.at.astimezone(zone).date()) for number, line in theirs]
        for user, theirs in lines_of_customers(events).items()
    }
    days = [day for theirs in customers.values() for *_, day in theirs]
    if not days:
        return []
    newest = max(event.at.astimezone(zone).date() for event in events)
    moves: defaultdict[tuple[date, str, str], list[tuple[int, Fraction]]] = defaultdict(list)
    before: dict[str, str] = {}
    for month, next_month in pairwise(months(min(days), newest)):
        as_of = min(next_month - timedelta(days=1), newest)
        now: dict[str, str] = {}
        for user, theirs in customers.items():
            inside = [each for each in theirs if as_of - timedelta(days=89) <= each[2] <= as_of]
            orders, revenue = len({number for number, *_ in inside}), total(line for _, line, _ in inside)
            if inside:
                now[user] = segment((as_of - max(day for *_, day in inside)).days, orders, revenue)
            if inside or user in before:
                move = month, before.get(user, "none"), now.get(user, "none")
                moves[move].append((orders, revenue))
        before = now
    return [
        {
            "month_date": month,
            "previous_segment": previous,
            "segment": current,
            "buyers": len(those),
            "orders": sum(orders for orders, _ in those),
            "revenue": sum((revenue for _, revenue in those), Fraction(0)),
        }
        for (month, previous, current), those in moves.items()
    ]


def months(first: date, last: date) -> Iterable[date]:
    """The first day of each month from that of `first` to the one after that of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)
    yield month
