"""Which version is served: the one published last, followed from publish to publish."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import product

from serve.answers import Answers
from serve.errors import TookTooLong
from serve.query import StatsQuery
from serve.schema import Compare, Mode
from serve.version import Version
from serve.warehouse import VersionError, Warehouse

LOOK_SECONDS = 0.1
log = logging.getLogger("uvicorn.error")


class Follower:
    """Lets `answers` be those of the version that is published last in `warehouse`."""

    def __init__(self, warehouse: Warehouse, answers: Answers) -> None:
        self.warehouse = warehouse
        self.answers = answers
        self.seen: str | None = None

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Serves what is published now, and meanwhile whatever is published later."""
        await self.look()
        follower = asyncio.create_task(self.follow())
        try:
            yield
        finally:
            follower.cancel()
            with suppress(asyncio.CancelledError):
                await follower
            self.answers.close()

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("looking for a new version failed")

    async def look(self) -> None:
        """Switch to the version that was published last, once its default answers are there.

        One that cannot be read leaves the last good one in service.
        """
        name = await asyncio.to_thread(self.warehouse.newest)
        if name is None or name == self.seen:
            return
        self.seen = name
        try:
            version = await asyncio.to_thread(self.warehouse.open, name)
        except VersionError:
            log.exception("version %s cannot be opened; the last one goes on", name)
            return
        try:
            await self.prepare(version)
        except VersionError:
            log.exception("version %s cannot be read; the last one goes on", name)
            self.warehouse.retire(version)
            return
        replaced, self.answers.version = self.answers.version, version
        log.info("now serving version %s", name)
        if replaced:
            self.warehouse.retire(replaced)

    async def prepare(self, version: Version) -> None:
        """Compute the default answers, again if a second has passed: what days have in common is kept."""
        for _ in range(2):
            now = self.answers.clock()
            try:
                for mode, compare in product(Mode, (None, *Compare)):
                    await self.answers.task(version, now, StatsQuery(mode=mode, compare=compare))
            except TookTooLong:
                log.warning("the default answers of version %s take too long", version.name)
            if self.answers.clock() == now:
                return
