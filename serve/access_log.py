"""The access log and the metrics of requests."""

import logging
import re
import time

from asgi_correlation_id.context import correlation_id
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.metrics import REQUEST_SECONDS, RESPONSES

# All that is logged of a query, because the rest of an address may hold a token or a name.
LOGGED_PARAMETERS = re.compile(rb"(?:^|&)((?:mode|start|end)=(?:total|unique|\d{4}-\d\d-\d\d))(?=&|$)")
ASSETS = "/assets/"
log = logging.getLogger("serve.requests")


class AccessLogMiddleware:
    """ASGI middleware that logs and measures each request once it has been answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                # No cache between server and client may store an error or the health.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            log_request(scope, status, time.perf_counter() - start)


def log_request(scope: Scope, status: int, seconds: float) -> None:
    route, is_cached = route_of(scope), scope["state"].get("is_cached")
    REQUEST_SECONDS.labels(route, status).observe(seconds)
    if is_cached is not None:
        RESPONSES.labels("cached" if is_cached else "computed").inc()
    # Each once, however often it is there.
    query = b"&".join(dict.fromkeys(LOGGED_PARAMETERS.findall(scope["query_string"]))).decode()
    facts = {
        "method": scope["method"],
        "route": route,
        "query": query,
        "status": status,
        "milliseconds": round(1000 * seconds, 1),
        "cached": is_cached,
    }
    log.info(
        "%s %s %d %.1f ms%s %s",
        scope["method"],
        f"{route}?{query}" if query else route,
        status,
        1000 * seconds,
        {True: " cached", False: " computed", None: ""}[is_cached],
        correlation_id.get(),
        extra=facts,
    )


def route_of(scope: Scope) -> str:
    """The path of the route that answered. The address of the request may hold anything."""
    if scope["path"].startswith(ASSETS):
        return ASSETS
    return getattr(scope.get("route"), "path", "-")
