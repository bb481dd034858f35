"""Which visits led to the orders, by six models."""

from asyncio import gather
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from serve.endpoint import Endpoint, EndpointResponse
from serve.endpoints.attribution.models import (
    AttributedCampaign,
    AttributedRow,
    Attribution,
    Models,
    Path,
    Revenue,
)
from serve.endpoints.attribution.rows import ATTRIBUTION, PATHS, AttributionRow, PathsRow
from serve.query import AttributionInclude, AttributionModel, AttributionQuery
from serve.reader import Reader
from serve.rounding import ratio, rounded
from serve.window import Window

Key = tuple[bool, str]  # Whether it stands for the rest, and the name.


async def respond(reader: Reader, window: Window, query: AttributionQuery) -> EndpointResponse:
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
    return EndpointResponse(
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
    named = grouped([row for row in rows if row.model == model], by_name)
    sums = {key: sum((row.revenue for row in theirs), Decimal(0)) for key, theirs in named.items()}
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return [Revenue(name=name, revenue=cents(revenue)) for (_, name), revenue in ordered]


async def nothing() -> None:
    """No rows are asked for."""


def attributed_rows(rows: list[AttributionRow], with_campaigns: bool) -> list[AttributedRow]:
    """One row per name with visits, orders or a cost."""
    return [
        AttributedRow(**sums.model_dump(), campaigns=campaigns(theirs) if with_campaigns else None)
        for sums, theirs in summed(grouped(rows, by_name))
    ]


def campaigns(rows: list[AttributionRow]) -> list[AttributedCampaign]:
    """One row per campaign of a name."""
    return [sums for sums, _ in summed(grouped(rows, by_campaign))]


def by_name(row: AttributionRow) -> Key:
    return row.is_rest, row.name


def by_campaign(row: AttributionRow) -> Key:
    return row.is_rest_of_campaigns, row.campaign or ""


def grouped(
    rows: list[AttributionRow], key: Callable[[AttributionRow], Key]
) -> dict[Key, list[AttributionRow]]:
    groups: defaultdict[Key, list[AttributionRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def summed(
    groups: dict[Key, list[AttributionRow]],
) -> list[tuple[AttributedCampaign, list[AttributionRow]]]:
    """The sums of each group and its rows: most revenue first, and last the rest."""
    found = [(is_rest, sums_of(name, rows), rows) for (is_rest, name), rows in groups.items()]
    found.sort(key=lambda each: (each[0], -each[1].revenue, each[1].name))
    return [(sums, rows) for _, sums, rows in found]


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
    respond=respond,
    default_window=timedelta(days=30),
    first_queries=(AttributionQuery(),),
)
