"""The API's answers, each computed once however many ask for it, and kept as long as it stays the same."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from pydantic import BaseModel

from serve import dashboard, risk
from serve.answer import Answer, answer
from serve.dashboard import dashboard_stats, trend
from serve.errors import NothingPublished, Stale
from serve.notes import checked_at
from serve.query import Query, StatsQuery
from serve.risk import money_at_risk
from serve.schema import ComparedStats, Health, Mode, in_utc
from serve.version import Version
from serve.warehouse import DamagedError, Row, Session, Warehouse
from serve.window import Window, before, resolve

KEPT_ANSWERS, KEPT_BYTES = 128, 32_000_000
STOP_AGAIN_SECONDS = 0.05
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

Result = TypeVar("Result")
Clock = Callable[[], datetime]
Key = tuple[Version, datetime | bool, datetime | None, Query]


class Answers:
    """Answers of one version, until another takes its place.

    clock: gives the second it is, a UTC instant without a zone.
    query_timeout: seconds that an answer may take, its wait for a free core included.
    stale_after: seconds after which a version that nobody has checked since is stale.
    leave: puts another version in the place of one that is damaged, by its error, or none.
    damaged: the versions that could not be read.
    """

    def __init__(self, warehouse: Warehouse, clock: Clock, query_timeout: float, stale_after: float) -> None:
        self.warehouse = warehouse
        self.clock = clock
        self.query_timeout = query_timeout
        self.stale_after = timedelta(seconds=stale_after)
        self.version: Version | None = None
        self.damaged: list[str] = []
        self.leave: Callable[[Version, Exception], Awaitable[None]]
        self.kept: dict[Key, asyncio.Task[Answer]] = {}
        self.threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    async def get(self, query: Query) -> tuple[Answer, bool]:
        """The answer as of now, and whether it was kept. Raises ServeError where there is none."""

        async def answer_of(version: Version) -> tuple[Answer, bool]:
            now = self.clock()
            task = self.task(version, now, query)
            is_kept = task.done()
            if is_kept:
                # What is asked for more than once a second is there when the next second begins.
                self.task(version, now + SECOND, query)
            # Who asks may go away before the others who wait for the same answer.
            return await asyncio.shield(task), is_kept

        return await self.of_good_version(answer_of)

    async def of_good_version(self, ask: Callable[[Version], Awaitable[Result]]) -> Result:
        """What is asked of the version that is served, or of that which takes a damaged one's place."""
        while version := self.version:
            try:
                return await ask(version)
            except DamagedError as error:
                await self.leave(version, error)
        raise NothingPublished("Nothing that can be read has been published: run `make build` first.")

    def close(self) -> None:
        """Compute nothing any more."""
        self.threads.shutdown()

    async def health(self) -> Health:
        """The version being served; all null before the first."""
        try:
            return await self.of_good_version(self.health_of)
        except NothingPublished:
            nothing = dict.fromkeys(("version", "built_at", "newest_event_at", "checked_at"))
            return Health(**nothing, is_stale=False, damaged_versions=self.damaged)

    async def readiness(self) -> Health:
        """The same. Raises NothingPublished, and Stale."""
        health = await self.of_good_version(self.health_of)
        if health.is_stale:
            raise Stale(
                f"No build has succeeded since {health.checked_at:%Y-%m-%d %H:%M} UTC,"
                f" more than STALE_AFTER={self.stale_after.total_seconds():g} seconds ago."
            )
        return health

    async def counts(self, question: str) -> dict[str, int]:
        """The counts that `quarantine` or `data_quality` gives, by name."""

        async def counts_of(version: Version) -> dict[str, int]:
            session = Session(self.warehouse, version)
            async with self.limited(session):
                rows = await self.in_thread(lambda: session.rows(question, {}))
            return {name: count for name, count in (row.values() for row in rows)}

        try:
            return await self.of_good_version(counts_of)
        except NothingPublished:
            return {}

    async def health_of(self, version: Version) -> Health:
        session, now = Session(self.warehouse, version), self.clock()
        async with self.limited(session):
            newest_event_at = await self.newest_event_at(session, now)
        # Not where answers are computed, as anybody may ask for this.
        checked = await asyncio.to_thread(checked_at, self.warehouse.folder, version)
        return Health(
            version=version.name,
            built_at=in_utc(version.built_at),
            newest_event_at=in_utc(newest_event_at),
            checked_at=in_utc(checked),
            is_stale=now - checked > self.stale_after,
            damaged_versions=self.damaged,
        )

    def task(self, version: Version, now: datetime, query: Query) -> asyncio.Task[Answer]:
        """The task that computes an answer, or has computed it; a failed one is not kept."""
        key = key_of(version, now, query)

        def forget_if_failed(done: asyncio.Task[Answer]) -> None:
            if done.cancelled() or done.exception():
                self.kept.pop(key, None)

        if key not in self.kept:
            # The session begins here and not in the task, before which the version might be let go.
            session = Session(self.warehouse, version)
            task = asyncio.create_task(self.compute(session, now, query))
            task.add_done_callback(forget_if_failed)
            self.kept[key] = task
            while len(self.kept) > KEPT_ANSWERS or self.kept_bytes() > KEPT_BYTES:
                del self.kept[next(iter(self.kept))]
            return task
        return self.kept[key]

    def kept_bytes(self) -> int:
        done = (task for task in self.kept.values() if task.done() and not task.cancelled())
        return sum(len(task.result().body) for task in done if not task.exception())

    async def compute(self, session: Session, now: datetime, query: Query) -> Answer:
        async with self.limited(session):
            window = await self.in_thread(lambda: resolve(session, now, query.start, query.end))
            unreadable = []
            if isinstance(query, StatsQuery):
                body: BaseModel = await self.compared_stats(session, window, query)
                parameters = window.parameters()
                unreadable = await self.in_thread(lambda: session.rows("unreadable_sales", parameters))
            else:
                body = money_at_risk(await self.rows(session, risk.QUESTIONS, window.parameters()))
            newest_event_at = await self.newest_event_at(session, now)
        return await self.in_thread(lambda: answer(body, session.version, newest_event_at, unreadable))

    async def compared_stats(self, session: Session, window: Window, query: StatsQuery) -> ComparedStats:
        rows = await self.stats_rows(session, window, query.mode, *(["trend"] if query.include else []))
        stats = await self.in_thread(lambda: dashboard_stats(rows, window, query.mode))
        days = await self.in_thread(lambda: trend(rows, window)) if query.include else None
        previous = None
        if query.compare:
            window_before = await self.in_thread(lambda: before(session, window))
            rows_before = await self.stats_rows(session, window_before, query.mode)
            previous = await self.in_thread(lambda: dashboard_stats(rows_before, window_before, query.mode))
        return ComparedStats.model_construct(**dict(stats), trend=days, previous=previous)

    async def stats_rows(
        self, session: Session, window: Window, mode: Mode, *more: str
    ) -> dict[str, list[Row]]:
        parameters = {**window.parameters(), "is_unique": mode is Mode.UNIQUE}
        await self.in_thread(lambda: session.keep_days(parameters))
        return await self.rows(session, [*dashboard.QUESTIONS, *more], parameters)

    async def rows(self, session: Session, questions: Sequence[str], parameters: Row) -> dict[str, list[Row]]:
        """The rows of each of these queries, which run side by side."""
        asked = [self.in_thread(partial(session.rows, question, parameters)) for question in questions]
        try:
            return dict(zip(questions, await asyncio.gather(*asked), strict=True))
        finally:
            await asyncio.wait(asked)

    async def newest_event_at(self, session: Session, now: datetime) -> datetime | None:
        """When the newest event happened whose time has come; looked up once until the next one's comes."""
        version = session.version
        if version.knows_newest_event(now):
            return version.newest_event(now)
        (row,) = await self.in_thread(lambda: session.rows("newest_event", {"now": now}))
        newest: datetime | None = row["newest_event_at"]
        version.newest_events = now, row["next_event_at"], newest
        return newest

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


def key_of(version: Version, now: datetime, query: Query) -> Key:
    """What an answer is kept by: its second, or the newest event once its days are over in any zone."""
    is_over = query.end and query.end < now.date() - DAY and version.knows_newest_event(now)
    return version, is_over or now, version.newest_event(now) if is_over else None, query
