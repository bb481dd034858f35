"""The routes."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import product
from typing import Annotated, Any

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serve import errors
from serve.answers import Answers
from serve.auth import Admins
from serve.follower import Follower
from serve.landing import Landing
from serve.metrics import add_metrics
from serve.pages import add_pages
from serve.query import Query, StatsQuery, parameters, read_query
from serve.requests import Requests
from serve.risk import MoneyAtRisk
from serve.schema import ComparedStats, Health, Problem
from serve.settings import Settings, settings_from_environment
from serve.tracking import add_tracking
from serve.warehouse import Warehouse

DASHBOARD = "/api/analytics/dashboard-stats"
MONEY_AT_RISK = "/api/analytics/money-at-risk"
COMPRESSED_BYTES, COMPRESSION = 1_000, 5
UUID_TEXT = re.compile("[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
LANDING = 0.4  # Seconds between two files of tracked events, whichever worker lands them.
RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is still the one whose ETag `If-None-Match` names."},
    **{status: {"model": Problem} for status in (401, 403, 422, 503)},
}

Clock = Callable[[], datetime]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def is_uuid(text: str) -> bool:
    """Whether it is nothing else; Python's own UUID takes any number of hyphens."""
    return bool(UUID_TEXT.fullmatch(text))


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The API over the warehouse that `settings` names, at the time that `clock` tells."""

    def now() -> datetime:
        """The second it is, in UTC, without a zone as all instants of the marts."""
        return clock().astimezone(UTC).replace(microsecond=0, tzinfo=None)

    warehouse = Warehouse(settings.warehouse_dir)
    kept = Answers(warehouse, now, settings.query_timeout, settings.stale_after)
    admins = Admins(*filter(None, (settings.jwt_secret, settings.jwt_secret_previous)))
    landing = (
        Landing(settings.tracked_events, LANDING * settings.workers) if settings.tracked_events else None
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with Follower(warehouse, kept).following():
            yield
        if landing:
            await landing.finish()

    app = FastAPI(
        title="Storefront metrics",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.add_exception_handler(errors.ServeError, errors.answer)
    app.add_exception_handler(Exception, errors.answer_unexpected)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=[
            "Authorization",
            "Content-Encoding",
            "Content-Type",
            "If-None-Match",
            "X-Request-ID",
            "X-Session-ID",
        ],
        expose_headers=[
            "ETag",
            "X-Data-Version",
            "X-Data-Built-At",
            "X-Data-Newest-Event-At",
            "X-Data-Unreadable-Sales",
            "X-Request-ID",
        ],
    )
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_BYTES, compresslevel=COMPRESSION)
    app.add_middleware(Requests)
    app.add_middleware(CorrelationIdMiddleware, validator=is_uuid)

    async def get_dashboard_stats(request: Request, credentials: Bearer) -> Response:
        """Everything the dashboard draws, over the last 7 × 24 hours or over days of the store.

        With `compare=previous`, also the same over the window of equal length just before; with
        `include=trend`, also sales, revenue, average order and abandonment of each day.
        Refused with 422: a range that ends before it starts, starts after today, or has more than 366 days.
        """
        return await answer_to(StatsQuery, request, credentials)

    async def get_money_at_risk(request: Request, credentials: Bearer) -> Response:
        """What was begun and not bought, over the same windows; refused as the dashboard's answer is.

        The window is cut into the store's days: what a buyer begins on a day, or on the window's part of it,
        is abandoned where there is no purchase in the same.
        """
        return await answer_to(Query, request, credentials)

    async def answer_to(
        model: type[Query], request: Request, credentials: HTTPAuthorizationCredentials | None
    ) -> Response:
        admins.require(credentials.credentials if credentials else None)
        # FastAPI would take as long to read the query as all the rest of handing out an answer takes.
        answer, request.state.kept = await kept.get(read_query(model, request.scope["query_string"]))
        if answer.is_known(",".join(request.headers.getlist("If-None-Match"))):
            return Response(status_code=304, headers=answer.headers)
        return Response(answer.body, headers=answer.headers, media_type="application/json")

    async def get_health() -> Health:
        """That the server is alive, and what it serves."""
        return await kept.health()

    async def get_readiness() -> Health:
        """The same, refused with 503 where nothing is served, or what is served is stale."""
        return await kept.readiness()

    for path, route, query, response in (
        (DASHBOARD, get_dashboard_stats, StatsQuery, ComparedStats),
        (MONEY_AT_RISK, get_money_at_risk, Query, MoneyAtRisk),
    ):
        for ending, method in product(("/", ""), ("GET", "HEAD")):
            app.api_route(
                path + ending,
                methods=[method],
                response_model=response,
                responses=RESPONSES,
                openapi_extra={"parameters": parameters(query)},
                include_in_schema=bool(ending and method == "GET"),
            )(route)
    app.get("/healthz")(get_health)
    app.get("/readyz", responses={503: {"model": Problem}})(get_readiness)
    for path, probe in (("/healthz", get_health), ("/readyz", get_readiness)):
        app.head(path, include_in_schema=False)(probe)
    if landing:
        add_tracking(app, landing, settings.cors_origins, admins.secrets, settings.workers)
    if settings.metrics_token:
        add_metrics(app, kept, settings.metrics_token)
    add_pages(app)
    return app


def app_from_environment() -> FastAPI:
    """The API as each worker makes it."""
    return create_app(settings_from_environment())
