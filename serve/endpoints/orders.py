"""`GET /api/analytics/orders/`: orders, what was taken back of them, and what is really earned."""

from asyncio import gather
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import Query
from serve.reader import Reader
from serve.rounding import percentage, ratio, rounded
from serve.schema import Count, Percentage, definition, in_utc, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window


class OrdersRow(NamedTuple):
    """Orders of a day (`kind` day), of a source (source), one of the newest orders (order), or
    what was taken back in the window of any order (refunds). A field that is not of its kind is null or 0.
    """

    kind: str
    order_date: date | None
    order_id: str | None
    source: str | None
    ordered_at: datetime | None
    orders: int
    lines: int
    units: int
    gross_revenue: Decimal
    refunded_revenue: Decimal
    refunded_orders: int


class OrderBuyers(NamedTuple):
    """The persons with an order in the window, without and with one before it."""

    new_buyers: int
    returning_buyers: int


ORDERS = SqlQuery("orders", OrdersRow)
ORDER_BUYERS = SqlQuery("order_buyers", OrderBuyers)


class OrdersDay(BaseModel):
    date: date
    orders: Count
    gross_revenue: float
    net_revenue: float


class OrdersSource(BaseModel):
    source: str
    orders: Count
    gross_revenue: float
    net_revenue: float


class Order(BaseModel):
    order_id: str | None
    ordered_at: datetime
    lines: Count
    units: Count
    gross_revenue: float
    refunded: float
    source: str


class Orders(BaseModel):
    """The orders whose first line lies in the window, as they are now."""

    orders: Count = localized_field(
        definition("orders"),
        "Número de pedidos: todas las compras con un mismo número de pedido, o las de una sesión que llegan"
        " con 60 segundos o menos entre una y otra.",
    )
    lines: Count = localized_field(
        "Number of purchase events in these orders.", "Número de compras de estos pedidos: sus líneas."
    )
    units: Count = localized_field("Units sold in these orders.", "Unidades vendidas en estos pedidos.")
    gross_revenue: float = localized_field(
        definition("gross_revenue"), "Precio × cantidad de todas las líneas de los pedidos."
    )
    refunded: float = localized_field(
        definition("refunded_revenue"),
        "Lo que hasta ahora se devolvió o anuló de estos pedidos; nunca más que sus ingresos brutos.",
    )
    net_revenue: float = localized_field(
        definition("net_revenue"), "Ingresos brutos menos lo que hasta ahora se devolvió de estos pedidos."
    )
    refunds_in_window: float = localized_field(
        "What was taken back within the window, of orders of any time.",
        "Lo que se devolvió en este período, de pedidos de cualquier fecha.",
    )
    average_order_value: float = localized_field("gross_revenue / orders.", "Ingresos brutos por pedido.")
    lines_per_order: float = localized_field(
        "lines / orders, to 2 decimals.", "Compras por pedido, en promedio."
    )
    refund_rate: Percentage = localized_field(
        "Of these orders, those of which something was taken back, in %.",
        "De estos pedidos, los que tuvieron alguna devolución, en %.",
    )
    new_buyers: Count = localized_field(
        "Persons who ordered in the window and never before.",
        "Personas que hicieron su primer pedido en este período.",
    )
    returning_buyers: Count = localized_field(
        "Persons who ordered in the window and had ordered before it.",
        "Personas que pidieron en este período y ya habían pedido antes.",
    )
    by_day: list[OrdersDay] = localized_field(
        "The orders of every day the window touches, ascending.", "Los pedidos de cada día del período."
    )
    by_source: list[OrdersSource] = localized_field(
        "The orders by the source of their first line, by gross revenue descending. Of more than 200 sources"
        " the last is `other`, the sum of the rest.",
        "Los pedidos según el origen de su primera compra; primero el de más ingresos.",
    )
    last_orders: list[Order] = localized_field(
        "The 10 newest orders of the window, newest first.", "Los 10 pedidos más recientes del período."
    )


async def respond(reader: Reader, window: Window, query: Query) -> EndpointResponse:
    """Orders, refunds and what is really earned, over the same windows; refused as the dashboard's answer is.

    Two dates, never mixed: `refunded` and `net_revenue` are about the orders of the window, whenever money
    went back; `refunds_in_window` is about the money that went back within it.
    """
    parameters = window.parameters()
    rows, (buyers,) = await gather(reader.rows(ORDERS, parameters), reader.rows(ORDER_BUYERS, parameters))
    return EndpointResponse(orders(rows, buyers, window))


def orders(rows: list[OrdersRow], buyers: OrderBuyers, window: Window) -> Orders:
    """The answer for one window."""
    days = {row.order_date: row for row in rows if row.kind == "day"}
    (refunds,) = (row.refunded_revenue for row in rows if row.kind == "refunds")
    count = sum(row.orders for row in days.values())
    lines = sum(row.lines for row in days.values())
    gross = sum((row.gross_revenue for row in days.values()), Decimal(0))
    refunded = sum((row.refunded_revenue for row in days.values()), Decimal(0))
    return Orders(
        orders=count,
        lines=lines,
        units=sum(row.units for row in days.values()),
        gross_revenue=rounded(gross, 2),
        refunded=rounded(refunded, 2),
        net_revenue=rounded(gross - refunded, 2),
        refunds_in_window=rounded(refunds, 2),
        average_order_value=ratio(gross, count, 2),
        lines_per_order=ratio(lines, count, 2),
        refund_rate=percentage(sum(row.refunded_orders for row in days.values()), count),
        new_buyers=buyers.new_buyers,
        returning_buyers=buyers.returning_buyers,
        by_day=[orders_day(day, days.get(day)) for day in window.days()],
        by_source=[
            OrdersSource(
                source=row.source or "",
                orders=row.orders,
                gross_revenue=rounded(row.gross_revenue, 2),
                net_revenue=rounded(row.gross_revenue - row.refunded_revenue, 2),
            )
            for row in rows
            if row.kind == "source"
        ],
        last_orders=[order(row) for row in rows if row.kind == "order"],
    )


def orders_day(day: date, row: OrdersRow | None) -> OrdersDay:
    if row is None:
        return OrdersDay(date=day, orders=0, gross_revenue=0, net_revenue=0)
    return OrdersDay(
        date=day,
        orders=row.orders,
        gross_revenue=rounded(row.gross_revenue, 2),
        net_revenue=rounded(row.gross_revenue - row.refunded_revenue, 2),
    )


def order(row: OrdersRow) -> Order:
    ordered_at = in_utc(row.ordered_at)
    assert ordered_at and row.source
    return Order(
        order_id=row.order_id,
        ordered_at=ordered_at,
        lines=row.lines,
        units=row.units,
        gross_revenue=rounded(row.gross_revenue, 2),
        refunded=rounded(row.refunded_revenue, 2),
        source=row.source,
    )


ENDPOINT = Endpoint(
    path="/api/analytics/orders",
    name="get_orders",
    query=Query,
    response=Orders,
    respond=respond,
    first_queries=(Query(),),
)
