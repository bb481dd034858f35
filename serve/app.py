"""The routes."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator

from serve import errors
from serve.auth import require_admin
from serve.dashboard import dashboard_stats
from serve.health import build_info, health
from serve.schema import DashboardStats, Health, Mode, Problem
from serve.settings import Settings
from serve.warehouse import Warehouse
from serve.window import resolve

DASHBOARD = "/api/analytics/dashboard-stats"
PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (401, 403, 422, 503)}

Clock = Callable[[], datetime]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def utc_now() -> datetime:
    return datetime.now(UTC)


def calendar_day(text: str) -> date:
    """The day that `YYYY-MM-DD` names. Raises ValueError."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(text)


Day = Annotated[date, BeforeValidator(calendar_day)]


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """The API over the warehouse that `settings` names, at the time that `clock` tells."""
    app = FastAPI(title="Storefront metrics", version="1", redirect_slashes=False)
    app.add_exception_handler(errors.ServeError, errors.answer)
    app.add_exception_handler(RequestValidationError, errors.answer_invalid)
    app.add_exception_handler(Exception, errors.answer_unexpected)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET"],
        allow_headers=["Authorization"],
        expose_headers=["X-Data-Version", "X-Data-Built-At", "X-Data-Newest-Event-At"],
    )
    warehouse = Warehouse(settings.warehouse_dir)

    def now() -> datetime:
        """The second it is, in UTC, without a zone as all instants of the marts."""
        return clock().astimezone(UTC).replace(microsecond=0, tzinfo=None)

    def admin(credentials: Bearer) -> None:
        require_admin(credentials.credentials if credentials else None, settings.jwt_secret)

    def get_dashboard_stats(
        response: Response, mode: Mode = Mode.TOTAL, start: Day | None = None, end: Day | None = None
    ) -> DashboardStats:
        with warehouse.session() as session:
            window = resolve(session, now(), start, end)
            response.headers.update(answer_headers(build_info(session, window.now)))
            return dashboard_stats(session, window, mode)

    def get_health() -> Health:
        return health(warehouse, now())

    for path in (f"{DASHBOARD}/", DASHBOARD):
        app.get(
            path,
            dependencies=[Depends(admin)],
            responses=PROBLEMS,
            response_model_exclude_none=True,
            include_in_schema=path.endswith("/"),
        )(get_dashboard_stats)
    app.get("/healthz")(get_health)
    return app


def answer_headers(build: Health) -> dict[str, str]:
    """What is about an answer and not of it."""
    instants = {"X-Data-Built-At": build.built_at, "X-Data-Newest-Event-At": build.newest_event_at}
    return {
        "Cache-Control": "no-store",
        "X-Data-Version": str(build.version),
        **{name: instant.isoformat() + "Z" for name, instant in instants.items() if instant},
    }
