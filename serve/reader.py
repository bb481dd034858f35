"""Asks one version for rows, from the event loop: each query runs in a thread."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from serve.database import Database
from serve.snapshot import ReadSnapshot, Row
from serve.version import Version

STOP_AGAIN_SECONDS = 0.05

Result = TypeVar("Result")


class Reader:
    """Queries on a snapshot, beside each other, for as long as they may take."""

    def __init__(self, snapshot: ReadSnapshot, threads: ThreadPoolExecutor) -> None:
        self.snapshot = snapshot
        self.threads = threads

    def run(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Call a function in a thread."""
        return asyncio.get_running_loop().run_in_executor(self.threads, function)

    async def rows(self, queries: Sequence[str], parameters: Row) -> dict[str, list[Row]]:
        """The rows of each of these queries, which run side by side. Raises as `ReadSnapshot.rows` does."""
        running = [self.run(partial(self.snapshot.rows, query, parameters)) for query in queries]
        try:
            return dict(zip(queries, await asyncio.gather(*running), strict=True))
        finally:
            await asyncio.wait(running)


class Readers:
    """Makes readers, each with a time limit.

    seconds: that all queries of a reader may take, their wait for a free thread included.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self.database = database
        self.seconds = seconds
        self.threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    def snapshot(self, version: Version) -> ReadSnapshot:
        """A snapshot that holds the version from now on; to be given to `limited`."""
        return ReadSnapshot(self.database, version)

    @asynccontextmanager
    async def limited(self, snapshot: ReadSnapshot) -> AsyncIterator[Reader]:
        """A reader, whose snapshot is closed at the end; its queries raise QueryTimeout once time is up."""
        stopper = asyncio.create_task(self.stop_when_late(snapshot))
        try:
            yield Reader(snapshot, self.threads)
        finally:
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
