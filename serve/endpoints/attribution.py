"""`GET /api/analytics/attribution/`: which visits led to the orders, by six models."""

from asyncio import gather
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Answer, Endpoint
from serve.query import AttributionInclude, AttributionModel, AttributionQuery
from serve.reader import Reader
from serve.rounding import ratio, rounded
from serve.schema import Count, definition, field_on_request, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window


class AttributionRow(NamedTuple):
    """What a model gives to a source, medium or campaign, or, without a model, its visits and cost.

    campaign: which of its campaigns that is, where those are asked for and the model is not another one.
    is_rest, is_rest_of_campaigns: whether the name, or the campaign, stands for those beyond the first 200.
    """

    model: str | None
    name: str
    is_rest: bool
    campaign: str | None
    is_rest_of_campaigns: bool
    visits: int
    orders: Decimal
    revenue: Decimal
    new_buyers: Decimal
    cost: Decimal | None


class PathsRow(NamedTuple):
    """Orders of one path: their net revenue, and their touches and days from the first touch, added up."""

    path: str
    orders: int
    revenue: Decimal
    touches: int
    days: Decimal


ATTRIBUTION = SqlQuery("attribution", AttributionRow)
PATHS = SqlQuery("paths", PathsRow)


class AttributedCampaign(BaseModel):
    """What one campaign of a row brought, and what it cost, where that is known."""

    name: str
    visits: Count
    orders: float
    revenue: float
    new_buyers: float
    cost: float | None
    roas: float | None


class AttributedRow(AttributedCampaign):
    """What one source, medium or campaign brought, and what it cost, where that is known."""

    campaigns: list[AttributedCampaign] | None = field_on_request(
        "Its campaigns, with `include=campaigns`: the row is their sum. Of more than 200 the last is `other`."
    )


class Revenue(BaseModel):
    name: str
    revenue: float


class Models(BaseModel):
    """The revenue that each model gives to each name, most first."""

    first: list[Revenue]
    last: list[Revenue]
    last_non_direct: list[Revenue]
    linear: list[Revenue]
    position: list[Revenue]
    time_decay: list[Revenue]


class Path(BaseModel):
    """Orders of one path, with averages to 1 decimal."""

    path: str
    orders: Count
    revenue: float
    touches_per_order: float
    days: float


class Attribution(BaseModel):
    """The orders whose first line lies in the window, shared among the visits that led to them."""

    model: AttributionModel = localized_field(
        definition("attribution_model"), "Cómo se reparte cada pedido entre las visitas que llevaron a él."
    )
    by: str = localized_field(
        "What rows are of: source, medium or campaign.", "De qué son las filas: origen, medio o campaña."
    )
    rows: list[AttributedRow] = localized_field(
        "What each of them brought, most revenue first: the visits that begin in the window, and shares of"
        " the orders, their net revenue and the first orders of their persons. Where advertising spend is"
        " known for days of the window, that is the cost, and roas is revenue / cost. Of more than 200 the"
        " last is `other`, the sum of the rest.",
        "Visitas, pedidos, ingresos netos y compradores nuevos de cada origen; costo y retorno, si se"
        " conocen.",
    )
    models: Models = localized_field(
        "The net revenue by each model: over all names it is the same.",
        "Los ingresos netos según cada modelo; en total son los mismos.",
    )
    paths: list[Path] | None = field_on_request(
        "The 10 most common ways to an order, with `include=paths`: the sources of the visits in the 30 days"
        " before."
    )


async def answer(reader: Reader, window: Window, query: AttributionQuery) -> Answer:
    """Which visits led to the orders of a window; without `start` it is of 30 × 24 hours. Refused likewise.

    The touches of an order are the visits of its person that began in the 30 days up to it, in whichever
    browser. They share its net revenue by the `model`; where there are none, it is `direct`.
    """
    with_campaigns = AttributionInclude.CAMPAIGNS in query.include
    parameters = window.parameters() | {
        "by": query.by,
        "model": query.model,
        "with_campaigns": with_campaigns,
    }
    rows, paths = await gather(
        reader.rows(ATTRIBUTION, parameters),
        reader.rows(PATHS, parameters) if AttributionInclude.PATHS in query.include else nothing(),
    )
    return Answer(
        Attribution(
            model=query.model,
            by=query.by,
            rows=attributed_rows([row for row in rows if row.model in (None, query.model)], with_campaigns),
            models=Models(**{model.value: revenues(rows, model) for model in AttributionModel}),
            paths=None if paths is None else [path(row) for row in paths],
        )
    )


def revenues(rows: list[AttributionRow], model: AttributionModel) -> list[Revenue]:
    """The revenue of each name by a model, most first."""
    named: defaultdict[tuple[bool, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.model == model:
            named[row.is_rest, row.name] += row.revenue
    ordered = sorted(named.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return [Revenue(name=name, revenue=cents(revenue)) for (_, name), revenue in ordered]


async def nothing() -> None:
    """No rows are asked for."""


def attributed_rows(rows: list[AttributionRow], with_campaigns: bool) -> list[AttributedRow]:
    """One row per name with visits, orders or a cost."""
    return [
        AttributedRow(**sums.model_dump(), campaigns=campaigns(theirs) if with_campaigns else None)
        for sums, theirs in summed(rows, lambda row: (row.is_rest, row.name))
    ]


def campaigns(rows: list[AttributionRow]) -> list[AttributedCampaign]:
    """One row per campaign of a name."""
    return [sums for sums, _ in summed(rows, lambda row: (row.is_rest_of_campaigns, row.campaign or ""))]


def summed(
    rows: list[AttributionRow], key: Callable[[AttributionRow], tuple[bool, str]]
) -> list[tuple[AttributedCampaign, list[AttributionRow]]]:
    """The sums of each name with the rows they are of: most revenue first, and last the rest.

    key: whether a row belongs to the rest, and its name.
    """
    named: defaultdict[tuple[bool, str], list[AttributionRow]] = defaultdict(list)
    for row in rows:
        named[key(row)].append(row)
    found = [(is_rest, sums_of(name, theirs), theirs) for (is_rest, name), theirs in named.items()]
    found.sort(key=lambda each: (each[0], -each[1].revenue, each[1].name))
    return [(sums, theirs) for _, sums, theirs in found]


def sums_of(name: str, rows: list[AttributionRow]) -> AttributedCampaign:
    revenue = sum((row.revenue for row in rows), Decimal(0))
    costs = [row.cost for row in rows if row.cost is not None]
    cost = sum(costs, Decimal(0))
    return AttributedCampaign(
        name=name,
        visits=sum(row.visits for row in rows),
        orders=rounded(sum((row.orders for row in rows), Decimal(0)), 2),
        revenue=cents(revenue),
        new_buyers=rounded(sum((row.new_buyers for row in rows), Decimal(0)), 2),
        cost=cents(cost) if costs else None,
        roas=rounded(revenue / cost, 2) if cost else None,
    )


def cents(revenue: Decimal) -> float:
    """To 2 decimals, and never -0."""
    return rounded(revenue, 2) + 0.0


def path(row: PathsRow) -> Path:
    return Path(
        path=row.path,
        orders=row.orders,
        revenue=cents(row.revenue),
        touches_per_order=ratio(row.touches, row.orders, 1),
        days=ratio(row.days, row.orders, 1),
    )


ENDPOINT = Endpoint(
    path="/api/analytics/attribution",
    name="get_attribution",
    query=AttributionQuery,
    response=Attribution,
    answer=answer,
    default_window=timedelta(days=30),
    first_queries=(AttributionQuery(),),
)
