"""Which version is served: the one published last, followed from publish to publish."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import product

from serve.answers import Answers
from serve.errors import NeedsTooMuch, ServeError, TookTooLong
from serve.query import Query, StatsQuery
from serve.schema import Compare, Mode
from serve.version import Version
from serve.warehouse import OtherReleaseError, VersionError, Warehouse, is_lasting

LOOK_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 2.0  # Where no version can be read.
TRY_AGAIN_SECONDS, LONGEST_TRY_SECONDS = (
    0.5,
    60.0,
)  # From a fault that may pass to the next try, which doubles.
log = logging.getLogger(__name__)


class Follower:
    """Lets `answers` be those of the version published last in `warehouse`, or of the last good one."""

    def __init__(self, warehouse: Warehouse, answers: Answers) -> None:
        self.warehouse = warehouse
        self.answers = answers
        self.seen: str | None = None
        self.pause = LOOK_SECONDS
        self.try_again_at: float | None = None
        self.try_again_after = TRY_AGAIN_SECONDS
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
        if name is None:
            return
        if name != self.seen:
            self.try_again_after = TRY_AGAIN_SECONDS
        elif self.try_again_at is None or time.monotonic() < self.try_again_at:
            return
        self.seen, self.try_again_at = name, None
        async with self.switching:
            if await self.switch(name):
                self.answers.damaged.clear()
            elif not self.answers.version:
                await self.fall_back()

    def try_again_later(self) -> None:
        self.try_again_at = time.monotonic() + self.try_again_after
        self.try_again_after = min(2 * self.try_again_after, LONGEST_TRY_SECONDS)

    async def leave(self, version: Version, error: Exception) -> None:
        """Switch from a version that turns out damaged to the last good one before it."""
        async with self.switching:
            if self.answers.version is version:
                log.error("version %s is damaged; the last good one takes its place", version.name)
                self.answers.damaged.append(version.name)
                await self.fall_back()
                if not is_lasting(error):
                    self.try_again_later()

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
        except (VersionError, ServeError) as error:
            why = (
                "was published by another release of this software: run `make build`"
                if isinstance(error, OtherReleaseError)
                else f"cannot be read: {self.warehouse.without_paths(str(error))}"
            )
            log.error("version %s %s", name, why)
            if name not in self.answers.damaged:
                self.answers.damaged.append(name)
            if name == self.seen and not is_lasting(error):
                self.try_again_later()
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
            except (TookTooLong, NeedsTooMuch) as error:
                log.warning("the default answers of version %s: %s", version.name, error.detail)
            if self.answers.clock() == now:
                return
