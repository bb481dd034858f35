"""Runs queries on one version from the event loop, each in a thread."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from serve.database import Database
from serve.response_settings import DEFAULT_SETTINGS, ResponseSettings
from serve.snapshot import Parameters, ReadSnapshot, Row, SqlQuery
from serve.version import Version

STOP_AGAIN_SECONDS = 0.05

Result = TypeVar("Result")


class Reader:
    """Queries on a snapshot, side by side, for as long as they may take."""

    def __init__(
        self, snapshot: ReadSnapshot, threads: ThreadPoolExecutor, settings: ResponseSettings
    ) -> None:
        self.snapshot = snapshot
        self.threads = threads
        self.settings = settings
        self.running: set[asyncio.Future[Any]] = set()

    def run(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Call a function in a thread."""
        future = asyncio.get_running_loop().run_in_executor(self.threads, function)
        self.running.add(future)
        future.add_done_callback(self.running.discard)
        return future

    def rows(self, query: SqlQuery[Row], parameters: Parameters) -> asyncio.Future[list[Row]]:
        """The rows of a query, which runs in a thread. Raises as `ReadSnapshot.rows` does."""
        return self.run(lambda: self.snapshot.rows(query, parameters))

    async def finish(self) -> None:
        """Wait for what still runs, as other queries do once one has failed."""
        if self.running:
            await asyncio.wait(self.running)


class Readers:
    """Makes readers, each with a time limit.

    seconds: that all queries of a reader may take, their wait for a free thread included.
    """

    def __init__(
        self, database: Database, seconds: float, settings: ResponseSettings = DEFAULT_SETTINGS
    ) -> None:
        self.database = database
        self.seconds = seconds
        self.settings = settings
        self.threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    def snapshot(self, version: Version) -> ReadSnapshot:
        """A snapshot that holds the version from now on; to be given to `limited`."""
        return ReadSnapshot(self.database, version)

    @asynccontextmanager
    async def limited(self, snapshot: ReadSnapshot) -> AsyncIterator[Reader]:
        """A reader, whose snapshot is closed at the end; its queries raise QueryTimeout once time is up."""
        stopper = asyncio.create_task(self.stop_when_late(snapshot))
        reader = Reader(snapshot, self.threads, self.settings)
        try:
            yield reader
        finally:
            await reader.finish()
            stopper.cancel()
            snapshot.close()

    async def stop_when_late(self, snapshot: ReadSnapshot) -> None:
        await asyncio.sleep(self.seconds)
        while True:
            snapshot.stop()
            await asyncio.sleep(STOP_AGAIN_SECONDS)

    def close(self) -> None:
        """Run nothing more."""
        self.threads.shutdown()
