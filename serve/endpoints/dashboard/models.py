"""The dashboard's JSON, field by field; the descriptions are the API's documentation."""

from datetime import date

from pydantic import BaseModel, Field

from serve.query import Mode
from serve.schema import Count, Percentage, definition, field_on_request, localized_field


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
    product_view: Count = localized_field(
        "A product was looked at; events or sessions, by mode.",
        "Se vio un producto; eventos o sesiones, según lo elegido.",
    )
    add_to_cart: Count = localized_field(
        "A product was put into the cart; events or sessions, by mode.",
        "Se agregó un producto al carrito; eventos o sesiones, según lo elegido.",
    )
    begin_checkout: Count = localized_field(
        "A checkout was begun; events or sessions, by mode.",
        "Se inició un pago; eventos o sesiones, según lo elegido.",
    )
    purchase: Count = localized_field(
        "Something was bought; events or sessions, by mode.",
        "Se compró algo; eventos o sesiones, según lo elegido.",
    )


class ConversionRates(BaseModel):
    visit_to_cart: Percentage = localized_field(
        "add_to_cart / product_view of event_counts, in %.", "De lo visto, cuánto se agregó al carrito, en %."
    )
    cart_to_checkout: Percentage = localized_field(
        "begin_checkout / add_to_cart of event_counts, in %.",
        "De lo agregado al carrito, cuánto llegó a iniciar el pago, en %.",
    )
    checkout_to_purchase: Percentage = localized_field(
        "purchase / begin_checkout of event_counts, in %.",
        "De los pagos iniciados, cuántos acabaron en compra, en %.",
    )


class ErrorCounts(BaseModel):
    payment_error: Count = localized_field("Number of times a payment failed.", "Veces que falló un pago.")
    checkout_error: Count = localized_field(
        "Number of times the checkout failed.", "Veces que falló la finalización de la compra."
    )
    payment_confirmation_error: Count = localized_field(
        "Number of times a payment was not confirmed.", "Veces que un pago no se confirmó."
    )


class ProductPerformance(BaseModel):
    slug: str
    name: str = Field(description=definition("product_name"))
    views: Count
    add_to_cart: Count
    purchases: Count
    conversion_rate: Percentage = Field(description=definition("conversion_rate"))
    purchases_units: Count | None = field_on_request(f"{definition('units')} In mode `unique` only.")


class SessionStats(BaseModel):
    unique_sessions: Count = localized_field(
        "Distinct sessions with an event of any type.", "Sesiones distintas con algún evento."
    )
    avg_events_per_session: float = localized_field(
        "Events of every type per session, to 1 decimal.", "Eventos de todo tipo por sesión, con 1 decimal."
    )
    sessions_with_purchase: Count = localized_field(
        definition("sessions_with_purchase"), "Sesiones distintas con una compra."
    )


class RetentionMetrics(BaseModel):
    repurchase_rate: Percentage = localized_field(
        "recurrent_customers / total_unique_buyers, in %.",
        "De los compradores de 90 días, cuántos compraron más de una vez, en %.",
    )
    recurrent_customers: Count = localized_field(
        "Buyers with more than one purchase in the period.", "Compradores con más de una compra en 90 días."
    )
    total_unique_buyers: Count = localized_field(
        definition("buyers"),
        "Compradores distintos (cliente o, si no se conoce, sesión) en 90 días.",
    )
    period_days: int = Field(description="Days of 24 hours that end with the window.")


class TrafficSource(BaseModel):
    source: str = Field(description=definition("source"))
    sessions: Count = Field(description=definition("source_sessions"))


