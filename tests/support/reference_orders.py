"""Orders by brute force, from their definitions in the contract."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import Event, cleaned, half_up, ratio, window

Row = dict[str, Any]
REFUNDS = ("refund", "order_cancelled")
MINUTE = timedelta(seconds=60)
LARGEST_TO_SHARE = 10**14


def worth(event: Event) -> Fraction:
    return Fraction(event.value or 0)


def total(events: Iterable[Event]) -> Fraction:
    return sum(map(worth, events), Fraction(0))


def line_order(event: Event) -> tuple[Any, ...]:
    return (
        event.at,
        event.session,
        event.source,
        event.slug is None,
        event.slug or "",
        worth(event),
        event.quantity,
    )


def down(amount: Fraction) -> Fraction:
    """To 4 decimals, rounded down."""
    return Fraction(floor(amount * 10_000), 10_000)


@dataclass
class Order:
    """An order as far as the events go that are given.

    refunds: each with what it took back, in the order in which they came.
    """

    id: str | None
    person: str
    lines: list[Event]
    refunds: list[tuple[Event, Fraction]] = field(default_factory=list)

    @property
    def first(self) -> Event:
        return self.lines[0]

    @property
    def key(self) -> str:
        seconds = (self.first.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
        return f"id {self.id}" if self.id else f"session {self.first.session} {seconds}"

    @property
    def gross(self) -> Fraction:
        return total(self.lines)

    @property
    def refunded(self) -> Fraction:
        return sum((taken for _, taken in self.refunds), Fraction(0))

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    def requested(self, refund: Event) -> Fraction | None:
        """What a refund asks for; None for all that is left."""
        if refund.value is not None:
            return worth(refund)
        product = [line for line in self.lines if refund.slug and line.slug == refund.slug]
        if not product:
            return None
        return down(total(product) * refund.quantity / sum(line.quantity for line in product))

    def take_back(self, refunds: Iterable[Event]) -> None:
        def place(refund: Event) -> tuple[Any, ...]:
            asked = self.requested(refund)
            units = refund.quantity if refund.slug else 0
            slug = (refund.slug is None, refund.slug or "")
            return (
                refund.at,
                self.gross if asked is None else asked,
                refund.type,
                refund.session,
                *slug,
                units,
            )

        for refund in sorted(refunds, key=place):
            left = self.gross - self.refunded
            asked = self.requested(refund)
            self.refunds.append((refund, left if asked is None else min(asked, left)))

    def shares(self) -> list[tuple[Event, int, Fraction]]:
        """Each line with the units and the money that were taken back of it."""
        units: defaultdict[str, int] = defaultdict(int)
        money: defaultdict[str, Fraction] = defaultdict(Fraction)
        for refund, taken in self.refunds:
            if refund.slug:
                units[refund.slug] += refund.quantity
                money[refund.slug] += taken
        named = []
        for line in self.lines:
            slug = line.slug or ""
            some, much = min(units[slug], line.quantity), min(money[slug], worth(line))
            units[slug] -= some
            money[slug] -= much
            named.append((line, some, much))
        rest = self.refunded - sum((much for *_, much in named), Fraction(0))
        left = self.gross - sum((much for *_, much in named), Fraction(0))
        left_so_far = share_so_far = Fraction(0)
        found = []
        is_whole = self.gross > 0 and self.refunded == self.gross
        for line, some, much in named:
            left_so_far += worth(line) - much
            if not left:
                share = Fraction(0)
            elif self.gross > LARGEST_TO_SHARE:
                share = min(rest, left_so_far)
            else:
                share = down(rest * left_so_far / left)
            found.append((line, line.quantity if is_whole else some, much + share - share_so_far))
            share_so_far = share
        return found


def session_order(event: Event) -> tuple[Any, ...]:
    """Events of one instant come in this order, whichever file brought them."""
    return (
        event.at,
        event.source,
        *(event.medium is None, event.medium or "", event.campaign is None, event.campaign or ""),
        *(event.type, event.slug is None, event.slug or "", event.price, event.quantity),
    )


def persons(events: Iterable[Event]) -> dict[int, str]:
    """Of each event, by its identity in memory, whom its session is known to belong to."""
    sessions: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        sessions[event.session].append(event)
    found = {}
    for theirs in sessions.values():
        theirs.sort(key=session_order)
        for place, event in enumerate(theirs):
            users = [each.user for each in [*theirs[place:], *reversed(theirs[:place])] if each.user]
            found[id(event)] = users[0] if users else event.session
    return found


def orders_of(events: list[Event], now: datetime | None = None) -> list[Order]:
    """The orders of all purchases, up to now; a login after now tells whose a session is, too."""
    whose = persons(events)
    events = [event for event in events if now is None or event.at <= now]
    groups: list[tuple[str | None, list[Event]]] = []
    numbered: defaultdict[str, list[Event]] = defaultdict(list)
    unnumbered: defaultdict[str, list[Event]] = defaultdict(list)
    refunds: defaultdict[str | None, list[Event]] = defaultdict(list)
    for event in events:
        if event.type == "purchase":
            (numbered[event.order_id] if event.order_id else unnumbered[event.session]).append(event)
        elif event.type in REFUNDS:
            refunds[event.order_id].append(event)
    groups += numbered.items()
    for theirs in unnumbered.values():
        last = None
        for event in sorted(theirs, key=lambda each: each.at):
            if last is None or event.at - last > MINUTE:
                groups.append((None, []))
            groups[-1][1].append(event)
            last = event.at
    found = []
    for order_id, lines in groups:
        lines.sort(key=line_order)
        order = Order(order_id, whose[id(lines[0])], lines)
        if order_id:
            order.take_back(refunds[order_id])
        found.append(order)
    return found


def unknown_refunds(events: list[Event]) -> list[Event]:
    known = {event.order_id for event in events if event.type == "purchase" and event.order_id}
    return [event for event in events if event.type in REFUNDS and event.order_id not in known]


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """What `orders/` answers at `now`."""
    zone = ZoneInfo(store_timezone)
    now = now.astimezone(UTC).replace(microsecond=0)
    first, _, last = window(now, zone, start, end)
    everything = orders_of(list(cleaned(raw)), now)
    inside = [order for order in everything if first <= order.first.at <= last]
    paid_back = sum(
        (taken for order in everything for refund, taken in order.refunds if first <= refund.at <= last),
        Fraction(0),
    )
    before = {order.person for order in everything if order.first.at < first}
    buyers = {order.person for order in inside}
    gross, refunded = sums(inside)
    days = [
        first.astimezone(zone).date() + timedelta(days=number)
        for number in range(max(0, (last.astimezone(zone).date() - first.astimezone(zone).date()).days) + 1)
    ]
    by_source: defaultdict[str, list[Order]] = defaultdict(list)
    for order in inside:
        by_source[order.first.source].append(order)
    return {
        "orders": len(inside),
        "lines": sum(len(order.lines) for order in inside),
        "units": sum(order.units for order in inside),
        "gross_revenue": half_up(gross, 2),
        "refunded": half_up(refunded, 2),
        "net_revenue": half_up(gross - refunded, 2),
        "refunds_in_window": half_up(paid_back, 2),
        "average_order_value": half_up(gross / len(inside), 2) if inside else 0,
        "lines_per_order": (
            half_up(Fraction(sum(len(order.lines) for order in inside), len(inside)), 2) if inside else 0
        ),
        "refund_rate": ratio(sum(order.refunded > 0 for order in inside), len(inside)),
        "new_buyers": len(buyers - before),
        "returning_buyers": len(buyers & before),
        "by_day": [
            {"date": day.isoformat(), **in_short(each for each in inside if day_of(each, zone) == day)}
            for day in days
        ],
        "by_source": [
            {"source": source, **in_short(theirs)}
            for source, theirs in sorted(by_source.items(), key=lambda item: (-sums(item[1])[0], item[0]))
        ],
        "last_orders": [
            {
                "order_id": order.id,
                "ordered_at": order.first.at.isoformat().replace("+00:00", "Z"),
                "lines": len(order.lines),
                "units": order.units,
                "gross_revenue": half_up(order.gross, 2),
                "refunded": half_up(order.refunded, 2),
                "source": order.first.source,
            }
            for order in sorted(inside, key=newest_first)[:10]
        ],
    }


def newest_first(order: Order) -> tuple[Any, ...]:
    return datetime.max.replace(tzinfo=UTC) - order.first.at, order.key


def day_of(order: Order, zone: ZoneInfo) -> date:
    return order.first.at.astimezone(zone).date()


def sums(orders: Iterable[Order]) -> tuple[Fraction, Fraction]:
    """Gross and refunded."""
    theirs = list(orders)
    return sum((each.gross for each in theirs), Fraction(0)), sum(
        (each.refunded for each in theirs), Fraction(0)
    )


def in_short(orders: Iterable[Order]) -> dict[str, Any]:
    theirs = list(orders)
    gross, refunded = sums(theirs)
    return {
        "orders": len(theirs),
        "gross_revenue": half_up(gross, 2),
        "net_revenue": half_up(gross - refunded, 2),
    }


def mart_orders(events: list[Event], zone: ZoneInfo) -> list[Row]:
    """The rows of mart_orders."""
    everything = sorted(orders_of(events), key=lambda each: (each.first.at, each.key))
    keys = {(day_of(each, zone), each.first.source) for each in everything}
    keys |= {
        (refund.at.astimezone(zone).date(), order.first.source)
        for order in everything
        for refund, _ in order.refunds
    }
    days_before: defaultdict[str, list[date]] = defaultdict(list)
    new, returning = set(), set()
    for place, order in enumerate(everything):
        day, theirs = day_of(order, zone), days_before[order.person]
        if not theirs:
            new.add(place)
        elif theirs[-1] < day:
            returning.add(place)
        theirs.append(day)
    rows = []
    for day, source in keys:
        placed = [
            (place, each)
            for place, each in enumerate(everything)
            if (day_of(each, zone), each.first.source) == (day, source)
        ]
        gross, refunded = sums(each for _, each in placed)
        rows.append(
            {
                "event_date": day,
                "source": source,
                "orders": len(placed),
                "lines": sum(len(each.lines) for _, each in placed),
                "units": sum(each.units for _, each in placed),
                "gross_revenue": gross,
                "refunded_revenue": refunded,
                "net_revenue": gross - refunded,
                "refunds": sum(
                    (
                        taken
                        for order in everything
                        for refund, taken in order.refunds
                        if (refund.at.astimezone(zone).date(), order.first.source) == (day, source)
                    ),
                    Fraction(0),
                ),
                "new_buyers": sum(place in new for place, _ in placed),
                "returning_buyers": sum(place in returning for place, _ in placed),
            }
        )
    return rows


def mart_products(events: list[Event], zone: ZoneInfo) -> dict[tuple[date, str], Row]:
    """What mart_products has about orders, by day and product."""
    found: dict[tuple[date, str], Row] = {}
    placed: defaultdict[tuple[date, str], set[int]] = defaultdict(set)
    for number, order in enumerate(orders_of(events)):
        for line, units, refunded in order.shares():
            if line.slug:
                key = line.at.astimezone(zone).date(), line.slug
                placed[key].add(number)
                row = found.setdefault(key, {"refunded_units": 0, "net_revenue": Fraction(0)})
                row["refunded_units"] += units
                row["net_revenue"] += worth(line) - refunded
    return {key: {"orders": len(placed[key]), **row} for key, row in found.items()}
