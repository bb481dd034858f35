"""The route that takes events."""

import asyncio
import json
import time
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zlib import MAX_WBITS, decompressobj
from zlib import error as ZlibError

from fastapi import FastAPI, Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from pipeline.robots import is_robot
from serve.errors import BadEvent, ClientDisconnected, OriginNotAllowed, RateLimited, TooLarge, Unauthorized
from serve.schema import Problem
from serve.tokens import claims_of
from serve.tracking.events import MOST_EVENTS, Sender, events_of, warnings_about, with_user_agent
from serve.tracking.journal import EventJournal
from serve.tracking.schema import BODY
from serve.tracking.values import LONGEST_TEXT, id_of

PATH = "/api/analytics/track"
MOST_BYTES = 1_000_000
GZIP = 16 + MAX_WBITS
# Per address, over all workers.
RATE_SECONDS, RATE_EVENTS, RATE_BYTES = 10, 10_000, 10_000_000
# Larger bodies are parsed in a thread, so that requests for numbers do not wait.
QUICK_BYTES = 8_000


class TrackedEvent(BaseModel):
    session_id: Any = Field(description="As sent, or from the request's header or cookie, or made up.")
    idempotency_key: Any = Field(description="As sent or made up; none where the event has an `_id`.")
    created_at: Any = Field(description="As sent, or when the event was received.")


class Tracked(BaseModel):
    events: list[TrackedEvent] = Field(description="What was missing in each event, in their order.")
    warnings: list[str] = Field(
        description="What cannot be read of events that are taken, and counts as 0 or 1."
    )


class Tracking:
    """What the route needs: where events go, who may send them, and how many.

    journal: where events are written; origins: those that may send beside the server's own; secrets: the
    keys that may have signed the token of a customer; workers: the processes that share the rate.
    """

    def __init__(
        self, journal: EventJournal, origins: tuple[str, ...], secrets: tuple[str, ...], workers: int
    ) -> None:
        self.journal = journal
        self.origins = origins
        self.secrets = secrets
        self.limiter = FixedWindowRateLimiter(MemoryStorage())
        # Each worker has its share of the rate, but at least enough for the largest request.
        self.events_rate = RateLimitItemPerSecond(max(RATE_EVENTS // workers, MOST_EVENTS), RATE_SECONDS)
        self.bytes_rate = RateLimitItemPerSecond(max(RATE_BYTES // workers, MOST_BYTES), RATE_SECONDS)

    def require_allowed_origin(self, request: Request) -> None:
        origin = request.headers.get("Origin")
        if origin and origin not in self.origins and host_of(origin) != request.headers.get("Host"):
            raise OriginNotAllowed("This origin may not send events; CORS_ORIGINS lists those that may.")

    def require_rate(self, rate: RateLimitItemPerSecond, address: str, cost: int) -> None:
        if cost and not self.limiter.hit(rate, address, cost=cost):
            reset_time = self.limiter.get_window_stats(rate, address).reset_time
            wait = max(1, round(reset_time - time.time()))
            raise RateLimited("Too many events came from this address; send them again later.", wait)


async def track(request: Request) -> Tracked:
    """Takes one event, or up to 1,000; answers when they are safe on disk. All are stored, or none.

    They have the fields of the raw events, and are counted by the next build. With a valid bearer token
    they are those of its `email`. Refused with 422: what could not be counted.
    """
    tracking: Tracking = request.app.state.tracking
    tracking.require_allowed_origin(request)
    address = network_of(request.client.host if request.client else "")
    tracking.require_rate(tracking.events_rate, address, cost=1)
    body, sender = await body_of(request), sender_of(request, tracking.secrets)
    tracking.require_rate(tracking.bytes_rate, address, cost=len(body))
    user_agent = request.headers.get("User-Agent", "")
    if len(body) > QUICK_BYTES:
        rows, tracked = await asyncio.to_thread(rows_of, body, sender, user_agent)
    else:
        rows, tracked = rows_of(body, sender, user_agent)
    tracking.require_rate(tracking.events_rate, address, cost=len(rows) - 1)
    await tracking.journal.append(rows)
    return tracked


def add_tracking(app: FastAPI, tracking: Tracking) -> None:
    app.state.tracking = tracking
    for path in (PATH, PATH + "/"):
        app.post(
            path,
            status_code=202,
            responses={status: {"model": Problem} for status in (403, 413, 422, 429, 503)},
            openapi_extra={
                "requestBody": {"required": True, "content": {"application/json": {"schema": BODY}}}
            },
            include_in_schema=path.endswith("/"),
        )(track)


def rows_of(body: bytes, sender: Sender, user_agent: str) -> tuple[list[str], Tracked]:
    """The rows to land of a request's body, and the response. Raises BadEvent and TooLarge."""
    events = events_of(body, sender)
    if is_robot(user_agent):
        events = [with_user_agent(event, user_agent) for event in events]
    tracked = Tracked(
        events=[
            TrackedEvent(**{name: event.get(name) for name in TrackedEvent.model_fields}) for event in events
        ],
        warnings=[
            f"Event {number} of {len(events)}: {warning}."
            for number, event in enumerate(events, start=1)
            for warning in warnings_about(event)
        ],
    )
    return [json.dumps(event, ensure_ascii=False) for event in events], tracked


def host_of(origin: str) -> str | None:
    """The host of a site, with its port; None for what is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc if parts.scheme in ("http", "https") else None


def network_of(address: str) -> str:
    """The addresses of one sender: an IPv4 address, or a /64 of IPv6."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return known.exploded[:19] if isinstance(known, IPv6Address) and not known.ipv4_mapped else address


def sender_of(request: Request, secrets: tuple[str, ...]) -> Sender:
    """Who sends a request, by its token, header and cookie; a token that is not valid says nothing."""
    given = request.headers.get("X-Session-ID", "").strip() or request.cookies.get("session_id", "").strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    user_id = None
    if scheme.lower() == "bearer":
        with suppress(Unauthorized):
            user_id = id_of(claims_of(token.strip(), secrets).get("email"))
    session_id = id_of(given)
    return Sender(session_id if session_id and len(session_id) <= LONGEST_TEXT else str(uuid4()), user_id)


async def body_of(request: Request) -> bytes:
    """The body, unpacked. Raises TooLarge, as soon as it is, BadEvent and ClientDisconnected."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise BadEvent("The body may be packed with gzip, or not at all.")
    unpacker = decompressobj(GZIP) if encoding == "gzip" else None
    body = b""
    try:
        async for part in request.stream():
            body += unpacker.decompress(part, MOST_BYTES + 1) if unpacker else part
            if len(body) > MOST_BYTES:
                raise TooLarge(f"At most {MOST_BYTES:,} bytes may be sent at once.")
    except ClientDisconnect:
        raise ClientDisconnected("The request ended before its body did.") from None
    except ZlibError:
        raise BadEvent("The body is not gzip, as its Content-Encoding says.") from None
    if unpacker and not unpacker.eof:
        raise BadEvent("The body ends before its gzip does.")
    return body