class DashboardStats(BaseModel):
    """Everything the dashboard draws, over one window."""

    mode: Mode
    total_sales: Count = localized_field(definition("purchases"), "Número de compras.")
    total_revenue: float = localized_field(
        definition("revenue"),
        "Precio × cantidad de las compras.",
    )
    average_order_value: float = localized_field(definition("average_order_value"), "Ingresos / ventas.")
    top_products: list[ProductCount] = localized_field(
        "The 5 products with most units sold.", "Los 5 productos con más unidades vendidas."
    )
    top_viewed_products: list[ProductCount] = localized_field(
        "The 5 products viewed most, by mode.", "Los 5 productos más vistos, por eventos o sesiones."
    )
    sales_by_day: list[DayCount] = localized_field(
        "Purchases per day, ascending, days with sales only.", "Compras por día; solo los días con ventas."
    )
    events_timeline: list[EventsDay] = localized_field(
        "Events on every day the window touches, ascending.", "Eventos de cada día del período."
    )
    abandonment_rate: Percentage = localized_field(
        definition("abandonment_rate"),
        "De quienes iniciaron un pago en el período, cuántos no compraron en él, en %.",
    )
    event_counts: EventCounts = Field(description="The steps of the funnel, by mode.")
    conversion_rates: ConversionRates = Field(description="From step to step of event_counts.")
    checkout_started_count: Count = localized_field(
        "Number of checkouts started.", "Número de pagos iniciados."
    )
    payment_info_entered_count: Count = localized_field(
        "Number of times payment details were entered.", "Veces que se dieron los datos de pago."
    )
    order_completed_count: Count = localized_field(
        "Number of orders completed.", "Número de pedidos completos."
    )
    conversion_checkout_to_payment: Percentage = localized_field(
        "payment_info_entered_count / checkout_started_count, in %.",
        "De los pagos iniciados, en cuántos se dieron los datos, en %.",
    )
    conversion_payment_to_order: Percentage = localized_field(
        "order_completed_count / payment_info_entered_count, in %.",
        "De los pagos con datos, cuántos acabaron en pedido completo, en %.",
    )
    error_counts: ErrorCounts = Field(description="Number of errors of each kind.")
    product_performance: list[ProductPerformance] = localized_field(
        "Up to 10 products with a view, cart or purchase, by views descending; counts by mode.",
        "Hasta 10 productos vistos, agregados o comprados, por vistas; eventos o sesiones, según lo elegido.",
    )
    errors_timeline: list[ErrorsDay] = localized_field(
        "Errors on every day the window touches, ascending.", "Errores de cada día del período."
    )
    session_stats: SessionStats = Field(description="Sessions over events of every type.")
    retention_metrics: RetentionMetrics = Field(description="Buyers who come back, over 90 days.")
    traffic_sources: list[TrafficSource] = localized_field(
        "Sessions by the source of their first event in the window, descending. Of more than 200 sources the"
        " last is `other`, the sum of the rest.",
        "Sesiones según el origen de su primer evento del período.",
    )
    whatsapp_sessions: Count = localized_field(
        definition("whatsapp_sessions"),
        "Sesiones distintas que pasaron a WhatsApp con su carrito.",
    )
    whatsapp_purchases: Count = localized_field(
        definition("whatsapp_purchases"),
        "Sesiones distintas con una venta cerrada por WhatsApp.",
    )
    whatsapp_sessions_list: list[str] = localized_field(
        "The last 10 sessions that went to WhatsApp with their cart, newest first.",
        "Las últimas 10 sesiones que pasaron a WhatsApp con su carrito, la más reciente primero.",
    )


class TrendDay(BaseModel):
    """What the answer for one day says, as far as the window reaches into it."""

    date: date
    total_sales: Count
    total_revenue: float
    average_order_value: float
    abandonment_rate: Percentage


class ComparedStats(DashboardStats):
    """The dashboard's answer as it is sent."""

    trend: list[TrendDay] | None = field_on_request(
        "With `include=trend` only: each day of the window, ascending, as a query for that day"
        " alone gives it.",
    )

    names: dict[str, str] | None = field_on_request(
        "With `include=names` only: the name of each product in the lists, by its slug.",
    )

    previous: DashboardStats | None = field_on_request(
        "With `compare=previous` only: the same over the window of equal length just before.",
    )
