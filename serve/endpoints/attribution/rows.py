"""What the queries about attribution give."""

from decimal import Decimal
from typing import NamedTuple

from serve.snapshot import SqlQuery


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
