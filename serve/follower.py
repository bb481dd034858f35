"""Which version is served: the one published last, followed from publish to publish."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import product

from serve.answers import Answers
from serve.errors import TookTooLong
from serve.query import Query, StatsQuery
from serve.schema import Compare, Mode
from serve.version import Version
from serve.warehouse import OtherReleaseError, VersionError, Warehouse

LOOK_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 2.0  # Where no version can be read.
log = logging.getLogger(__name__)


class Follower:
    """Lets `answers` be those of the version published last in `warehouse`, or of the last good one."""

    def __init__(self, warehouse: Warehouse, answers: Answers) -> None:
        self.warehouse = warehouse
        self.answers = answers
        self.seen: str | None = None
        self.pause = LOOK_SECONDS
        self.switching = asyncio.Lock()
        answers.leave = self.leave

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
            self.serve(None)

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(self.pause)
            try:
                await self.look()
            except Exception:
                log.exception("looking for a new version failed")

    async def look(self) -> None:
        """Switch to the version that was published last, or stay where that is damaged."""
        name = await asyncio.to_thread(self.warehouse.newest)
        if name is None or name == self.seen:
            return
        self.seen = name
        async with self.switching:
            if await self.switch(name):
                self.answers.damaged.clear()
            elif not self.answers.version:
                await self.fall_back()

    async def leave(self, version: Version) -> None:
        """Switch from a version that turns out damaged to the last good one before it."""
        async with self.switching:
            if self.answers.version is version:
                log.error("version %s is damaged; the last good one takes its place", version.name)
                self.answers.damaged.append(version.name)
                await self.fall_back()

    async def fall_back(self) -> None:
        for name in await asyncio.to_thread(self.warehouse.names):
            if name not in self.answers.damaged and await self.switch(name):
                return
        # None is left: it may be the disk, which is looked at again until it is back.
        self.serve(None)
        self.answers.damaged.clear()
        self.seen, self.pause = None, LOOK_AGAIN_SECONDS

    async def switch(self, name: str) -> bool:
        """Serve a version once its default answers are there; whether that can be."""
        try:
            version = await asyncio.to_thread(self.warehouse.open, name)
            try:
                await self.prepare(version)
            except VersionError:
                self.warehouse.retire(version)
                raise
        except VersionError as error:
            why = (
                "was published by another release of this software: run `make build`"
                if isinstance(error, OtherReleaseError)
                else f"cannot be read: {self.warehouse.without_paths(str(error))}"
            )
            log.error("version %s %s", name, why)
            self.answers.damaged.append(name)
            return False
        self.serve(version)
        self.pause = LOOK_SECONDS
        log.info("now serving version %s", name, extra={"version": name})
        for mode, compare in product(Mode, Compare):
            self.answers.task(version, self.answers.clock(), StatsQuery(mode=mode, compare=compare))
        return True

    def serve(self, version: Version | None) -> None:
        replaced, self.answers.version = self.answers.version, version
        if replaced:
            self.warehouse.retire(replaced)

    async def prepare(self, version: Version) -> None:
        """Compute the default answers, again if a second has passed: what days have in common is kept."""
        for _ in range(2):
            now = self.answers.clock()
            try:
                for mode in Mode:
                    await self.answers.task(version, now, StatsQuery(mode=mode))
                await self.answers.task(version, now, Query())
            except TookTooLong:
                log.warning("the default answers of version %s take too long", version.name)
            if self.answers.clock() == now:
                return
