"""`GET /api/analytics/whatsapp/`: what became of the carts that went to WhatsApp."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import Query
from serve.reader import Reader
from serve.rounding import percentage, rounded
from serve.schema import Count, Percentage, in_utc, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window

HOURS = range(24)


class DealsRow(NamedTuple):
    """Deals of the window with one state, by their source or by the hour of their newest click; how long all
    sales took; or an open deal, whenever begun. A field that is not of its kind is null or 0.

    kind: source (in the order of the answer), hour, seconds or open deal.
    name: the source, or the session of an open deal.
    """

    kind: str
    name: str | None
    clicked_hour: int | None
    since: datetime | None
    state: str
    deals: int
    value: Decimal
    amount: Decimal
    cart_items: str | None
    median_seconds: float | None
    p90_seconds: float | None


DEALS = SqlQuery("deals", DealsRow)


class Deals(BaseModel):
    deals: Count
    value: float


class WonDeals(Deals):
    amount: float


class States(BaseModel):
    """Deals by what became of them."""

    won: WonDeals
    won_on_web: Deals
    lost: Deals
    open: Deals


class SourceDeals(States):
    name: str


class HourDeals(States):
    hour: Count


class OpenDeal(BaseModel):
    session_id: str
    since: datetime
    value: float
    items: str | None


class WhatsApp(BaseModel):
    """The deals whose first event lies in the window, as they are now.

    A deal is what a session did over WhatsApp since its last sale: its clicks, and perhaps a sale.
    """

    won: WonDeals = localized_field(
        "Deals with a sale over WhatsApp: value is that of the newest cart, amount what the sale brought.",
        "Tratos que acabaron en una venta por WhatsApp: valor del último carrito, y lo que trajo la venta.",
    )
    won_on_web: Deals = localized_field(
        "Deals without a sale whose person bought in the shop within 72 hours after the newest click.",
        "Tratos sin venta por WhatsApp cuya persona compró en la tienda dentro de 72 horas.",
    )
    lost: Deals = localized_field(
        "Deals with neither, 72 hours after the newest click.",
        "Tratos sin ninguna de las dos, 72 horas después del último clic.",
    )
    open: Deals = localized_field("Deals that are not over yet.", "Tratos que aún no terminan.")
    closing_rate: Percentage = localized_field(
        "won / (won + won_on_web + lost), in %.", "De los tratos terminados, los vendidos por WhatsApp, en %."
    )
    median_minutes: float = localized_field(
        "Median of the minutes from the newest click to the sale, to 1 decimal; 0 without sales.",
        "Mediana de los minutos desde el último clic hasta la venta.",
    )
    p90_minutes: float = localized_field(
        "The 90th percentile of these minutes, to 1 decimal; 0 without sales.",
        "Nueve de cada diez ventas tardaron a lo sumo estos minutos.",
    )
    by_source: list[SourceDeals] = localized_field(
        "The deals by the source of their first event, most deals first. Of more than 200 sources the last is"
        " `other`, the sum of the rest.",
        "Los tratos según el origen de su primer evento; primero el de más tratos.",
    )
    by_hour: list[HourDeals] = localized_field(
        "The deals with a click by the hour of the newest one in the store's zone, 24 entries.",
        "Los tratos según la hora de su último clic.",
    )
    open_deals: list[OpenDeal] = localized_field(
        "Up to 50 open deals, whenever begun, oldest first; items are the names in the newest cart.",
        "Hasta 50 tratos abiertos, de cualquier fecha, primero el más antiguo.",
    )


async def respond(reader: Reader, window: Window, query: Query) -> EndpointResponse:
    """What became of the carts that went to WhatsApp, over the same windows; refused likewise.

    Every deal is counted once, by the instant of its first event.
    """
    return EndpointResponse(whatsapp(await reader.rows(DEALS, window.parameters())))


def whatsapp(rows: list[DealsRow]) -> WhatsApp:
    """The answer for one window."""
    sources: defaultdict[str, list[DealsRow]] = defaultdict(list)
    for row in rows:
        if row.kind == "source":
            sources[row.name or ""].append(row)
    all_states = states([row for theirs in sources.values() for row in theirs])
    (seconds,) = (row for row in rows if row.kind == "seconds")
    won = all_states.won.deals
    return WhatsApp(
        **dict(all_states),
        closing_rate=percentage(won, won + all_states.won_on_web.deals + all_states.lost.deals),
        median_minutes=minutes(seconds.median_seconds),
        p90_minutes=minutes(seconds.p90_seconds),
        by_source=[SourceDeals(name=name, **dict(states(theirs))) for name, theirs in sources.items()],
        by_hour=[
            HourDeals(
                hour=hour,
                **dict(states(row for row in rows if row.kind == "hour" and row.clicked_hour == hour)),
            )
            for hour in HOURS
        ],
        open_deals=[open_deal(row) for row in rows if row.kind == "open deal"],
    )


def states(rows: Iterable[DealsRow]) -> States:
    by_state: defaultdict[str, list[DealsRow]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)
    won = by_state["won"]
    return States(
        won=WonDeals(**dict(deals_of(won)), amount=rounded(sum((row.amount for row in won), Decimal(0)), 2)),
        won_on_web=deals_of(by_state["won_on_web"]),
        lost=deals_of(by_state["lost"]),
        open=deals_of(by_state["open"]),
    )


def deals_of(rows: list[DealsRow]) -> Deals:
    value = sum((row.value for row in rows), Decimal(0))
    return Deals(deals=sum(row.deals for row in rows), value=rounded(value, 2))


def minutes(seconds: float | None) -> float:
    return rounded(Decimal(seconds or 0) / 60, 1)


def open_deal(row: DealsRow) -> OpenDeal:
    since = in_utc(row.since)
    assert since and row.name
    return OpenDeal(session_id=row.name, since=since, value=rounded(row.value, 2), items=row.cart_items)


ENDPOINT = Endpoint(
    path="/api/analytics/whatsapp",
    name="get_whatsapp",
    query=Query,
    response=WhatsApp,
    respond=respond,
    first_queries=(Query(),),
    is_as_of_now=True,
)
