"""The JSON of attribution."""

from pydantic import BaseModel

from serve.query import AttributionModel
from serve.schema import Count, definition, field_on_request, localized_field


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
