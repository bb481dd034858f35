"""What can go wrong with a request, each with its status; all answer `{"detail": …}`."""

from collections.abc import Mapping
from types import MappingProxyType

from asgi_correlation_id.context import correlation_id
from fastapi import Request
from fastapi.responses import JSONResponse


class ServeError(Exception):
    """An error whose `detail` is meant for the caller."""

    status = 500
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Unauthorized(ServeError):
    status = 401
    headers = MappingProxyType({"WWW-Authenticate": "Bearer"})


class Forbidden(ServeError):
    status = 403


class BadQuery(ServeError):
    status = 422


class BadEvent(ServeError):
    status = 422


class ForeignOrigin(ServeError):
    status = 403


class BrokenOff(ServeError):
    status = 400


class TooLarge(ServeError):
    status = 413


class TooMany(ServeError):
    status = 429

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(seconds)}


class NotKept(ServeError):
    status = 503
    headers = MappingProxyType({"Retry-After": "5"})


class NothingPublished(ServeError):
    status = 503


class Stale(ServeError):
    status = 503


class TookTooLong(ServeError):
    status = 503
    headers = MappingProxyType({"Retry-After": "5"})


class NeedsTooMuch(ServeError):
    status = 503
    headers = MappingProxyType({"Retry-After": "5"})


def answer(request: Request, error: Exception) -> JSONResponse:
    """The response for a ServeError."""
    assert isinstance(error, ServeError)
    return JSONResponse({"detail": error.detail}, error.status, dict(error.headers))


def answer_unexpected(request: Request, error: Exception) -> JSONResponse:
    """The response for a defect of ours; what happened is in the log only."""
    headers = {"X-Request-ID": correlation_id.get() or ""}
    return JSONResponse({"detail": "Something went wrong on the server."}, 500, headers)
