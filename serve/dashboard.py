"""The dashboard's answer, question by question to the marts."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from serve.rounding import percentage, ratio, rounded
from serve.schema import (
    ConversionRates,
    DashboardStats,
    DayCount,
    ErrorCounts,
    ErrorsDay,
    EventCounts,
    EventsDay,
    Mode,
    ProductCount,
    ProductPerformance,
    RetentionMetrics,
    SessionStats,
    TrafficSource,
)
from serve.warehouse import Row, Session
from serve.window import Window

TOP_PRODUCTS = 5
RETENTION_DAYS = 90


def dashboard_stats(session: Session, window: Window, mode: Mode) -> DashboardStats:
    """The answer for one window; definitions in `contract.md`, section 3."""
    is_unique = mode is Mode.UNIQUE
    parameters = {**window.parameters(), "is_unique": is_unique}

    def ask(query: str) -> list[Row]:
        return session.rows(query, parameters)

    ask("edge")
    steps = ask("funnel")
    events = total_by(steps, "step", "events")
    sessions = total_by(steps, "step", "sessions")
    errors = ask("errors")
    return DashboardStats(
        mode=mode,
        **sales(ask("sales")),
        **products(ask("products"), is_unique),
        events_timeline=[
            EventsDay(date=day, **counts)
            for day, counts in by_day(steps, "step", "events", EventsDay, window).items()
        ],
        abandonment_rate=abandonment_rate(ask("abandonment")[0]),
        **funnel(sessions if is_unique else events),
        **payment_funnel(events),
        error_counts=ErrorCounts(**pick(total_by(errors, "error_type", "errors"), ErrorCounts)),
        errors_timeline=[
            ErrorsDay(date=day, **counts)
            for day, counts in by_day(errors, "error_type", "errors", ErrorsDay, window).items()
        ],
        **traffic(ask("traffic"), sessions_with_purchase=sessions["purchase"]),
        retention_metrics=retention(ask("retention")[0]),
        **whatsapp(ask("whatsapp")[0]),
        whatsapp_sessions_list=[row["session_id"] for row in ask("whatsapp_sessions")],
    )


def total_by(rows: list[Row], key: str, measure: str) -> Counter[str]:
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row[key]] += row[measure]
    return totals


def pick(counts: Counter[str], model: Any) -> dict[str, int]:
    """The counts that a model has a field for, zero where there are none."""
    return {name: counts[name] for name in model.model_fields if name != "date"}


def by_day(rows: list[Row], key: str, measure: str, model: Any, window: Window) -> dict[date, dict[str, int]]:
    """Each day of the window with the counts of the model's fields."""
    days: dict[date, Counter[str]] = {day: Counter() for day in window.days()}
    for row in rows:
        days[row["event_date"]][row[key]] += row[measure]
    return {day: pick(counts, model) for day, counts in days.items()}


def sales(rows: list[Row]) -> dict[str, Any]:
    count = sum(row["sales"] for row in rows)
    revenue = sum((row["revenue"] for row in rows), Decimal(0))
    return {
        "total_sales": count,
        "total_revenue": rounded(revenue, 2),
        "average_order_value": ratio(revenue, count, 2),
        "sales_by_day": [DayCount(date=row["event_date"], count=row["sales"]) for row in rows],
    }


def products(rows: list[Row], is_unique: bool) -> dict[str, Any]:
    sold = sorted((row for row in rows if row["units"]), key=lambda row: row["units_rank"])
    viewed = [row for row in rows if row["views"]]
    return {
        "top_products": [ProductCount(slug=row["slug"], count=row["units"]) for row in sold[:TOP_PRODUCTS]],
        "top_viewed_products": [
            ProductCount(slug=row["slug"], count=row["views"]) for row in viewed[:TOP_PRODUCTS]
        ],
        "product_performance": [
            ProductPerformance(
                slug=row["slug"],
                name=row["name"],
                views=row["views"],
                add_to_cart=row["add_to_cart"],
                purchases=row["purchases"],
                conversion_rate=percentage(row["purchases"], row["views"]),
                purchases_units=row["units"] if is_unique else None,
            )
            for row in rows
            if row["views_rank"] <= 2 * TOP_PRODUCTS
        ],
    }


def abandonment_rate(buyers: Row) -> float:
    return percentage(buyers["abandoning_buyers"], buyers["checkout_buyers"])


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


def traffic(rows: list[Row], sessions_with_purchase: int) -> dict[str, Any]:
    sessions = sum(row["sessions"] for row in rows)
    return {
        "session_stats": SessionStats(
            unique_sessions=sessions,
            avg_events_per_session=ratio(sum(row["events"] for row in rows), sessions, 1),
            sessions_with_purchase=sessions_with_purchase,
        ),
        "traffic_sources": [
            TrafficSource(source=row["source"], sessions=row["sessions"]) for row in rows if row["sessions"]
        ],
    }


def retention(buyers: Row) -> RetentionMetrics:
    return RetentionMetrics(
        repurchase_rate=percentage(buyers["recurrent_buyers"], buyers["buyers"]),
        recurrent_customers=buyers["recurrent_buyers"],
        total_unique_buyers=buyers["buyers"],
        period_days=RETENTION_DAYS,
    )


def whatsapp(sessions: Row) -> dict[str, Any]:
    return {
        "whatsapp_sessions": sessions["click_sessions"],
        "whatsapp_purchases": sessions["purchase_sessions"],
    }
