"""`GET /api/analytics/dashboard-stats/`: everything the dashboard draws."""

from asyncio import gather

from serve.endpoint import Endpoint, EndpointResponse
from serve.endpoints.dashboard.models import (
    ComparedStats,
)
from serve.endpoints.dashboard.parts import dashboard_stats, trend
from serve.endpoints.dashboard.rows import (
    BUYERS,
    PRODUCTS,
    STEPS,
    TRAFFIC,
    TREND,
    UNREADABLE_SALES,
    WHATSAPP_SESSIONS,
    WindowRows,
)
from serve.query import Compare, Mode, StatsInclude, StatsQuery
from serve.reader import Reader
from serve.window import Window, window_before


async def respond(reader: Reader, window: Window, query: StatsQuery) -> EndpointResponse:
    """Everything the dashboard draws, over the last 7 × 24 hours or over days of the store.

    With `compare=previous`, also the same over the window of equal length just before; with
    `include=trend`, also sales, revenue, average order and abandonment of each day; with `include=names`,
    the names of all products in the lists; `include=trend,names` gives both.
    Refused with 422: a range that ends before it starts, starts after today, or has more than 366 days.
    """
    rows = await window_rows(reader, window, query.mode)
    stats = await reader.run(lambda: dashboard_stats(rows, window, query.mode))
    days = names = previous = None
    if StatsInclude.TREND in query.include:
        days = trend(rows.steps, await reader.rows(TREND, window.parameters()), window)
    if StatsInclude.NAMES in query.include:
        names = {row.slug: row.name for row in rows.products}
    if query.compare:
        before = await reader.run(lambda: window_before(reader.snapshot, window))
        rows_before = await window_rows(reader, before, query.mode)
        previous = await reader.run(lambda: dashboard_stats(rows_before, before, query.mode))
    unreadable = await reader.rows(UNREADABLE_SALES, window.parameters())
    defects = ", ".join(f"{row.defect}={row.events}" for row in unreadable)
    return EndpointResponse(
        ComparedStats.model_construct(**dict(stats), trend=days, names=names, previous=previous),
        headers={"X-Data-Unreadable-Sales": defects} if defects else {},
    )


async def window_rows(reader: Reader, window: Window, mode: Mode) -> WindowRows:
    parameters = {**window.parameters(), "is_unique": mode is Mode.UNIQUE}
    await reader.run(lambda: reader.snapshot.ensure_window_tables(parameters))
    # The query that takes longest comes first.
    products, steps, sources, (buyers,), whatsapp_sessions = await gather(
        reader.rows(PRODUCTS, parameters),
        reader.rows(STEPS, parameters),
        reader.rows(TRAFFIC, parameters),
        reader.rows(BUYERS, parameters),
        reader.rows(WHATSAPP_SESSIONS, parameters),
    )
    return WindowRows(products, steps, sources, buyers, whatsapp_sessions)


ENDPOINT = Endpoint(
    path="/api/analytics/dashboard-stats",
    name="get_dashboard_stats",
    query=StatsQuery,
    response=ComparedStats,
    respond=respond,
    first_queries=tuple(StatsQuery(mode=mode) for mode in Mode),
    next_queries=tuple(StatsQuery(mode=mode, compare=compare) for mode in Mode for compare in Compare),
)
