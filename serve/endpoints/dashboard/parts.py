"""From the rows of a window to the parts of the answer."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from serve.endpoints.dashboard.models import (
    ConversionRates,
    DashboardStats,
    DayCount,
    ErrorCounts,
    ErrorsDay,
    EventCounts,
    EventsDay,
    ProductCount,
    ProductPerformance,
    RetentionMetrics,
    SessionStats,
    TrafficSource,
    TrendDay,
)
from serve.endpoints.dashboard.rows import Buyers, DayCheckouts, Product, Source, Step, WindowRows
from serve.query import Mode
from serve.rounding import percentage, ratio, rounded
from serve.window import RETENTION_DAYS, Window

TOP_PRODUCTS = 5


def dashboard_stats(rows: WindowRows, window: Window, mode: Mode) -> DashboardStats:
    """The answer for one window; docs/api.md defines each field."""
    is_unique = mode is Mode.UNIQUE
    steps, buyers = rows.steps, rows.buyers
    events = total_by(steps, "events")
    sessions = total_by(steps, "sessions")
    return DashboardStats(
        mode=mode,
        **sales(steps),
        **products(rows.products, is_unique),
        events_timeline=[
            EventsDay(date=day, **counts) for day, counts in by_day(steps, EventsDay, window).items()
        ],
        abandonment_rate=percentage(buyers.abandoning_buyers, buyers.checkout_buyers),
        **funnel(sessions if is_unique else events),
        **payment_funnel(events),
        error_counts=ErrorCounts(**pick(events, ErrorCounts)),
        errors_timeline=[
            ErrorsDay(date=day, **counts) for day, counts in by_day(steps, ErrorsDay, window).items()
        ],
        **traffic(rows.sources, sessions_with_purchase=sessions["purchase"]),
        retention_metrics=retention(buyers),
        whatsapp_sessions=sessions["whatsapp_cart_click"],
        whatsapp_purchases=sessions["whatsapp_purchase"],
        whatsapp_sessions_list=[row.session_id for row in rows.whatsapp_sessions],
    )


def trend(steps: list[Step], checkouts: list[DayCheckouts], window: Window) -> list[TrendDay]:
    """Each day of the window."""
    purchases = {row.event_date: row for row in steps if row.event_type == "purchase"}
    begun_on = {row.event_date: row for row in checkouts}
    days = []
    for day in window.days():
        sold = purchases.get(day, Step(day, "purchase", 0, 0, Decimal(0)))
        begun = begun_on.get(day, DayCheckouts(day, 0, 0))
        days.append(
            TrendDay(
                date=day,
                total_sales=sold.events,
                total_revenue=rounded(sold.revenue, 2),
                average_order_value=ratio(sold.revenue, sold.events, 2),
                abandonment_rate=percentage(begun.checkouts_without_purchase, begun.checkouts),
            )
        )
    return days


def total_by(steps: list[Step], measure: str) -> Counter[str]:
    """The sum of a measure by event type."""
    totals: Counter[str] = Counter()
    for row in steps:
        totals[row.event_type] += getattr(row, measure)
    return totals


def pick(counts: Counter[str], model: Any) -> dict[str, int]:
    """The counts that a model has a field for, zero where there are none."""
    return {name: counts[name] for name in model.model_fields if name != "date"}


def by_day(steps: list[Step], model: Any, window: Window) -> dict[date, dict[str, int]]:
    """Each day of the window with the numbers of events that the model has a field for."""
    days: dict[date, Counter[str]] = {day: Counter() for day in window.days()}
    for row in steps:
        days[row.event_date][row.event_type] += row.events
    return {day: pick(counts, model) for day, counts in days.items()}


def sales(steps: list[Step]) -> dict[str, Any]:
    purchases = [row for row in steps if row.event_type == "purchase" and row.events]
    count = sum(row.events for row in purchases)
    revenue = sum((row.revenue for row in purchases), Decimal(0))
    return {
        "total_sales": count,
        "total_revenue": rounded(revenue, 2),
        "average_order_value": ratio(revenue, count, 2),
        "sales_by_day": [DayCount(date=row.event_date, count=row.events) for row in purchases],
    }


def products(rows: list[Product], is_unique: bool) -> dict[str, Any]:
    sold = sorted((row for row in rows if row.units), key=lambda row: row.units_rank)
    viewed = [row for row in rows if row.views]
    return {
        "top_products": [ProductCount(slug=row.slug, count=row.units) for row in sold[:TOP_PRODUCTS]],
        "top_viewed_products": [
            ProductCount(slug=row.slug, count=row.views) for row in viewed[:TOP_PRODUCTS]
        ],
        "product_performance": [
            ProductPerformance(
                slug=row.slug,
                name=row.name,
                views=row.views,
                add_to_cart=row.add_to_cart,
                purchases=row.purchases,
                conversion_rate=percentage(row.purchases, row.views),
                purchases_units=row.units if is_unique else None,
            )
            for row in rows
            if row.views_rank <= 2 * TOP_PRODUCTS
        ],
    }


def funnel(counts: Counter[str]) -> dict[str, Any]:
    return {
        "event_counts": EventCounts(**pick(counts, EventCounts)),
        "conversion_rates": ConversionRates(
            visit_to_cart=percentage(counts["add_to_cart"], counts["product_view"]),
            cart_to_checkout=percentage(counts["begin_checkout"], counts["add_to_cart"]),
            checkout_to_purchase=percentage(counts["purchase"], counts["begin_checkout"]),
        ),
    }


def payment_funnel(events: Counter[str]) -> dict[str, Any]:
    started, paid, completed = (
        events[step] for step in ("checkout_started", "payment_info_entered", "order_completed")
    )
    return {
        "checkout_started_count": started,
        "payment_info_entered_count": paid,
        "order_completed_count": completed,
        "conversion_checkout_to_payment": percentage(paid, started),
        "conversion_payment_to_order": percentage(completed, paid),
    }


def traffic(rows: list[Source], sessions_with_purchase: int) -> dict[str, Any]:
    sessions = sum(row.sessions for row in rows)
    return {
        "session_stats": SessionStats(
            unique_sessions=sessions,
            avg_events_per_session=ratio(sum(row.events for row in rows), sessions, 1),
            sessions_with_purchase=sessions_with_purchase,
        ),
        "traffic_sources": [
            TrafficSource(source=row.source, sessions=row.sessions) for row in rows if row.sessions
        ],
    }


def retention(buyers: Buyers) -> RetentionMetrics:
    return RetentionMetrics(
        repurchase_rate=percentage(buyers.recurrent_buyers, buyers.buyers),
        recurrent_customers=buyers.recurrent_buyers,
        total_unique_buyers=buyers.buyers,
        period_days=RETENTION_DAYS,
    )
