"""Which alerts there are, of what the queries found."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from serve.alert_thresholds import AlertThresholds
from serve.endpoints.alerts.models import Alert, Severity
from serve.endpoints.alerts.texts import Language, Wording, localized_message, unusual_message
from serve.endpoints.alerts.unusual import Unusual
from serve.rounding import rounded

ORDER: tuple[Severity, ...] = ("critical", "warning", "info")


class Counts(NamedTuple):
    """Of the last 24 hours; payment_errors of the last one, abandoned_carts of the last 6."""

    checkout_buyers: int
    abandoning_buyers: int
    payment_errors: int
    abandoned_carts: int
    stuck_sessions: int


class UnsoldProduct(NamedTuple):
    """A product that many sessions viewed in 7 days and nobody bought."""

    product_slug: str
    sessions: int
    name: str


def alerts_of(
    counts: Counts,
    products: list[UnsoldProduct],
    found: list[Unusual],
    thresholds: AlertThresholds,
    now: datetime,
    today: date,
    wording: Wording,
) -> list[Alert]:
    """The alerts, the most severe first; `all_clear` where there is none, but for good news."""
    alerts = [*rule_alerts(counts, products, thresholds, now, wording.language)]
    if not alerts and not any(each.is_bad for each in found):
        message = localized_message(wording.language, "all_clear")
        alerts = [Alert(type="all_clear", message=message, severity="info", timestamp=now)]
    alerts += (unusual_alert(each, now, today, wording) for each in found)
    return sorted(alerts, key=lambda alert: (ORDER.index(alert.severity), alert.type))


def rule_alerts(
    counts: Counts,
    products: list[UnsoldProduct],
    thresholds: AlertThresholds,
    now: datetime,
    language: Language,
) -> Iterator[Alert]:
    def alert(kind: str, severity: Severity, product_slug: str | None = None, **facts: object) -> Alert:
        return Alert(
            type=kind,
            message=localized_message(language, kind, **facts),
            severity=severity,
            timestamp=now,
            product_slug=product_slug,
        )

    buyers, abandoning = counts.checkout_buyers, counts.abandoning_buyers
    if (
        buyers >= max(thresholds.abandonment_buyers, 1)
        and 100 * abandoning > thresholds.abandonment_rate * buyers
    ):
        yield alert("high_abandonment", "critical", buyers=buyers, rate=100 * abandoning / buyers)
    if counts.payment_errors >= max(thresholds.payment_errors, 1):
        yield alert("payment_errors", "critical", count=counts.payment_errors)
    for product in products:
        yield alert(
            "popular_no_conversion",
            "warning",
            product.product_slug,
            name=product.name,
            sessions=product.sessions,
        )
    if counts.abandoned_carts >= max(thresholds.abandoned_carts, 1):
        yield alert("carts_abandoned", "warning", count=counts.abandoned_carts)
    if counts.stuck_sessions:
        yield alert("stuck_sessions", "info", count=counts.stuck_sessions, limit=thresholds.session_events)


def unusual_alert(found: Unusual, now: datetime, today: date, wording: Wording) -> Alert:
    """Critical where no event comes at all, a warning where it is bad, else good to know."""
    severity: Severity = "critical" if found.what == "events" and not found.actual else "warning"
    return Alert(
        type=f"unusual_{found.what}",
        message=unusual_message(wording, found, today),
        severity=severity if found.is_bad else "info",
        timestamp=now,
        expected=rounded(Decimal(repr(found.expected)), 1),
        actual=rounded(Decimal(repr(found.actual)), 1),
        money=rounded(found.money, 2),
    )
