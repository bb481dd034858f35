"""The dashboard's answers, each computed once however many ask for it, and kept for its second."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TypeVar

from serve.dashboard import QUESTIONS, dashboard_stats
from serve.errors import NothingPublished, TookTooLong
from serve.query import Query
from serve.schema import DashboardStats, Health, Mode, in_utc
from serve.warehouse import Session, Version, VersionError, Warehouse
from serve.window import resolve

KEPT_ANSWERS = 128
LOOK_SECONDS = 0.1
STOP_AGAIN_SECONDS = 0.05
SECOND = timedelta(seconds=1)
log = logging.getLogger("uvicorn.error")

Result = TypeVar("Result")
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Answer:
    """The JSON of one answer, with what is about it and not of it.

    body: `DashboardStats` as UTF-8 JSON.
    headers: the version it was read from, and the ETag of the body.
    """

    body: bytes
    headers: dict[str, str]

    def is_known(self, if_none_match: str) -> bool:
        """Whether who sent this `If-None-Match` header has the body already."""
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return bool(known & {"*", self.headers["ETag"]})


class Answers:
    """Answers of the version published last, which it follows from publish to publish.

    clock: gives the second it is, a UTC instant without a zone.
    query_timeout: seconds that an answer may take, its wait for a free core included.
    """

    def __init__(self, warehouse: Warehouse, clock: Clock, query_timeout: float) -> None:
        self.warehouse = warehouse
        self.clock = clock
        self.query_timeout = query_timeout
        self.version: Version | None = None
        self.seen: str | None = None
        self.kept: dict[tuple[Version, datetime, Query], asyncio.Task[Answer]] = {}
        self.threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    async def get(self, query: Query) -> Answer:
        """The answer as of now. Raises ServeError where there is none."""
        if not self.version:
            raise NothingPublished("Nothing has been published yet: run `make build` first.")
        now = self.clock()
        task = self.task(self.version, now, query)
        if task.done():
            # What is asked for more than once a second is there when the next second begins.
            self.task(self.version, now + SECOND, query)
        # Who asks may go away before the others who wait for the same answer.
        return await asyncio.shield(task)

    async def health(self) -> Health:
        """The version being served; all null before the first."""
        if not self.version:
            return Health(version=None, built_at=None, newest_event_at=None)
        session = Session(self.warehouse, self.version)
        async with self.limited(session):
            newest_event_at = await self.newest_event_at(session, self.clock())
        return Health(
            version=session.version.name,
            built_at=in_utc(session.version.built_at),
            newest_event_at=in_utc(newest_event_at),
        )

    def task(self, version: Version, now: datetime, query: Query) -> asyncio.Task[Answer]:
        """The task that computes an answer, or has computed it; a failed one is not kept."""
        key = (version, now, query)

        def forget_if_failed(done: asyncio.Task[Answer]) -> None:
            if done.cancelled() or done.exception():
                self.kept.pop(key, None)

        if key not in self.kept:
            # The session begins here and not in the task, before which the version might be let go.
            session = Session(self.warehouse, version)
            task = asyncio.create_task(self.compute(session, now, query))
            task.add_done_callback(forget_if_failed)
            self.kept[key] = task
            if len(self.kept) > KEPT_ANSWERS:
                del self.kept[next(iter(self.kept))]
        return self.kept[key]

    async def compute(self, session: Session, now: datetime, query: Query) -> Answer:
        async with self.limited(session):
            window = await self.in_thread(lambda: resolve(session, now, query.start, query.end))
            parameters = {**window.parameters(), "is_unique": query.mode is Mode.UNIQUE}
            await self.in_thread(lambda: session.keep_days(parameters))
            asked = [self.in_thread(partial(session.rows, question, parameters)) for question in QUESTIONS]
            try:
                rows = dict(zip(QUESTIONS, await asyncio.gather(*asked), strict=True))
            finally:
                await asyncio.wait(asked)
            newest_event_at = await self.newest_event_at(session, now)
        return await self.in_thread(
            lambda: answer(dashboard_stats(rows, window, query.mode), session.version, newest_event_at)
        )

    async def newest_event_at(self, session: Session, now: datetime) -> datetime | None:
        """When the newest event happened whose time has come. Nearly always that is the version's newest."""
        newest = session.version.newest_event_at
        if not newest or newest <= now:
            return newest
        rows = await self.in_thread(lambda: session.rows("newest_event", {"now": now}))
        return rows[0]["newest_event_at"] if rows else None

    def in_thread(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self.threads, function)

    @asynccontextmanager
    async def limited(self, session: Session) -> AsyncIterator[None]:
        """Closes the session at the end, and stops it when the time is up; then asking raises TookTooLong."""
        stopper = asyncio.create_task(self.stop_when_late(session))
        try:
            yield
        finally:
            stopper.cancel()
            session.close()

    async def stop_when_late(self, session: Session) -> None:
        await asyncio.sleep(self.query_timeout)
        while True:
            session.stop()
            await asyncio.sleep(STOP_AGAIN_SECONDS)

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
            self.threads.shutdown()

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
        replaced, self.version = self.version, version
        log.info("now serving version %s", name)
        if replaced:
            self.warehouse.retire(replaced)

    async def prepare(self, version: Version) -> None:
        """Compute the default answers, again if a second has passed: what days have in common is kept."""
        for _ in range(2):
            now = self.clock()
            try:
                for mode in Mode:
                    await self.task(version, now, Query(mode=mode))
            except TookTooLong:
                log.warning("the default answers of version %s take too long", version.name)
            if self.clock() == now:
                return


def answer(stats: DashboardStats, version: Version, newest_event_at: datetime | None) -> Answer:
    body = stats.model_dump_json(exclude_none=True).encode()
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{sha256(body).hexdigest()[:32]}"',
        "X-Data-Version": version.name,
        "X-Data-Built-At": f"{version.built_at.isoformat()}Z",
    }
    if newest_event_at:
        headers["X-Data-Newest-Event-At"] = f"{newest_event_at.isoformat()}Z"
    return Answer(body, headers)
