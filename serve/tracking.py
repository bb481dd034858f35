"""`POST /api/analytics/track/`: takes events from shops that have no pipeline yet."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from serve.errors import BrokenOff, ForeignOrigin, TooLarge, TooMany
from serve.events import BODY, events_of
from serve.landing import Landing
from serve.schema import Problem

MOST_BYTES = 1_000_000
RATE = RateLimitItemPerSecond(10_000, 10)


class Kept(BaseModel):
    idempotency_key: Any = Field(description="As sent or made up; none where the event has an `_id`.")
    created_at: Any = Field(description="As sent, or when the event was received.")


class Tracked(BaseModel):
    events: list[Kept] = Field(description="What was missing in each event, in their order.")


def add_tracking(app: FastAPI, landing: Landing, origins: tuple[str, ...]) -> None:
    """Take events from the server's own origin, from these, and from whoever names none."""
    rates = FixedWindowRateLimiter(MemoryStorage())

    def require_known_origin(request: Request) -> None:
        origin = request.headers.get("Origin")
        if origin and origin not in origins and urlsplit(origin).netloc != request.headers.get("Host"):
            raise ForeignOrigin("This origin may not send events; CORS_ORIGINS lists those that may.")

    def require_patience(address: str, cost: int) -> None:
        if not rates.hit(RATE, address, cost=cost):
            wait = max(1, round(rates.get_window_stats(RATE, address).reset_time - time.time()))
            raise TooMany("Too many events came from this address; send them again later.", wait)

    async def track(request: Request) -> Tracked:
        """Takes one event, or up to 1,000; answers when they are safe on disk. All of them are kept or none.

        They have the fields of the raw events, and are counted by the next build. Refused with 422: what
        could not be counted.
        """
        require_known_origin(request)
        address = request.client.host if request.client else ""
        require_patience(address, cost=1)
        events = events_of(await body_of(request))
        require_patience(address, cost=len(events) - 1)
        await landing.keep([json.dumps(event, ensure_ascii=False) for event in events])
        return Tracked(
            events=[Kept(**{name: event.get(name) for name in Kept.model_fields}) for event in events]
        )

    for path in ("/api/analytics/track/", "/api/analytics/track"):
        app.post(
            path,
            status_code=202,
            responses={status: {"model": Problem} for status in (403, 413, 422, 429, 503)},
            openapi_extra={
                "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}
            },
            include_in_schema=path.endswith("/"),
        )(track)


async def body_of(request: Request) -> bytes:
    """Raises TooLarge, as soon as it is, and BrokenOff."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise TooLarge(f"At most {MOST_BYTES:,} bytes may be sent at once.")
    except ClientDisconnect:
        raise BrokenOff("The request ended before its body did.") from None
    return body
