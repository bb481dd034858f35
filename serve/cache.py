"""Responses, each computed once however many ask for it, and cached for as long as it stays the same."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from serve.endpoint import Endpoint
from serve.freshness import newest_event_at
from serve.query import Query
from serve.reader import Readers
from serve.response import CachedResponse, to_response
from serve.snapshot import ReadSnapshot
from serve.version import Version

MOST_RESPONSES, MOST_BYTES = 128, 32_000_000
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

Clock = Callable[[], datetime]
Key = tuple[Endpoint, Version, datetime | bool, datetime | None, Query]


class ResponseCache:
    """Computes responses and caches them.

    clock: gives the second it is, a UTC instant without a zone.
    """

    def __init__(self, readers: Readers, clock: Clock) -> None:
        self.readers = readers
        self.clock = clock
        self.tasks: dict[Key, asyncio.Task[CachedResponse]] = {}

    async def get(self, version: Version, endpoint: Endpoint, query: Query) -> tuple[CachedResponse, bool]:
        """The response of a version as of now, and whether it was cached. Raises as the endpoint does."""
        now = self.clock()
        task = self.task(version, now, endpoint, query)
        is_cached = task.done()
        if is_cached:
            # A query that comes more than once a second finds its response when the next second begins.
            self.task(version, now + SECOND, endpoint, query)
        # The client may go away before others who wait for the same response.
        return await asyncio.shield(task), is_cached

    def task(
        self, version: Version, now: datetime, endpoint: Endpoint, query: Query
    ) -> asyncio.Task[CachedResponse]:
        """The task that computes a response, or has computed it; a failed one is not cached."""
        key = cache_key(version, now, endpoint, query)

        def forget_if_failed(done: asyncio.Task[CachedResponse]) -> None:
            if done.cancelled() or done.exception():
                self.tasks.pop(key, None)

        if key not in self.tasks:
            # The snapshot begins here and not in the task, before which the version might be closed.
            task = asyncio.create_task(self.compute(self.readers.snapshot(version), now, endpoint, query))
            task.add_done_callback(forget_if_failed)
            self.tasks[key] = task
            while len(self.tasks) > MOST_RESPONSES or self.size() > MOST_BYTES:
                del self.tasks[next(iter(self.tasks))]
            return task
        return self.tasks[key]

    def size(self) -> int:
        """The bytes of all bodies."""
        done = (task for task in self.tasks.values() if task.done() and not task.cancelled())
        return sum(len(task.result().body) for task in done if not task.exception())

    async def compute(
        self, snapshot: ReadSnapshot, now: datetime, endpoint: Endpoint, query: Query
    ) -> CachedResponse:
        async with self.readers.limited(snapshot) as reader:
            response = await endpoint.run(reader, query, now)
            newest = await newest_event_at(reader, now)
        return await reader.run(lambda: to_response(response, snapshot.version, newest))


def cache_key(version: Version, now: datetime, endpoint: Endpoint, query: Query) -> Key:
    """By what a response is cached: its second, or the newest event once its days are over in any zone."""
    has_ended = query.end and query.end < now.date() - DAY and not endpoint.is_as_of_now
    is_over = has_ended and version.knows_newest_event(now)
    return endpoint, version, is_over or now, version.newest_event(now) if is_over else None, query
