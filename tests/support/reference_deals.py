"""Deals over WhatsApp by brute force, from their definition in the contract."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import Event, cleaned, half_up, ratio, window
from tests.support.reference_orders import persons, worth

CLICK, SALE = "whatsapp_cart_click", "whatsapp_purchase"
WAIT = timedelta(hours=72)


@dataclass
class Deal:
    clicks: list[Event] = field(default_factory=list)
    sale: Event | None = None

    @property
    def first(self) -> Event:
        return min([*self.clicks, *([self.sale] if self.sale else [])], key=order)

    @property
    def newest(self) -> Event | None:
        return self.clicks[-1] if self.clicks else None

    @property
    def value(self) -> Fraction:
        return worth(self.newest) if self.newest else Fraction(0)

    @property
    def amount(self) -> Fraction:
        return worth(self.sale) if self.sale and self.sale.value is not None else self.value

    def state(self, bought: Iterable[datetime], now: datetime) -> str:
        if self.sale:
            return "won"
        assert self.newest
        if any(self.newest.at <= at <= self.newest.at + WAIT for at in bought):
            return "won_on_web"
        return "lost" if now >= self.newest.at + WAIT else "open"


def order(event: Event) -> tuple[Any, ...]:
    return event.at, event.type, event.value is not None, worth(event)


def deals_of(events: Iterable[Event]) -> list[Deal]:
    sessions: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.type in (CLICK, SALE):
            sessions[event.session].append(event)
    found = []
    for theirs in sessions.values():
        deal = Deal()
        for event in sorted(theirs, key=order):
            if event.type == CLICK:
                deal.clicks.append(event)
            else:
                deal.sale = event
                found.append(deal)
                deal = Deal()
        if deal.clicks:
            found.append(deal)
    return found


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
) -> dict[str, Any]:
    """What `whatsapp/` answers at `now`, but for the names of what is in the carts."""
    zone = ZoneInfo(store_timezone)
    now = now.astimezone(UTC).replace(microsecond=0)
    first, _, last = window(now, zone, start, end)
    everything = list(cleaned(raw))
    whose = persons(everything)
    known = [event for event in everything if event.at <= now]
    bought: defaultdict[str, list[datetime]] = defaultdict(list)
    for event in known:
        if event.type == "purchase":
            bought[whose[id(event)]].append(event.at)
    judged = [
        (deal, deal.state(bought[whose[id(deal.newest or deal.sale)]], now)) for deal in deals_of(known)
    ]
    inside = [(deal, state) for deal, state in judged if first <= deal.first.at <= last]
    totals = states(inside)
    seconds = sorted(
        (deal.sale.at - deal.newest.at) // timedelta(seconds=1)
        for deal, _ in inside
        if deal.sale and deal.newest
    )
    sources: defaultdict[str, list[tuple[Deal, str]]] = defaultdict(list)
    for deal, state in inside:
        sources[deal.first.source].append((deal, state))
    still_open = sorted(
        (deal for deal, state in judged if state == "open"),
        key=lambda deal: (deal.first.at, deal.first.session),
    )
    won, on_web, lost = (totals[state]["deals"] for state in ("won", "won_on_web", "lost"))
    return {
        **totals,
        "closing_rate": ratio(won, won + on_web + lost),
        "median_minutes": half_up(percentile(seconds, Fraction(1, 2)) / 60, 1),
        "p90_minutes": half_up(percentile(seconds, Fraction(9, 10)) / 60, 1),
        "by_source": [
            {"name": source, **states(theirs)}
            for source, theirs in sorted(sources.items(), key=lambda item: (-len(item[1]), item[0]))
        ],
        "by_hour": [
            {
                "hour": hour,
                **states(
                    (deal, state)
                    for deal, state in inside
                    if deal.newest and deal.newest.at.astimezone(zone).hour == hour
                ),
            }
            for hour in range(24)
        ],
        "open_deals": [
            {
                "session_id": deal.first.session,
                "since": deal.first.at.isoformat().replace("+00:00", "Z"),
                "value": half_up(deal.value, 2),
            }
            for deal in still_open[:50]
        ],
    }


def states(deals: Iterable[tuple[Deal, str]]) -> dict[str, Any]:
    all_deals = list(deals)
    found: dict[str, Any] = {}
    for state in ("won", "won_on_web", "lost", "open"):
        theirs = [deal for deal, each in all_deals if each == state]
        found[state] = {
            "deals": len(theirs),
            "value": half_up(sum((deal.value for deal in theirs), Fraction(0)), 2),
        }
        if state == "won":
            found[state]["amount"] = half_up(sum((deal.amount for deal in theirs), Fraction(0)), 2)
    return found


def percentile(values: list[int], part: Fraction) -> Fraction:
    """Between two of the sorted values in proportion; 0 of none."""
    if not values:
        return Fraction(0)
    place = part * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
