"""The routes."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator, WithJsonSchema

from serve import answers, errors
from serve.auth import Admins
from serve.schema import DashboardStats, Health, Mode, Problem
from serve.settings import Settings, settings_from_environment
from serve.warehouse import Warehouse

DASHBOARD = "/api/analytics/dashboard-stats"
RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is still the one whose ETag `If-None-Match` names."},
    **{status: {"model": Problem} for status in (401, 403, 422, 503)},
}

Clock = Callable[[], datetime]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def utc_now() -> datetime:
    return datetime.now(UTC)


def calendar_day(text: str) -> date | None:
    """The day that `YYYY-MM-DD` names; null for empty text. Raises ValueError."""
    if not text:
        return None
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(text)


Day = Annotated[
    date | None,
    BeforeValidator(calendar_day),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date", "pattern": "^(19[7-9]|[2-9][0-9])[0-9]"},
                {"type": "string", "maxLength": 0},
            ]
        }
    ),
]


async def each_once(request: Request) -> None:
    """Raise BadQuery if a parameter of ours is given twice."""
    names = [name for name, _ in request.query_params.multi_items()]
    for name in ("mode", "start", "end"):
        if names.count(name) > 1:
            raise errors.BadQuery(f"{name}: give it once only")


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The API over the warehouse that `settings` names, at the time that `clock` tells."""

    def now() -> datetime:
        """The second it is, in UTC, without a zone as all instants of the marts."""
        return clock().astimezone(UTC).replace(microsecond=0, tzinfo=None)

    kept = answers.Answers(Warehouse(settings.warehouse_dir), now, settings.query_timeout)
    admins = Admins(settings.jwt_secret)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with kept.following():
            yield

    app = FastAPI(title="Storefront metrics", version="1", redirect_slashes=False, lifespan=lifespan)
    app.add_exception_handler(errors.ServeError, errors.answer)
    app.add_exception_handler(RequestValidationError, errors.answer_invalid)
    app.add_exception_handler(Exception, errors.answer_unexpected)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD"],
        allow_headers=["Authorization", "If-None-Match"],
        expose_headers=["ETag", "X-Data-Version", "X-Data-Built-At", "X-Data-Newest-Event-At"],
    )

    async def require_admin(credentials: Bearer) -> None:
        admins.require(credentials.credentials if credentials else None)

    async def get_dashboard_stats(
        request: Request, mode: Mode = Mode.TOTAL, start: Day = None, end: Day = None
    ) -> Response:
        """Everything the dashboard draws, over the last 7 × 24 hours or over days of the store.

        Refused with 422: a range that ends before it starts, starts after today, or has more than 366 days.
        """
        answer = await kept.get(answers.Query(mode, start, end))
        if answer.is_known(",".join(request.headers.getlist("If-None-Match"))):
            return Response(status_code=304, headers=answer.headers)
        return Response(answer.body, headers=answer.headers, media_type="application/json")

    async def get_health() -> Health:
        return await kept.health()

    for path in (f"{DASHBOARD}/", DASHBOARD):
        for method in ("GET", "HEAD"):
            app.api_route(
                path,
                methods=[method],
                dependencies=[Depends(require_admin), Depends(each_once)],
                response_model=DashboardStats,
                responses=RESPONSES,
                include_in_schema=(path.endswith("/") and method == "GET"),
            )(get_dashboard_stats)
    app.get("/healthz")(get_health)
    app.head("/healthz", include_in_schema=False)(get_health)
    return app


def app_from_environment() -> FastAPI:
    """The API as each worker makes it."""
    return create_app(settings_from_environment())
