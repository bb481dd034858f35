"""What the shop may be losing: left in abandoned checkouts, and after errors."""

from decimal import Decimal

from pydantic import BaseModel

from serve.rounding import rounded
from serve.schema import Count, defined, said
from serve.warehouse import Row

QUESTIONS = ("money_at_risk",)


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

    checkouts: Count = said(
        "All that a buyer begins to check out on a day is one checkout.",
        "Todo lo que un comprador inicia a pagar en un día es un pago.",
    )
    abandoned_checkouts: Count = said(
        defined("abandoned_checkouts"), "Pagos de quienes no compraron nada en ese día."
    )
    abandoned_value: float = said(
        defined("abandoned_value"),
        "Lo que quedó en pagos abandonados: cada producto como se inició al final, o el último total.",
    )
    error_checkouts: Count = said(
        "Abandoned checkouts of buyers who met an error that day.",
        "Pagos abandonados de quienes tuvieron un error en ese día.",
    )
    error_value: float = said(
        "The part of abandoned_value that those buyers left behind, in COP.",
        "De lo que quedó, la parte de quienes tuvieron un error, en pesos colombianos.",
    )
    abandoned_by_source: list[SourceRisk] = said(
        "By the source of the day's first begin_checkout; most left behind first.",
        "Según el origen del primer pago iniciado del día; primero donde más quedó.",
    )
    abandoned_by_error: list[ErrorRisk] = said(
        "By the last error that the buyer met that day; most left behind first.",
        "Según el último error que tuvo el comprador ese día; primero donde más quedó.",
    )


def money_at_risk(rows: dict[str, list[Row]]) -> MoneyAtRisk:
    """The answer for one window, from the rows of each of the QUESTIONS."""
    sources, errors = (
        [row for row in rows["money_at_risk"] if row["kind"] == kind] for kind in ("source", "error")
    )
    return MoneyAtRisk(
        checkouts=sum(row["checkouts"] for row in sources),
        abandoned_checkouts=sum(row["abandoned_checkouts"] for row in sources),
        abandoned_value=value_of(sources),
        error_checkouts=sum(row["abandoned_checkouts"] for row in errors),
        error_value=value_of(errors),
        abandoned_by_source=[
            SourceRisk(
                source=row["name"],
                checkouts=row["checkouts"],
                abandoned_checkouts=row["abandoned_checkouts"],
                abandoned_value=value_of([row]),
            )
            for row in sources
        ],
        abandoned_by_error=[
            ErrorRisk(
                error_type=row["name"],
                abandoned_checkouts=row["abandoned_checkouts"],
                abandoned_value=value_of([row]),
            )
            for row in errors
            if row["abandoned_checkouts"]
        ],
    )


def value_of(rows: list[Row]) -> float:
    return rounded(sum((row["abandoned_value"] for row in rows), Decimal(0)), 2)
