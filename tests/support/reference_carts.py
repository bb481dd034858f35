"""Carts by brute force, from their definition in the contract."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import ALL_ERRORS, CHECKOUT, Event, cleaned, half_up, ratio, window
from tests.support.reference_orders import persons

Row = dict[str, Any]
OPENERS = ("add_to_cart", "view_cart", "begin_checkout")
CLOSERS = {"purchase": "bought", "whatsapp_purchase": "sold_over_whatsapp", "cart_abandon": "emptied"}
OUTCOMES = (*CLOSERS.values(), "abandoned", "open")
STEPS = ("cart", "checkout", "payment")
WAIT, PAUSE, VISIT = timedelta(hours=72), timedelta(hours=24), timedelta(minutes=30)


@dataclass
class Cart:
    """events: those of the person from the one that opened it to the one that closed it, or the last."""

    events: list[Event] = field(default_factory=list)

    @property
    def first(self) -> Event:
        return self.events[0]

    @property
    def outcome(self) -> str | None:
        last = self.events[-1]
        return CLOSERS[last.type] if closes(last) else None

    @property
    def open_events(self) -> list[Event]:
        return self.events[:-1] if self.outcome else self.events

    @property
    def value(self) -> Fraction:
        totals = [event.cart_total for event in self.open_events if event.cart_total]
        if totals:
            return Fraction(totals[-1])
        signs = {"add_to_cart": 1, "remove_from_cart": -1}
        lines = (signs.get(event.type, 0) * Fraction(event.price) * event.quantity for event in self.events)
        return max(Fraction(0), sum(lines, Fraction(0)))

    @property
    def furthest_step(self) -> str:
        types = {event.type for event in self.events}
        return "payment" if types & {*CHECKOUT} else "checkout" if "begin_checkout" in types else "cart"

    @property
    def last_error(self) -> str | None:
        return ([None, *(event.type for event in self.events if event.type in ALL_ERRORS)])[-1]

    def gaps(self, longer_than: timedelta) -> int:
        pairs = zip(self.events, self.events[1:], strict=False)
        return sum(later.at - earlier.at > longer_than for earlier, later in pairs)

    @property
    def is_recovered(self) -> bool:
        return self.outcome in ("bought", "sold_over_whatsapp") and self.gaps(PAUSE) > 0

    @property
    def abandoned_at(self) -> datetime | None:
        return None if self.outcome else self.events[-1].at + WAIT

    def state(self, now: datetime) -> str:
        if self.abandoned_at is None:
            return self.outcome or ""
        return "abandoned" if now >= self.abandoned_at else "open"


def closes(event: Event) -> bool:
    return event.empties_cart if event.type == "cart_abandon" else event.type in CLOSERS


def order(event: Event) -> tuple[Any, ...]:
    rank = 0 if event.type in OPENERS else 2 + [*CLOSERS].index(event.type) if closes(event) else 1
    return event.at, rank, event.cart_total or 0, event.session, event.source, event.type


def carts_of(events: Iterable[Event], whose: dict[int, str]) -> list[Cart]:
    people: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        people[whose[id(event)]].append(event)
    found = []
    for theirs in people.values():
        cart = Cart()
        last = None
        for event in sorted(theirs, key=order):
            if last and event.at - last.at > WAIT:
                cart = Cart()
            last = event
            if not cart.events:
                if event.type not in OPENERS:
                    continue
                found.append(cart)
            cart.events.append(event)
            if closes(event):
                cart = Cart()
    return found


def finished_checkouts(events: Iterable[Event], whose: dict[int, str]) -> set[int]:
    """Identities in memory of each begin_checkout whose person buys or is sold something within 72 hours."""
    known = list(events)
    sales = [event for event in known if event.type in ("purchase", "whatsapp_purchase")]
    return {
        id(begun)
        for begun in known
        if begun.type == "begin_checkout"
        for sale in sales
        if whose[id(sale)] == whose[id(begun)] and begun.at <= sale.at <= begun.at + WAIT
    }


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """What `carts/` answers at `now`."""
    zone = ZoneInfo(store_timezone)
    now = now.astimezone(UTC).replace(microsecond=0)
    first, _, last = window(now, zone, start, end)
    everything = list(cleaned(raw))
    carts = carts_of((event for event in everything if event.at <= now), persons(everything))
    inside = [cart for cart in carts if first <= cart.first.at <= last]
    states = {state: sum(cart.state(now) == state for cart in inside) for state in OUTCOMES}
    finished = states["bought"] + states["sold_over_whatsapp"]
    recovered = sum(cart.is_recovered for cart in inside)
    silent = [
        cart for cart in carts if cart.state(now) == "open" and now - cart.events[-1].at > timedelta(hours=1)
    ]
    silent.sort(key=lambda cart: (-cart.value, cart.first.at, cart.first.session))
    return {
        **counts(inside, now),
        "abandonment_rate": ratio(states["abandoned"], finished + states["abandoned"]),
        "recovery_rate": ratio(recovered, recovered + states["abandoned"]),
        "by_furthest_step": [
            {"name": step, **counts((cart for cart in inside if cart.furthest_step == step), now)}
            for step in STEPS
        ],
        "by_source": by_name(inside, now, lambda cart: cart.first.source),
        "by_last_error": by_name(
            (cart for cart in inside if cart.last_error), now, lambda cart: cart.last_error or ""
        ),
        "open_carts": [
            {
                "session_id": cart.first.session,
                "opened_at": cart.first.at.isoformat().replace("+00:00", "Z"),
                "silent_since": cart.events[-1].at.isoformat().replace("+00:00", "Z"),
                "value": half_up(cart.value, 2),
                "furthest_step": cart.furthest_step,
            }
            for cart in silent[:20]
        ],
    }


def counts(carts: Iterable[Cart], now: datetime) -> Row:
    all_carts = list(carts)
    return {"opened": count(all_carts)} | {
        state: count(cart for cart in all_carts if cart.state(now) == state) for state in OUTCOMES
    }


def count(carts: Iterable[Cart]) -> Row:
    theirs = list(carts)
    return {
        "carts": len(theirs),
        "value": half_up(sum((cart.value for cart in theirs), Fraction(0)), 2),
    }


def by_name(carts: Iterable[Cart], now: datetime, name: Callable[[Cart], str]) -> list[Row]:
    """The most carts first."""
    groups: defaultdict[str, list[Cart]] = defaultdict(list)
    for cart in carts:
        groups[name(cart)].append(cart)
    return [
        {"name": each, **counts(theirs, now)}
        for each, theirs in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def mart_carts(events: list[Event], zone: ZoneInfo) -> list[Row]:
    """The rows of mart_carts."""

    def day(instant: datetime | None) -> date | None:
        return instant.astimezone(zone).date() if instant else None

    groups: defaultdict[tuple[Any, ...], list[Cart]] = defaultdict(list)
    for cart in carts_of(events, persons(events)):
        key = day(cart.first.at), cart.first.source, cart.furthest_step, cart.outcome, day(cart.abandoned_at)
        groups[key].append(cart)
    return [
        {
            "event_date": opened,
            "source": source,
            "furthest_step": step,
            "outcome": outcome or "unfinished",
            "abandoned_date": abandoned,
            "carts": len(theirs),
            "value": sum((cart.value for cart in theirs), Fraction(0)),
            "recovered_carts": sum(cart.is_recovered for cart in theirs),
            "visits": sum(1 + cart.gaps(VISIT) for cart in theirs),
        }
        for (opened, source, step, outcome, abandoned), theirs in groups.items()
    ]
