"""How alerts are found: what the queries tell, against the thresholds."""

from asyncio import gather
from datetime import date
from typing import NamedTuple

from serve.endpoint import Endpoint, EndpointResponse
from serve.endpoints.alerts.models import Alerts
from serve.endpoints.alerts.rules import Counts, UnsoldProduct, alerts_of
from serve.endpoints.alerts.texts import Wording
from serve.endpoints.alerts.unusual import MOST_DAYS, DayRow, Unusual, unusual
from serve.query import AlertsQuery
from serve.reader import Reader
from serve.schema import in_utc
from serve.snapshot import SqlQuery
from serve.window import WEEK, Calendar, Window


class FirstDate(NamedTuple):
    """The day of the first event; null where there is none."""

    first_date: date | None


COUNTS = SqlQuery("alert_counts", Counts)
PRODUCTS = SqlQuery("alert_products", UnsoldProduct)
DAYS = SqlQuery("alert_days", DayRow)
FIRST_DATE = SqlQuery("first_date", FirstDate)


async def respond(reader: Reader, window: Window, query: AlertsQuery) -> EndpointResponse:
    """What needs the shop's attention now, in Spanish unless `lang=en`; `start` and `end` change nothing.

    Rules with thresholds (ALERT_THRESHOLDS), and what is not usual: today so far against the same weekday
    up to the same time of day, over the last 8 weeks.
    """
    thresholds = reader.settings.thresholds
    parameters = {
        "now": window.now,
        "session_events": thresholds.session_events,
        "viewed_sessions": thresholds.viewed_sessions,
    }
    found, (counts,), products = await gather(
        unusual_today(reader, window),
        reader.rows(COUNTS, parameters),
        reader.rows(PRODUCTS, parameters),
    )
    today = await reader.run(lambda: Calendar(reader.snapshot).day_of(window.now))
    wording = Wording("en" if query.lang == "en" else "es", reader.settings.currency)
    return EndpointResponse(
        Alerts(alerts=alerts_of(counts, products, found, thresholds, in_utc(window.now), today, wording))
    )


async def unusual_today(reader: Reader, window: Window) -> list[Unusual]:
    """What is not usual. Where no event comes at all, only that is told, because all else follows from it."""
    parameters = await reader.run(lambda: days_to_compare(reader, window))
    if not parameters:
        return []
    today, *before = await reader.rows(DAYS, parameters)
    found = [*unusual(today, before, reader.settings.thresholds)]
    return [each for each in found if each.what == "events"] if found and not today.events else found


def days_to_compare(reader: Reader, window: Window) -> dict[str, list[object]]:
    """Today and the same weekdays before, of which the shop has all events, each up to now's time of day."""
    calendar = Calendar(reader.snapshot)
    (first,) = reader.snapshot.rows(FIRST_DATE, {})
    if not first.first_date:
        return {}
    today = calendar.day_of(window.now)
    passed = window.now - calendar.begins_at(today)
    dates = [today, *(today - number * WEEK for number in range(1, MOST_DAYS + 1))]
    dates = [day for day in dates if day == today or day > first.first_date]
    return {"dates": [*dates], "end_instants": [calendar.begins_at(day) + passed for day in dates]}


ENDPOINT = Endpoint(
    path="/api/analytics/alerts",
    name="get_alerts",
    query=AlertsQuery,
    response=Alerts,
    respond=respond,
    first_queries=(AlertsQuery(),),
    is_as_of_now=True,
)
