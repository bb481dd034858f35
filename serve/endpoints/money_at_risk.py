"""What the shop may be losing: left in abandoned checkouts, and after errors."""

from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import Query
from serve.reader import Reader
from serve.rounding import rounded
from serve.schema import Count, definition, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window


class Risk(NamedTuple):
    """What a source (`kind` source) or an error (`kind` error) stands for; an error has no checkouts."""

    kind: str
    name: str
    checkouts: int
    abandoned_checkouts: int
    abandoned_value: Decimal


MONEY_AT_RISK = SqlQuery("money_at_risk", Risk)


class SourceRisk(BaseModel):
    source: str
    checkouts: Count
    abandoned_checkouts: Count
    abandoned_value: float


class ErrorRisk(BaseModel):
    error_type: str
    abandoned_checkouts: Count
    abandoned_value: float


class MoneyAtRisk(BaseModel):
    """What was begun and not bought, over one window that is cut into the store's days."""

    checkouts: Count = localized_field(
        "All that a buyer begins to check out on a day is one checkout.",
        "Todo lo que un comprador inicia a pagar en un día es un pago.",
    )
    abandoned_checkouts: Count = localized_field(
        definition("abandoned_checkouts"),
        "Pagos de quienes no compraron nada en ese día, ni en 72 horas en otro navegador o por WhatsApp.",
    )
    abandoned_value: float = localized_field(
        definition("abandoned_value"),
        "Lo que quedó en pagos abandonados: cada producto como se inició al final, o el último total.",
    )
    error_checkouts: Count = localized_field(
        "Abandoned checkouts of buyers who met an error that day.",
        "Pagos abandonados de quienes tuvieron un error en ese día.",
    )
    error_value: float = localized_field(
        "The part of abandoned_value that those buyers left behind.",
        "De lo que quedó, la parte de quienes tuvieron un error.",
    )
    abandoned_by_source: list[SourceRisk] = localized_field(
        "By the source of the day's first begin_checkout; most left behind first.",
        "Según el origen del primer pago iniciado del día; primero donde más quedó.",
    )
    abandoned_by_error: list[ErrorRisk] = localized_field(
        "By the last error that the buyer met that day; most left behind first.",
        "Según el último error que tuvo el comprador ese día; primero donde más quedó.",
    )


async def respond(reader: Reader, window: Window, query: Query) -> EndpointResponse:
    """What was begun and not bought, over the same windows; refused as the dashboard's answer is.

    The window is cut into the store's days: what a buyer begins on a day, or on the window's part of it,
    is abandoned where there is no purchase in the same, and none of the person within 72 hours.
    """
    return EndpointResponse(money_at_risk(await reader.rows(MONEY_AT_RISK, window.parameters())))


def money_at_risk(rows: list[Risk]) -> MoneyAtRisk:
    """The answer for one window, from the rows of `queries/money_at_risk.sql`."""
    sources, errors = ([row for row in rows if row.kind == kind] for kind in ("source", "error"))
    return MoneyAtRisk(
        checkouts=sum(row.checkouts for row in sources),
        abandoned_checkouts=sum(row.abandoned_checkouts for row in sources),
        abandoned_value=value_of(sources),
        error_checkouts=sum(row.abandoned_checkouts for row in errors),
        error_value=value_of(errors),
        abandoned_by_source=[
            SourceRisk(
                source=row.name,
                checkouts=row.checkouts,
                abandoned_checkouts=row.abandoned_checkouts,
                abandoned_value=value_of([row]),
            )
            for row in sources
        ],
        abandoned_by_error=[
            ErrorRisk(
                error_type=row.name,
                abandoned_checkouts=row.abandoned_checkouts,
                abandoned_value=value_of([row]),
            )
            for row in errors
            if row.abandoned_checkouts
        ],
    )


def value_of(rows: list[Risk]) -> float:
    return rounded(sum((row.abandoned_value for row in rows), Decimal(0)), 2)


ENDPOINT = Endpoint(
    path="/api/analytics/money-at-risk",
    name="get_money_at_risk",
    query=Query,
    response=MoneyAtRisk,
    respond=respond,
    first_queries=(Query(),),
    is_as_of_now=True,
)
