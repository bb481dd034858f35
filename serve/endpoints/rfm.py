"""`GET /api/analytics/rfm/`: customers by how lately, how often and for how much they bought."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import Query
from serve.reader import Reader
from serve.rounding import rounded
from serve.schema import Count, in_utc, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window


class CustomerRow(NamedTuple):
    """A customer (`kind` customer), or all of a segment (segment), with null for what only a customer has."""

    kind: str
    segment: str
    visitor_id: str | None
    days_since_purchase: int | None
    orders: int | None
    buyers: int
    revenue: Decimal


CUSTOMERS = SqlQuery("customers", CustomerRow)


class Customer(BaseModel):
    visitor_id: str
    recency: Count
    frequency: Count
    monetary: float
    segmento: str


class Segment(BaseModel):
    segmento: str
    buyers: Count
    monetary: float


class Rfm(BaseModel):
    """Customers who bought while they were logged in, in 90 × 24 hours."""

    rfm: list[Customer] = localized_field(
        "Up to 1,000 customers, the latest purchase first, then the highest revenue. visitor_id: a pseudonym;"
        " `make pseudonym EMAIL=…` tells which. recency: whole days since the last purchase. frequency:"
        " orders. monetary: price × quantity.",
        "Hasta 1.000 clientes, primero la compra más reciente. monetary: precio × cantidad.",
    )
    segments: list[Segment] = localized_field(
        "All customers by segment, in the order in which segments are tried.",
        "Todos los clientes por segmento.",
    )
    start_date: datetime = localized_field("When the 90 days begin.", "Primer instante de los 90 días.")
    end_date: datetime = localized_field("When they end.", "Último instante de los 90 días.")


async def respond(reader: Reader, window: Window, query: Query) -> EndpointResponse:
    """Customers by how lately, how often and for how much they bought.

    Always over the 90 × 24 hours up to now or to `end`, whatever `start` says. A customer is in the first
    segment that fits, of those in the seed `customer_segments`.
    """
    rows = await reader.rows(CUSTOMERS, window.parameters())
    return EndpointResponse(
        Rfm(
            rfm=[
                Customer(
                    visitor_id=row.visitor_id,
                    recency=row.days_since_purchase or 0,
                    frequency=row.orders or 0,
                    monetary=rounded(row.revenue, 2),
                    segmento=row.segment,
                )
                for row in rows
                if row.visitor_id
            ],
            segments=[
                Segment(segmento=row.segment, buyers=row.buyers, monetary=rounded(row.revenue, 2))
                for row in rows
                if row.kind == "segment"
            ],
            start_date=in_utc(window.retention_starts_at),
            end_date=in_utc(window.ends_at),
        )
    )


ENDPOINT = Endpoint(
    path="/api/analytics/rfm",
    name="get_rfm",
    query=Query,
    response=Rfm,
    respond=respond,
    first_queries=(Query(),),
)
