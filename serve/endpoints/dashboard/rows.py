"""The queries of the dashboard's endpoint, and what a row of each has."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from serve.snapshot import SqlQuery


class Product(NamedTuple):
    """A product among the most viewed or the most sold; a rank is 1 for the first.

    views, add_to_cart, purchases: events, or sessions where the mode is unique.
    """

    slug: str
    views: int
    add_to_cart: int
    purchases: int
    units: int
    views_rank: int
    units_rank: int
    name: str


class Step(NamedTuple):
    """An event type on a day. Each session of the window is counted on one day only, so sessions add up."""

    event_date: date
    event_type: str
    events: int
    sessions: int
    revenue: Decimal


class Source(NamedTuple):
    """A traffic source with all events of the window, and the sessions that began in it with this source."""

    source: str
    events: int
    sessions: int


class Buyers(NamedTuple):
    """The one row of buyers: of the window the first two, of its retention period the others."""

    checkout_buyers: int
    abandoning_buyers: int
    buyers: int
    recurrent_buyers: int


class WhatsAppSession(NamedTuple):
    session_id: str


class DayCheckouts(NamedTuple):
    """The checkouts of a day."""

    event_date: date
    checkouts: int
    checkouts_without_purchase: int


class UnreadableSales(NamedTuple):
    """How many purchases of the window's days have a defect."""

    defect: str
    events: int


PRODUCTS = SqlQuery("products", Product)
STEPS = SqlQuery("steps", Step)
TRAFFIC = SqlQuery("traffic", Source)
BUYERS = SqlQuery("buyers", Buyers)
WHATSAPP_SESSIONS = SqlQuery("whatsapp_sessions", WhatsAppSession)
TREND = SqlQuery("trend", DayCheckouts)
UNREADABLE_SALES = SqlQuery("unreadable_sales", UnreadableSales)


class WindowRows(NamedTuple):
    """The rows that the answer for one window is made of."""

    products: list[Product]
    steps: list[Step]
    sources: list[Source]
    buyers: Buyers
    whatsapp_sessions: list[WhatsAppSession]
