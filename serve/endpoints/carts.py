"""`GET /api/analytics/carts/`: what became of the carts that were opened, and which to win back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import BaseModel

from serve.endpoint import Endpoint, EndpointResponse
from serve.query import Query
from serve.reader import Reader
from serve.rounding import percentage, rounded
from serve.schema import Count, Percentage, in_utc, localized_field
from serve.snapshot import SqlQuery
from serve.window import Window

Step = Literal["cart", "checkout", "payment"]
STEPS: tuple[Step, ...] = ("cart", "checkout", "payment")


class CartsRow(NamedTuple):
    """Carts of the window with one state, by their furthest step (`kind` step), their source (source, in the
    order of the answer) or their last error (error, likewise); or an open cart, whenever opened (silent
    cart). A field that is not of its kind is null or 0.

    name: the step, the source, the error, or the session of an open cart.
    """

    kind: str
    name: str
    state: str
    carts: int
    value: Decimal
    recovered: int
    furthest_step: Step | None
    opened_at: datetime | None
    silent_since: datetime | None


CARTS = SqlQuery("carts", CartsRow)


class SomeCarts(BaseModel):
    carts: Count
    value: float


class States(BaseModel):
    """Carts by what became of them; opened is the sum of the others."""

    opened: SomeCarts
    bought: SomeCarts
    sold_over_whatsapp: SomeCarts
    emptied: SomeCarts
    abandoned: SomeCarts
    open: SomeCarts


class NamedCarts(States):
    name: str


class OpenCart(BaseModel):
    session_id: str
    opened_at: datetime
    silent_since: datetime
    value: float
    furthest_step: Step


class Carts(BaseModel):
    """The carts that were opened in the window, as they are now.

    A cart is a person's: what a visitor put into it before logging in, or in another browser, is in it too.
    """

    opened: SomeCarts = localized_field(
        "All carts that were opened in the window, with what they are worth: the newest total that an event"
        " reported, else what was added less what was removed.",
        "Todos los carritos abiertos en el período, con su valor.",
    )
    bought: SomeCarts = localized_field(
        "Carts whose person bought in the shop, in whichever browser.",
        "Carritos cuya persona compró en la tienda, en cualquier navegador.",
    )
    sold_over_whatsapp: SomeCarts = localized_field(
        "Carts that ended in a sale over WhatsApp.", "Carritos que terminaron en una venta por WhatsApp."
    )
    emptied: SomeCarts = localized_field(
        "Carts out of which the customer took everything.", "Carritos que el cliente vació."
    )
    abandoned: SomeCarts = localized_field(
        "Carts whose person did nothing for 72 hours, and has done none of the above.",
        "Carritos cuya persona no hizo nada durante 72 horas.",
    )
    open: SomeCarts = localized_field("Carts that may still be bought.", "Carritos que aún pueden comprarse.")
    abandonment_rate: Percentage = localized_field(
        "abandoned / (bought + sold_over_whatsapp + abandoned), in %.",
        "De los carritos terminados y no vaciados, los abandonados, en %.",
    )
    recovery_rate: Percentage = localized_field(
        "Carts that were bought or sold after a pause of more than 24 hours / (these + abandoned), in %.",
        "Carritos vendidos tras una pausa de más de 24 horas, entre estos y los abandonados, en %.",
    )
    by_furthest_step: list[NamedCarts] = localized_field(
        "The carts by the furthest step that was reached: cart, checkout, payment.",
        "Los carritos según el último paso alcanzado.",
    )
    by_source: list[NamedCarts] = localized_field(
        "The carts by the source of the event that opened them, most carts first. Of more than 200 sources"
        " the last is `other`, the sum of the rest.",
        "Los carritos según el origen del evento que los abrió; primero el de más carritos.",
    )
    by_last_error: list[NamedCarts] = localized_field(
        "The carts with an error by the type of the last one, most carts first.",
        "Los carritos con algún error según el último; primero el de más carritos.",
    )
    open_carts: list[OpenCart] = localized_field(
        "Up to 20 open carts, whenever opened, whose person has done nothing for more than an hour; the most"
        " valuable first. session_id is the browser in which the cart was opened.",
        "Hasta 20 carritos abiertos, de cualquier fecha, sin actividad desde hace más de una hora.",
    )


async def respond(reader: Reader, window: Window, query: Query) -> EndpointResponse:
    """What became of the carts that were opened, over the same windows; refused likewise.

    Every cart is counted once, by the instant at which it was opened, however many days it took.
    """
    return EndpointResponse(carts(await reader.rows(CARTS, window.parameters())))


def carts(rows: list[CartsRow]) -> Carts:
    """The answer for one window."""
    named: defaultdict[str, defaultdict[str, list[CartsRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        named[row.kind][row.name].append(row)
    steps = named["step"]
    everything = [row for theirs in steps.values() for row in theirs]
    totals = states(everything)
    abandoned = totals.abandoned.carts
    recovered = sum(row.recovered for row in everything)
    return Carts(
        **dict(totals),
        abandonment_rate=percentage(
            abandoned, totals.bought.carts + totals.sold_over_whatsapp.carts + abandoned
        ),
        recovery_rate=percentage(recovered, recovered + abandoned),
        by_furthest_step=[NamedCarts(name=step, **dict(states(steps[step]))) for step in STEPS],
        by_source=named_carts(named["source"]),
        by_last_error=named_carts(named["error"]),
        open_carts=[open_cart(row) for row in rows if row.kind == "silent cart"],
    )


def named_carts(names: dict[str, list[CartsRow]]) -> list[NamedCarts]:
    return [NamedCarts(name=name, **dict(states(rows))) for name, rows in names.items()]


def states(rows: Iterable[CartsRow]) -> States:
    by_state: defaultdict[str, list[CartsRow]] = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)
        by_state["opened"].append(row)
    return States(**{state: some_carts(by_state[state]) for state in States.model_fields})


def some_carts(rows: list[CartsRow]) -> SomeCarts:
    value = sum((row.value for row in rows), Decimal(0))
    return SomeCarts(carts=sum(row.carts for row in rows), value=rounded(value, 2))


def open_cart(row: CartsRow) -> OpenCart:
    opened_at, silent_since = in_utc(row.opened_at), in_utc(row.silent_since)
    assert opened_at and silent_since and row.furthest_step
    return OpenCart(
        session_id=row.name,
        opened_at=opened_at,
        silent_since=silent_since,
        value=rounded(row.value, 2),
        furthest_step=row.furthest_step,
    )


ENDPOINT = Endpoint(
    path="/api/analytics/carts",
    name="get_carts",
    query=Query,
    response=Carts,
    respond=respond,
    first_queries=(Query(),),
    is_as_of_now=True,
)
