"""What can go wrong with a request. Each error answers its status and `{"detail": …}`.

ServeError                  500
├── ClientDisconnected      400
├── Unauthorized            401
├── Forbidden               403
├── OriginNotAllowed        403
├── TooLarge                413
├── BadQuery, BadEvent      422
├── RateLimited             429, with Retry-After
└── Unavailable             503
    ├── NothingPublished
    ├── DataStale
    ├── StorageUnavailable  with Retry-After
    ├── QueryTimeout        with Retry-After
    └── QueryOutOfMemory    with Retry-After
"""

from collections.abc import Mapping
from types import MappingProxyType

from asgi_correlation_id.context import correlation_id
from fastapi import Request
from fastapi.responses import JSONResponse

SOON = MappingProxyType({"Retry-After": "5"})


class ServeError(Exception):
    """An error whose `detail` is meant for the caller."""

    status = 500
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ClientDisconnected(ServeError):
    status = 400


class Unauthorized(ServeError):
    status = 401
    headers = MappingProxyType({"WWW-Authenticate": "Bearer"})


class Forbidden(ServeError):
    status = 403


class OriginNotAllowed(ServeError):
    status = 403


class TooLarge(ServeError):
    status = 413


class BadQuery(ServeError):
    status = 422


class BadEvent(ServeError):
    status = 422


class RateLimited(ServeError):
    status = 429

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(seconds)}


class Unavailable(ServeError):
    status = 503


class NothingPublished(Unavailable):
    pass


class DataStale(Unavailable):
    pass


class StorageUnavailable(Unavailable):
    headers = SOON


class QueryTimeout(Unavailable):
    headers = SOON


class QueryOutOfMemory(Unavailable):
    headers = SOON


def error_response(request: Request, error: Exception) -> JSONResponse:
    """The response for a ServeError."""
    assert isinstance(error, ServeError)
    return JSONResponse({"detail": error.detail}, error.status, dict(error.headers))


def unexpected_error_response(request: Request, error: Exception) -> JSONResponse:
    """The response for a defect of ours; what happened is in the log only."""
    headers = {"X-Request-ID": correlation_id.get() or ""}
    return JSONResponse({"detail": "Something went wrong on the server."}, 500, headers)
