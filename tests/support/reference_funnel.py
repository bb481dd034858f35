"""The funnel by brute force, from its definition in the contract."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.reference import Event, cleaned, half_up, ratio, window
from tests.support.reference_deals import percentile
from tests.support.reference_orders import persons, worth

Row = dict[str, Any]
STEPS = ("page_view", "product_view", "add_to_cart", "begin_checkout", "purchase")
SECOND = timedelta(seconds=1)


def answer(
    raw: list[dict[str, Any]],
    now: datetime,
    store_timezone: str,
    start: str | None = None,
    end: str | None = None,
    source: str | None = None,
    order: str | None = None,
    within_days: str = "7",
) -> dict[str, Any]:
    """What `funnel/` answers at `now`."""
    source = (source or "").strip() or None
    now = now.astimezone(UTC).replace(microsecond=0)
    first, _, last = window(now, ZoneInfo(store_timezone), start, end, days=30)
    everything = list(cleaned(raw))
    whose = persons(everything)
    known = [event for event in everything if event.at <= now]
    if order == "strict":
        some = [event for event in known if source in (None, event.source)]
        chains = list(best_chains(some, whose, first, last, timedelta(days=int(within_days))))
        steps = list(strict_steps(chains))
    else:
        inside = [event for event in known if first <= event.at <= last and source in (None, event.source)]
        steps = [
            {"step": step, "count": len({event.session for event in inside if event.type == step})}
            for step in STEPS
        ]
    return {"funnel": steps, "start_date": written(first), "end_date": written(last)}


def written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def best_chains(
    known: Iterable[Event],
    whose: dict[int, str],
    first: datetime,
    last: datetime,
    within: timedelta,
) -> Iterator[list[Event]]:
    """Of each person the longest chain of steps, of those that are equally long the earliest."""
    people: defaultdict[str, list[Event]] = defaultdict(list)
    for event in known:
        if event.type in STEPS:
            people[whose[id(event)]].append(event)
    for theirs in people.values():
        starts = [event for event in theirs if event.type == STEPS[0] and first <= event.at <= last]
        chains = [chain(theirs, start, within) for start in starts]
        if chains:
            yield min(chains, key=lambda each: (-len(each), each[0].at))


def chain(theirs: list[Event], start: Event, within: timedelta) -> list[Event]:
    """The steps from a first one on, each as early as it can be; of one instant, the most valuable."""
    steps = [start]
    for step in STEPS[1:]:
        later = [
            event for event in theirs if event.type == step and steps[-1].at <= event.at <= start.at + within
        ]
        if not later:
            break
        steps.append(min(later, key=lambda event: (event.at, -worth(event))))
    return steps


def strict_steps(chains: list[list[Event]]) -> Iterator[Row]:
    counts = [sum(len(each) > place for each in chains) for place in range(len(STEPS))]
    for place, step in enumerate(STEPS):
        before = counts[place - 1] if place else counts[0]
        seconds = sorted(
            (each[place].at - each[place - 1].at) // SECOND for each in chains if 0 < place < len(each)
        )
        lost = sum((worth(each[-1]) for each in chains if len(each) == place and place > 1), Fraction(0))
        yield {
            "step": step,
            "count": counts[place],
            "rate_from_previous": ratio(counts[place], before),
            "rate_from_first": ratio(counts[place], counts[0]),
            "median_seconds": half_up(percentile(seconds, Fraction(1, 2)), 1) if place else None,
            "p90_seconds": half_up(percentile(seconds, Fraction(9, 10)), 1) if place else None,
            "value_lost": half_up(lost, 2),
        }
