"""`GET /api/analytics/funnel/`: how many reach each step on the way from a page view to a purchase."""

from asyncio import gather
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import FunnelQuery, StepOrder
from serve.reader import Reader
from serve.rounding import percentage, rounded
from serve.schema import Count, Percentage, in_utc, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window

STEPS = ("page_view", "product_view", "add_to_cart", "begin_checkout", "purchase")


class StepRow(NamedTuple):
    """A step that some session reached."""

    step: str
    sessions: int


class Persons(NamedTuple):
    """Those with a page view."""

    persons: int


class StrictStepRow(NamedTuple):
    """A step after the first that persons reached in order; times are null where nobody did."""

    step: str
    persons: int
    median_and_p90_seconds: list[float] | None
    value_lost: Decimal


FUNNEL = SqlQuery("funnel", StepRow)
FUNNEL_PERSONS = SqlQuery("funnel_persons", Persons)
STRICT_FUNNEL = SqlQuery("strict_funnel", StrictStepRow)


class FunnelStep(BaseModel):
    step: str
    count: Count


class StrictFunnelStep(FunnelStep):
    """A step of the funnel in strict order; the first has no times."""

    rate_from_previous: Percentage = localized_field(
        "Of those who did the step before, those who went on to this one, in %; of the first step, 100.",
        "De quienes hicieron el paso anterior, los que siguieron a este, en %.",
    )
    rate_from_first: Percentage = localized_field(
        "Of those who did the first step, those who came to this one, in %.",
        "De quienes hicieron el primer paso, los que llegaron a este, en %.",
    )
    median_seconds: float | None = localized_field(
        "Half of them took at most so long from the step before.",
        "La mitad tardó como máximo estos segundos desde el paso anterior.",
    )
    p90_seconds: float | None = localized_field(
        "Nine in ten took at most so long from the step before.",
        "Nueve de cada diez tardaron como máximo estos segundos desde el paso anterior.",
    )
    value_lost: float = localized_field(
        "What the step before was worth to those who did not go on to this one: the product that they"
        " viewed, what they put into the cart, the checkout that they began.",
        "Lo que valía el paso anterior para quienes no siguieron a este.",
    )


class Funnel(BaseModel):
    """The five steps, and the instants between which the first of them lies."""

    funnel: list[StrictFunnelStep | FunnelStep] = localized_field(
        "page_view, product_view, add_to_cart, begin_checkout, purchase. `count` is distinct sessions with at"
        " least one such event in the window; with `order=strict`, persons who took the steps in this order.",
        "Sesiones distintas con al menos un evento de cada paso; en orden estricto, personas.",
    )
    start_date: datetime = localized_field("The first instant of the window.", "Primer instante del período.")
    end_date: datetime = localized_field("The last instant of the window.", "Último instante del período.")


async def respond(reader: Reader, window: Window, query: FunnelQuery) -> EndpointResponse:
    """How many reach each step from a page view to a purchase; over the 30 × 24 hours up to now, unless
    `start` or `end` say otherwise.

    `source`: only events from this source count. `order=strict` counts persons who took the steps one after
    the other, all within `within_days` of the first, which lies in the window; each once, by the longest
    chain of steps, then by the earliest.
    """
    parameters = {**window.parameters(), "source": query.source, "within_days": query.within_days}
    steps: list[StrictFunnelStep | FunnelStep]
    if query.order is StepOrder.STRICT:
        (first,), later = await gather(
            reader.rows(FUNNEL_PERSONS, parameters), reader.rows(STRICT_FUNNEL, parameters)
        )
        steps = [*strict_steps(first.persons, later)]
    else:
        counts = {row.step: row.sessions for row in await reader.rows(FUNNEL, parameters)}
        steps = [FunnelStep(step=step, count=counts.get(step, 0)) for step in STEPS]
    return EndpointResponse(
        Funnel(funnel=steps, start_date=in_utc(window.starts_at), end_date=in_utc(window.ends_at))
    )


def strict_steps(persons: int, rows: list[StrictStepRow]) -> Iterator[StrictFunnelStep]:
    """The steps in their order; `persons` took the first, `rows` have the others in any order."""
    later = {row.step: row for row in rows}
    before = persons
    for step in STEPS:
        row = later.get(step)
        count = row.persons if row else persons
        median, p90 = (row.median_and_p90_seconds if row else None) or (0.0, 0.0)
        yield StrictFunnelStep(
            step=step,
            count=count,
            rate_from_previous=percentage(count, before),
            rate_from_first=percentage(count, persons),
            median_seconds=rounded(Decimal(repr(median)), 1) if row else None,
            p90_seconds=rounded(Decimal(repr(p90)), 1) if row else None,
            value_lost=rounded(row.value_lost, 2) if row else 0.0,
        )
        before = count


ENDPOINT = Endpoint(
    path="/api/analytics/funnel",
    name="get_funnel",
    query=FunnelQuery,
    response=Funnel,
    respond=respond,
    first_queries=(FunnelQuery(),),
    default_window=timedelta(days=30),
    is_as_of_now=True,
)
