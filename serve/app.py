"""Creates the application: routes, middleware and lifespan."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from serve import errors
from serve.access_log import AccessLogMiddleware
from serve.cache import ResponseCache
from serve.endpoints import ENDPOINTS
from serve.health import HealthChecks
from serve.metrics import add_metrics
from serve.pages import add_pages
from serve.reader import Readers
from serve.root_path import RootPathMiddleware
from serve.routes import Services, add_routes
from serve.settings import Settings, settings_from_environment
from serve.tokens import TokenVerifier
from serve.tracking.journal import EventJournal
from serve.tracking.route import Tracking, add_tracking
from serve.tracking.script import add_script
from serve.version_watcher import VersionWatcher
from serve.warehouse import Warehouse

COMPRESSED_BYTES, COMPRESSION = 1_000, 5
UUID_TEXT = re.compile("[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
ROTATION_SECONDS = 0.4  # Between two files of tracked events, whichever worker writes them.

Clock = Callable[[], datetime]


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
    readers = Readers(warehouse.database, settings.query_timeout, settings.responses)
    watcher = VersionWatcher(warehouse, ResponseCache(readers, now), ENDPOINTS)
    tokens = TokenVerifier(*filter(None, (settings.jwt_secret, settings.jwt_secret_previous)))
    checks = HealthChecks(watcher, readers, settings.stale_after)
    seconds = ROTATION_SECONDS * settings.workers
    journal = EventJournal(settings.tracked_events, seconds) if settings.tracked_events else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with watcher.running():
            yield
        if journal:
            await journal.close()

    app = FastAPI(
        title="Storefront metrics",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
    )
    app.add_exception_handler(errors.ServeError, errors.error_response)
    app.add_exception_handler(Exception, errors.unexpected_error_response)
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
    app.add_middleware(AccessLogMiddleware)
    app.add_middleware(CorrelationIdMiddleware, validator=is_uuid)
    if settings.root_path:
        app.add_middleware(RootPathMiddleware, root_path=settings.root_path)

    add_routes(app, Services(watcher, tokens, checks))
    if journal:
        add_tracking(app, Tracking(journal, settings.cors_origins, tokens.secrets, settings.workers))
    if settings.metrics_token:
        add_metrics(app, checks, settings.metrics_token)
    add_script(app)
    add_pages(app, settings.responses.currency, settings.root_path)
    return app


def app_from_environment() -> FastAPI:
    """The API as each worker makes it."""
    return create_app(settings_from_environment())
