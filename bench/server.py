"""The API as the bench serves it: a clock that can be set, and a route that does nothing beside it."""

import time
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Response

from bench.events import LAST_DAY
from serve.app import create_app
from serve.settings import settings_from_environment


def app() -> FastAPI:
    """The app, at a time that runs from the beginning of LAST_DAY on or from where it was set."""
    offset = -time.monotonic()

    def clock() -> datetime:
        midnight = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
        return midnight + timedelta(seconds=offset + time.monotonic())

    app = create_app(settings_from_environment(), clock)

    @app.get("/empty")
    async def empty() -> Response:
        return Response()

    @app.put("/seconds/{seconds}")
    async def set_clock(seconds: int) -> Response:
        nonlocal offset
        offset = seconds - time.monotonic()
        return Response()

    return app
