"""What is not normal for this weekday and time of day: today so far against the same weekdays before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from serve.alert_thresholds import AlertThresholds

FEWEST_DAYS, MOST_DAYS = 4, 8
MOST_TERMS = 1_000  # Of a sum whose later ones are 0.
CHANCE = 3.0  # Standard deviations of Poisson's law.
SMALL = 20  # Below, a number is judged by how improbable it is.


class DayRow(NamedTuple):
    """What a day had up to the time of day that it is."""

    event_date: date
    events: int
    sessions: int
    cart_sessions: int
    checkout_sessions: int
    payment_errors: int
    whatsapp_clicks: int
    orders: int
    net_revenue: Decimal


@dataclass(frozen=True)
class Unusual:
    """A number of today that is not normal.

    what: orders, net_revenue, sessions, cart_rate, checkout_rate, payment_errors, whatsapp_clicks or events.
    expected, actual: a count, money, or for rates %.
    money: what today's net revenue is above that of the other days; below, it is negative.
    is_bad: whether it is less than it should be; of errors, more.
    """

    what: str
    expected: float
    actual: float
    money: Decimal
    is_bad: bool


def unusual(today: DayRow, before: list[DayRow], thresholds: AlertThresholds) -> Iterator[Unusual]:
    """What is not normal today; nothing where there are not enough days before."""
    if len(before) < FEWEST_DAYS:
        return
    money = today.net_revenue - median(day.net_revenue for day in before)

    def found(what: str, actual: float, usual: float, scale: float = 1.0) -> Unusual:
        is_less = actual < usual
        is_bad = is_less != (what == "payment_errors")
        return Unusual(what, usual * scale, actual * scale, money, is_bad)

    for what in ("events", "orders", "sessions", "payment_errors", "whatsapp_clicks"):
        counts = [float(getattr(day, what)) for day in before]
        actual = float(getattr(today, what))
        if is_unusual(actual, counts, thresholds):
            yield found(what, actual, median(counts))
    # The revenue of few orders depends on which they are, and their number is judged already.
    if median(day.orders for day in before) >= SMALL:
        revenues = [float(day.net_revenue) for day in before]
        orders = median(day.orders for day in before)
        if is_far(float(today.net_revenue), revenues, orders, thresholds):
            yield found("net_revenue", float(today.net_revenue), median(revenues))
    has_sessions = median(day.sessions for day in before) >= SMALL
    for what, part in (("cart_rate", "cart_sessions"), ("checkout_rate", "checkout_sessions")):
        rates = [getattr(day, part) / day.sessions for day in before if day.sessions]
        if has_sessions and len(rates) >= FEWEST_DAYS and today.sessions:
            actual = getattr(today, part)
            if is_unusual(actual, [rate * today.sessions for rate in rates], thresholds):
                yield found(what, actual / today.sessions, median(rates), scale=100.0)


def is_unusual(actual: float, counts: list[float], thresholds: AlertThresholds) -> bool:
    """Whether a count is too far from those of other days."""
    usual = median(counts)
    if usual >= SMALL:
        return is_far(actual, counts, usual, thresholds)
    return tail(actual, max(usual, 1.0)) < thresholds.unusual_tail


def is_far(actual: float, values: list[float], count: float, thresholds: AlertThresholds) -> bool:
    """Whether a value is too far from the median of others.

    In robust standard deviations, in %, and further than chance moves a count so large.
    count: how many events the value is usually made of.
    """
    usual = median(values)
    deviation = median(abs(value - usual) for value in values)
    distance = abs(actual - usual)
    least_change = max(thresholds.unusual_change / 100, CHANCE / math.sqrt(count))
    return distance * 0.6745 > thresholds.unusual_score * deviation and distance > least_change * abs(usual)


def tail(count: float, mean: float) -> float:
    """How probable a count so far from the mean is, on its side, by Poisson's law."""
    below = sum(
        math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
        for number in range(min(int(count), MOST_TERMS))
    )
    at = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    return below + at if count < mean else 1.0 - below
