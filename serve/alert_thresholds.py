"""Thresholds of alerts, from the variable ALERT_THRESHOLDS."""

import math
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class AlertThresholds:
    """From when on something is an alert.

    abandonment_rate: % of the buyers who began a checkout in 24 hours and did not buy; more is an alert.
    abandonment_buyers: how many must have begun one.
    viewed_sessions: sessions that viewed a product in 7 days that nobody bought; more are an alert.
    payment_errors: `payment_error` events in an hour.
    abandoned_carts: sessions with a cart and without a checkout in 6 hours.
    session_events: events of a session without a purchase in 24 hours; more are an alert.
    unusual_score: how far from the median of the same weekdays, in robust standard deviations.
    unusual_change: and how far at least, in % of the median.
    unusual_tail: where the median is under 20, how improbable a number must be.
    """

    abandonment_rate: float = 70
    abandonment_buyers: float = 3
    viewed_sessions: float = 10
    payment_errors: float = 1
    abandoned_carts: float = 5
    session_events: float = 15
    unusual_score: float = 3.5
    unusual_change: float = 30
    unusual_tail: float = 0.001


DEFAULT_THRESHOLDS = AlertThresholds()


def alert_thresholds(text: str) -> AlertThresholds:
    """The thresholds that differ from the usual ones, as in `abandonment_rate=80,payment_errors=3`.

    Raises ValueError, which names what is wrong.
    """
    known = {field.name for field in fields(AlertThresholds)}
    given: dict[str, float] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, value = (each.strip() for each in part.partition("="))
        if name not in known:
            raise ValueError(f"{name} is no threshold; there are {', '.join(sorted(known))}")
        try:
            given[name] = float(value)
        except ValueError:
            raise ValueError(f"{name} must be a number, not {value!r}") from None
        if not 0 <= given[name] < math.inf:
            raise ValueError(f"{name} must be 0 or more, not {value}")
    return replace(DEFAULT_THRESHOLDS, **given)
