"""Selects the version to serve: the newest one, or the last good one before it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from serve.cache import ResponseCache
from serve.endpoint import Endpoint
from serve.errors import NothingPublished, QueryOutOfMemory, QueryTimeout, ServeError
from serve.version import Version
from serve.warehouse import DamagedError, OtherReleaseError, VersionError, Warehouse, is_lasting

POLL_SECONDS = 0.05
POLL_SECONDS_WITHOUT_VERSION = 2.0
# From a fault that may pass to the next try; each pause is twice the one before.
FIRST_RETRY_SECONDS, MOST_RETRY_SECONDS = 0.5, 60.0

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class VersionWatcher:
    """Opens each version that is published, and closes the one before.

    A version is served once the first queries of each endpoint have their responses.
    version: the one that is served; damaged: the names of those that cannot be read.
    """

    def __init__(self, warehouse: Warehouse, cache: ResponseCache, endpoints: tuple[Endpoint, ...]) -> None:
        self.warehouse = warehouse
        self.cache = cache
        self.endpoints = endpoints
        self.version: Version | None = None
        self.damaged: list[str] = []
        self.seen: str | None = None
        self.pause = POLL_SECONDS
        self.retry_at: float | None = None
        self.retry_seconds = FIRST_RETRY_SECONDS
        self.switching = asyncio.Lock()

    async def use_version(self, use: Callable[[Version], Awaitable[Result]]) -> Result:
        """What a function gives for the version that is served; of a damaged one, for that in its place.

        Raises NothingPublished.
        """
        while version := self.version:
            try:
                return await use(version)
            except DamagedError as error:
                await self.replace(version, error)
        raise NothingPublished("Nothing that can be read has been published: run `make build` first.")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serves the newest version, and each one that is published while the context lasts."""
        await self.poll()
        polling = asyncio.create_task(self.poll_forever())
        try:
            yield
        finally:
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling
            self.cache.readers.close()
            self.serve(None)

    async def poll_forever(self) -> None:
        while True:
            await asyncio.sleep(self.pause)
            try:
                await self.poll()
            except Exception:
                log.exception("looking for a new version failed")

    async def poll(self) -> None:
        """Switch to the version that was published last, or stay where that is damaged."""
        name = await asyncio.to_thread(self.warehouse.newest)
        if name is None:
            return
        if name != self.seen:
            self.retry_seconds = FIRST_RETRY_SECONDS
        elif self.retry_at is None or time.monotonic() < self.retry_at:
            return
        self.seen, self.retry_at = name, None
        async with self.switching:
            if await self.switch(name):
                self.damaged.clear()
            elif not self.version:
                await self.fall_back()

    def retry_later(self) -> None:
        self.retry_at = time.monotonic() + self.retry_seconds
        self.retry_seconds = min(2 * self.retry_seconds, MOST_RETRY_SECONDS)

    async def replace(self, version: Version, error: Exception) -> None:
        """Switch from a version that turns out damaged to the last good one before it."""
        async with self.switching:
            if self.version is version:
                log.error("version %s is damaged; the last good one takes its place", version.name)
                self.damaged.append(version.name)
                await self.fall_back()
                if not is_lasting(error):
                    self.retry_later()

    async def fall_back(self) -> None:
        for name in await asyncio.to_thread(self.warehouse.names):
            if name not in self.damaged and await self.switch(name):
                return
        # No version is left. The disk may be away, so it is polled until it is back.
        self.serve(None)
        self.damaged.clear()
        self.seen, self.pause = None, POLL_SECONDS_WITHOUT_VERSION

    async def switch(self, name: str) -> bool:
        """Serve a version, if it can answer the first queries; whether it is served."""
        try:
            version = await asyncio.to_thread(self.warehouse.open, name)
            try:
                await self.prepare(version)
            except VersionError:
                self.warehouse.retire(version)
                raise
        except (VersionError, ServeError) as error:
            why = (
                "was published by another release of this software: run `make build`"
                if isinstance(error, OtherReleaseError)
                else f"cannot be read: {self.warehouse.without_paths(str(error))}"
            )
            log.error("version %s %s", name, why)
            if name not in self.damaged:
                self.damaged.append(name)
            if name == self.seen and not is_lasting(error):
                self.retry_later()
            return False
        self.serve(version)
        self.pause = POLL_SECONDS
        log.info("now serving version %s", name, extra={"version": name})
        for endpoint in self.endpoints:
            for query in endpoint.next_queries:
                self.cache.task(version, self.cache.clock(), endpoint, query)
        return True

    def serve(self, version: Version | None) -> None:
        replaced, self.version = self.version, version
        if replaced:
            self.warehouse.retire(replaced)

    async def prepare(self, version: Version) -> None:
        """Compute the first queries, again where a second has passed: the second time is quick.

        Raises VersionError where an endpoint cannot be answered from this version.
        """
        for _ in range(2):
            now = self.cache.clock()
            try:
                # Side by side, as they take as long as the slowest then.
                await asyncio.gather(
                    *(
                        self.cache.task(version, now, endpoint, query)
                        for endpoint in self.endpoints
                        for query in endpoint.first_queries
                    )
                )
            except (QueryTimeout, QueryOutOfMemory) as error:
                log.warning("the first queries of version %s: %s", version.name, error.detail)
            if self.cache.clock() == now:
                return
