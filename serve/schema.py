"""The dashboard's JSON, field by field; the descriptions are the API's documentation."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

Count = Annotated[int, Field(ge=0)]
Percentage = Annotated[float, Field(ge=0, description="In %, to 1 decimal; 0 where nothing can be divided.")]


def in_utc(instant: datetime | None) -> datetime | None:
    """An instant of the marts, which have no zone, as JSON wants it."""
    return instant and instant.replace(tzinfo=UTC)


class Mode(StrEnum):
    """What a count counts: events, or distinct sessions with at least one such event."""

    TOTAL = "total"
    UNIQUE = "unique"


class ProductCount(BaseModel):
    slug: str
    count: Count


class DayCount(BaseModel):
    date: date
    count: Count


class EventsDay(BaseModel):
    date: date
    product_view: Count
    add_to_cart: Count
    begin_checkout: Count
    purchase: Count
    checkout_started: Count
    payment_info_entered: Count
    order_completed: Count


class ErrorsDay(BaseModel):
    date: date
    payment_error: Count
    checkout_error: Count
    payment_confirmation_error: Count
    address_error: Count


class EventCounts(BaseModel):
    product_view: Count = Field(description="A product was looked at; events or sessions, by mode.")
    add_to_cart: Count = Field(description="A product was put into the cart; events or sessions, by mode.")
    begin_checkout: Count = Field(description="A checkout was begun; events or sessions, by mode.")
    purchase: Count = Field(description="Something was bought; events or sessions, by mode.")


class ConversionRates(BaseModel):
    visit_to_cart: Percentage = Field(description="add_to_cart / product_view of event_counts, in %.")
    cart_to_checkout: Percentage = Field(description="begin_checkout / add_to_cart of event_counts, in %.")
    checkout_to_purchase: Percentage = Field(description="purchase / begin_checkout of event_counts, in %.")


class ErrorCounts(BaseModel):
    payment_error: Count = Field(description="Number of times a payment failed.")
    checkout_error: Count = Field(description="Number of times the checkout failed.")
    payment_confirmation_error: Count = Field(description="Number of times a payment was not confirmed.")


class ProductPerformance(BaseModel):
    slug: str
    name: str = Field(description="The newest product name known, else the slug.")
    views: Count
    add_to_cart: Count
    purchases: Count
    conversion_rate: Percentage = Field(description="purchases / views, in %.")
    purchases_units: Count | None = Field(None, description="Units sold; in mode `unique` only.")


class SessionStats(BaseModel):
    unique_sessions: Count = Field(description="Distinct sessions with an event of any type.")
    avg_events_per_session: float = Field(description="Events of every type per session, to 1 decimal.")
    sessions_with_purchase: Count = Field(description="Distinct sessions with a purchase.")


class RetentionMetrics(BaseModel):
    repurchase_rate: Percentage = Field(description="recurrent_customers / total_unique_buyers, in %.")
    recurrent_customers: Count = Field(description="Buyers with more than one purchase in the period.")
    total_unique_buyers: Count = Field(description="Distinct buyers (customer, else session) in the period.")
    period_days: int = Field(description="Days of 24 hours that end with the window.")


class TrafficSource(BaseModel):
    source: str
    sessions: Count


class DashboardStats(BaseModel):
    """Everything the dashboard draws, over one window."""

    mode: Mode
    total_sales: Count = Field(description="Number of purchases.")
    total_revenue: float = Field(description="Price × quantity over the purchases, in COP, to 2 decimals.")
    average_order_value: float = Field(description="total_revenue / total_sales, in COP, to 2 decimals.")
    top_products: list[ProductCount] = Field(description="The 5 products with most units sold.")
    top_viewed_products: list[ProductCount] = Field(description="The 5 products viewed most, by mode.")
    sales_by_day: list[DayCount] = Field(description="Purchases per day, ascending, days with sales only.")
    events_timeline: list[EventsDay] = Field(description="Events on every day the window touches, ascending.")
    abandonment_rate: Percentage = Field(
        description="Of the buyers who began a checkout in the window, those without a purchase in it, in %."
    )
    event_counts: EventCounts = Field(description="The steps of the funnel, by mode.")
    conversion_rates: ConversionRates = Field(description="From step to step of event_counts.")
    checkout_started_count: Count = Field(description="Number of checkouts started.")
    payment_info_entered_count: Count = Field(description="Number of times payment details were entered.")
    order_completed_count: Count = Field(description="Number of orders completed.")
    conversion_checkout_to_payment: Percentage = Field(
        description="payment_info_entered_count / checkout_started_count, in %."
    )
    conversion_payment_to_order: Percentage = Field(
        description="order_completed_count / payment_info_entered_count, in %."
    )
    error_counts: ErrorCounts = Field(description="Number of errors of each kind.")
    product_performance: list[ProductPerformance] = Field(
        description="Up to 10 products with a view, cart or purchase, by views descending; counts by mode."
    )
    errors_timeline: list[ErrorsDay] = Field(description="Errors on every day the window touches, ascending.")
    session_stats: SessionStats = Field(description="Sessions over events of every type.")
    retention_metrics: RetentionMetrics = Field(description="Buyers who come back, over 90 days.")
    traffic_sources: list[TrafficSource] = Field(
        description="Sessions by the source of their first event in the window, descending."
    )
    whatsapp_sessions: Count = Field(description="Distinct sessions that went to WhatsApp with their cart.")
    whatsapp_purchases: Count = Field(description="Distinct sessions with a sale closed over WhatsApp.")
    whatsapp_sessions_list: list[str] = Field(
        description="The last 10 sessions that went to WhatsApp with their cart, newest first."
    )


class Health(BaseModel):
    """What is being served."""

    version: str | None = Field(description="The published version; null before the first.")
    built_at: datetime | None = Field(description="When it was built, UTC.")
    newest_event_at: datetime | None = Field(description="When its newest event so far happened, UTC.")


class Problem(BaseModel):
    """What every error answers."""

    detail: str
