"""The interface of an endpoint that answers from the marts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import getdoc
from typing import Any

from pydantic import BaseModel

from serve.query import Query
from serve.reader import Reader
from serve.window import WEEK, Window, resolve


@dataclass(frozen=True)
class EndpointResponse:
    """A response's JSON, and the headers that only this endpoint sends."""

    body: BaseModel
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """A path and how its response is computed.

    path: without the slash at its end, which it has or not.
    name: of the operation in the OpenAPI document.
    query: what the query string is read into.
    response: the model of the JSON.
    respond: computes the response for a window; its docstring describes the endpoint to users.
    first_queries: computed before a version is served, which proves that it can be queried; at least one.
    default_window: how long before its end a window begins without `start`.
    is_as_of_now: whether the response about days that are over changes as time goes by, without any event.
    next_queries: computed as soon as a version is served, because they are the most frequent.
    """

    path: str
    name: str
    query: type[Query]
    response: type[BaseModel]
    respond: Callable[[Reader, Window, Any], Awaitable[EndpointResponse]]
    first_queries: tuple[Query, ...]
    default_window: timedelta = WEEK
    is_as_of_now: bool = False
    next_queries: tuple[Query, ...] = ()

    async def run(self, reader: Reader, query: Any, now: datetime) -> EndpointResponse:
        """The response to a query at a UTC instant without a zone. Raises as `respond` does, and BadQuery."""
        window = await reader.run(
            lambda: resolve(reader.snapshot, now, query.start, query.end, self.default_window)
        )
        return await self.respond(reader, window, query)

    def description(self) -> str:
        return getdoc(self.respond) or ""
