"""Visits, touches and shares by brute force, from their definitions in the contract."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import Event, cleaned, half_up, rounded, window
from tests.support.reference_carts import carts_of
from tests.support.reference_carts import order as cart_order
from tests.support.reference_orders import Order, orders_of, persons, session_order

Row = dict[str, Any]
PAUSE, REACH, WEEK = timedelta(minutes=30), timedelta(days=30), timedelta(days=7)
NONE = "(none)"
MOST_STEPS = 10


@dataclass(frozen=True)
class Touch:
    """How a visit began; at is None where an order has no touch."""

    source: str = "direct"
    medium: str = NONE
    campaign: str = NONE
    at: datetime | None = None
    session: str = ""

    @property
    def channel(self) -> tuple[str, str, str]:
        return self.source, self.medium, self.campaign


def visits_of(events: Iterable[Event]) -> list[Event]:
    """The first event of each visit."""
    sessions: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        sessions[event.session].append(event)
    found = []
    for theirs in sessions.values():
        last, source = None, ""
        for event in sorted(theirs, key=session_order):
            is_other = event.source not in ("direct", source)
            if last is None or event.at - last > PAUSE or is_other:
                found.append(event)
                source = event.source
            last = event.at
    return found


def touch(event: Event) -> Touch:
    return Touch(event.source, event.medium or NONE, event.campaign or NONE, event.at, event.session)


def rest_to_last(parts: list[Fraction], total: Fraction) -> list[Fraction]:
    return [*parts[:-1], total - sum(parts[:-1], Fraction(0))]


def all_to(place: int) -> Callable[[list[Touch]], list[Fraction]]:
    return lambda touches: [Fraction(number == place % len(touches)) for number in range(len(touches))]


def last_non_direct(touches: list[Touch]) -> list[Fraction]:
    known = [place for place, each in enumerate(touches) if each.source != "direct"]
    return all_to(known[-1] if known else -1)(touches)


def linear(touches: list[Touch]) -> list[Fraction]:
    return rest_to_last([rounded(Fraction(1, len(touches)), 12)] * len(touches), Fraction(1))


def position(touches: list[Touch]) -> list[Fraction]:
    if len(touches) <= 2:
        return linear(touches)
    middle = rounded(Fraction(1, 5) / (len(touches) - 2), 12)
    return rest_to_last([Fraction(2, 5), *[middle] * (len(touches) - 1)], Fraction(1))


def time_decay(touches: list[Touch], at: datetime) -> list[Fraction]:
    weights = [rounded(Fraction(2 ** -((at - each.at) / WEEK)), 12) if each.at else 1 for each in touches]
    total = float(sum(weights))
    parts = [rounded(Fraction(float(each) / total), 12) for each in weights]
    return rest_to_last(parts, Fraction(1))


MODELS: dict[str, Callable[[list[Touch]], list[Fraction]]] = {
    "first": all_to(0),
    "last": all_to(-1),
    "last_non_direct": last_non_direct,
    "linear": linear,
    "position": position,
}


@dataclass(frozen=True)
class Attributed:
    """An order with its touches, oldest first."""

    order: Order
    touches: list[Touch]
    is_first: bool

    def shares(self, model: str) -> list[Fraction]:
        if model == "time_decay":
            return time_decay(self.touches, self.order.first.at)
        return MODELS[model](self.touches)

    @property
    def net(self) -> Fraction:
        return self.order.gross - self.order.refunded

    def revenues(self, model: str) -> list[Fraction]:
        shares = self.shares(model)
        if 1 in shares:
            return [self.net * share for share in shares]
        if self.net > 10**14:
            return rest_to_last([Fraction(0)] * len(shares), self.net)
        return rest_to_last([rounded(self.net * share, 2) for share in shares], self.net)

    @property
    def path(self) -> str:
        steps = [source for source, _ in groupby(each.source for each in self.touches)]
        return "… > " * (len(steps) > MOST_STEPS) + " > ".join(steps[-MOST_STEPS:])

    @property
    def days(self) -> Fraction:
        first = self.touches[0].at
        if not first:
            return Fraction(0)
        microseconds = (self.order.first.at - first) // timedelta(microseconds=1)
        return rounded(Fraction(microseconds, 86_400_000_000), 4)


def attributed(everything: list[Event], now: datetime | None = None) -> list[Attributed]:
    whose = persons(everything)
    visits: defaultdict[str, list[Touch]] = defaultdict(list)
    for event in visits_of(everything):
        visits[whose[id(event)]].append(touch(event))
    known: set[str] = set()
    found = []
    orders = orders_of(everything, now)
    for order in sorted(orders, key=lambda each: (each.first.at, each.key)):
        at = order.first.at
        theirs = [each for each in visits[order.person] if each.at and at - REACH < each.at <= at]
        theirs.sort(key=lambda each: (each.at, each.session, each.source))
        found.append(Attributed(order, theirs or [Touch()], order.person not in known))
        known.add(order.person)
    return found


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
    model: str = "last_non_direct",
    by: str = "source",
    include: str = "",
) -> Row:
    """What `attribution/` answers at `now`."""

    def key(each: Touch) -> tuple[str, str]:
        return str(getattr(each, by)), each.campaign

    now = now.astimezone(UTC).replace(microsecond=0)
    first, _, last = window(now, ZoneInfo(store_timezone), start, end, days=30)
    everything = list(cleaned(raw))
    orders = [each for each in attributed(everything, now) if first <= each.order.first.at <= last]
    channels: defaultdict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    models: dict[str, defaultdict[str, Fraction]] = {}
    for event in visits_of(everything):
        if first <= event.at <= last:
            channels[key(touch(event))][0] += 1
    for name in (*MODELS, "time_decay"):
        models[name] = defaultdict(Fraction)
        for each in orders:
            shares = zip(each.touches, each.shares(name), each.revenues(name), strict=True)
            for theirs, share, revenue in shares:
                if share:
                    models[name][getattr(theirs, by)] += revenue
                if share and name == model:
                    counts = channels[key(theirs)]
                    counts[1] += share
                    counts[2] += revenue
                    counts[3] += share * each.is_first
    rows = []
    for name, campaigns in by_name(channels).items():
        row = sums(name, list(campaigns.values()))
        if "campaigns" in include:
            row["campaigns"] = by_revenue([sums(each, [theirs]) for each, theirs in campaigns.items()])
        rows.append(row)
    return {
        "model": model,
        "by": by,
        "rows": by_revenue(rows),
        "models": {
            name: [
                {"name": channel, "revenue": half_up(revenue, 2)}
                for channel, revenue in sorted(revenues.items(), key=lambda item: (-item[1], item[0]))
            ]
            for name, revenues in models.items()
        },
    } | ({"paths": paths(orders)} if "paths" in include else {})


def by_name(
    channels: dict[tuple[str, str], list[Fraction]],
) -> dict[str, dict[str, list[Fraction]]]:
    """The counts of campaigns, by name."""
    names: defaultdict[str, dict[str, list[Fraction]]] = defaultdict(dict)
    for (name, campaign), counts in channels.items():
        names[name][campaign] = counts
    return names


def sums(name: str, counts: list[list[Fraction]]) -> Row:
    visits, orders, revenue, new_buyers = (sum(each, Fraction(0)) for each in zip(*counts, strict=True))
    return {
        "name": name,
        "visits": int(visits),
        "orders": half_up(orders, 2),
        "revenue": half_up(revenue, 2),
        "new_buyers": half_up(new_buyers, 2),
        "cost": None,
        "roas": None,
    }


def by_revenue(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["revenue"], row["name"]))


def total(orders: Iterable[Attributed]) -> Fraction:
    return sum((each.net for each in orders), Fraction(0))


def paths(orders: list[Attributed]) -> list[Row]:
    return [
        {
            "path": path,
            "orders": len(theirs),
            "revenue": half_up(total(theirs), 2),
            "touches_per_order": half_up(Fraction(sum(len(each.touches) for each in theirs), len(theirs)), 1),
            "days": half_up(sum((each.days for each in theirs), Fraction(0)) / len(theirs), 1),
        }
        for path, theirs in sorted(
            by_path(orders).items(), key=lambda item: (-len(item[1]), -total(item[1]), item[0])
        )[:10]
    ]


def by_path(orders: Iterable[Attributed]) -> dict[str, list[Attributed]]:
    groups: defaultdict[str, list[Attributed]] = defaultdict(list)
    for each in orders:
        groups[each.path].append(each)
    return groups


def marts(events: list[Event], zone: ZoneInfo) -> dict[str, list[Row]]:
    """The rows of the marts about campaigns."""
    orders = attributed(events)
    shares: defaultdict[tuple[Any, ...], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    ways: defaultdict[tuple[date, str], list[Attributed]] = defaultdict(list)
    counts: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, set(), 0, 0, Fraction(0)])

    def day(instant: datetime) -> date:
        return instant.astimezone(zone).date()

    for each in orders:
        placed = day(each.order.first.at)
        ways[placed, each.path].append(each)
        row = counts[placed, *each.touches[-1].channel]
        row[3] += 1
        row[4] += each.net
        for model in (*MODELS, "time_decay"):
            for theirs, share, revenue in zip(
                each.touches, each.shares(model), each.revenues(model), strict=True
            ):
                if share:
                    sums = shares[placed, model, *theirs.channel]
                    sums[0] += share
                    sums[1] += revenue
                    sums[2] += share * each.is_first
    visits = visits_of(events)
    for event in visits:
        row = counts[day(event.at), *touch(event).channel]
        row[0] += 1
        row[1].add(event.session)
    whose = persons(events)
    begins = set(map(id, visits))
    theirs_in_order: defaultdict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda each: (*cart_order(each), id(each) not in begins)):
        theirs_in_order[whose[id(event)]].append(event)
    for cart in carts_of(events, whose):
        before = theirs_in_order[whose[id(cart.first)]]
        before = before[: [id(each) for each in before].index(id(cart.first)) + 1]
        newest = next((touch(each) for each in reversed(before) if id(each) in begins), Touch())
        counts[day(cart.first.at), *newest.channel][2] += 1
    return {
        "mart_attribution": [
            {
                **dict(zip(("event_date", "model", "source", "medium", "campaign"), key, strict=True)),
                **dict(zip(("orders", "revenue", "new_buyers"), sums, strict=True)),
            }
            for key, sums in shares.items()
        ],
        "mart_paths": [
            {
                "event_date": placed,
                "path": path,
                "orders": len(those),
                "revenue": total(those),
                "touches": sum(len(each.touches) for each in those),
                "days": sum((each.days for each in those), Fraction(0)),
            }
            for (placed, path), those in ways.items()
        ],
        "mart_campaigns": [
            {
                **dict(zip(("event_date", "source", "medium", "campaign"), key, strict=True)),
                "visits": row[0],
                "sessions": len(row[1]),
                **dict(zip(("carts", "orders", "revenue"), row[2:], strict=True)),
            }
            for key, row in counts.items()
        ],
    }
