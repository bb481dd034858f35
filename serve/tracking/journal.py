"""Writes tracked events to journals, and moves these to where the next build finds them."""

import asyncio
import fcntl
import logging
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from secrets import token_hex

from pipeline.durable import sync
from pipeline.landing.path_properties import TRACKED
from serve.errors import StorageUnavailable
from serve.tracking.compaction import HOUR, compact_hours

JOURNAL, UNFINISHED = ".journal", ".tmp"
# What a server of an earlier release left has these endings.
EARLIER_JOURNAL, EARLIER_UNFINISHED = ".keeps", ".opens"
RETRY_SECONDS = 5.0
# Below both of these, the rest of the disk is left to builds.
FREE_PART, FREE_BYTES = 0.1, 5_000_000_000

log = logging.getLogger(__name__)


class EventJournal:
    """The folder of tracked events. Files appear in it by a rename.

    landing_zone: the folder of which it is a part.
    seconds: between one file and the next.
    """

    def __init__(self, landing_zone: Path, seconds: float) -> None:
        self.folder = landing_zone / TRACKED
        self.seconds = seconds
        self.rows: list[str] = []
        self.writing: asyncio.Task[None] | None = None
        self.journal: Journal | None = None
        self.rotating: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()
        self.compacted_in = ""
        self.is_full = False
        recover_journals(self.folder)

    async def append(self, rows: list[str]) -> None:
        """Return when the rows, JSON objects, are safe on disk. Raises StorageUnavailable."""
        self.rows += rows
        if self.writing is None:
            self.writing = asyncio.create_task(self.write_waiting())
        # A client that disconnects must not cancel the write of others.
        await asyncio.shield(self.writing)

    async def write_waiting(self) -> None:
        """Write all rows that came during the last write."""
        async with self.turn:
            rows, self.rows, self.writing = self.rows, [], None
            try:
                await asyncio.to_thread(self.write, rows)
            except OSError:
                raise StorageUnavailable(
                    "Events cannot be stored at the moment; send them again later."
                ) from None
            if self.rotating is None:
                self.rotating = asyncio.create_task(self.rotate_soon())

    async def rotate_soon(self) -> None:
        """Rename the journal when its time is up, or at once when cancelled; retry until that succeeds."""
        seconds, is_stopping = self.seconds, False
        try:
            while self.journal and not is_stopping:
                try:
                    await asyncio.sleep(seconds)
                except asyncio.CancelledError:
                    is_stopping = True
                async with self.turn:
                    try:
                        await asyncio.to_thread(self.rotate)
                    except OSError as error:
                        log.error("Tracked events are safe, but could not be landed: %s", error.strerror)
                        seconds = RETRY_SECONDS
                await asyncio.to_thread(self.compact)
        finally:
            self.rotating = None

    async def close(self) -> None:
        """Rename the last journal, before the server ends."""
        if self.rotating:
            self.rotating.cancel()
            await self.rotating

    def write(self, rows: list[str]) -> None:
        was_full, self.is_full = self.is_full, is_nearly_full(self.folder.parent)
        if self.is_full:
            if not was_full:
                log.error("Tracked events are refused: the disk is nearly full")
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        if self.journal is None:
            with suppress(FileExistsError):
                self.folder.mkdir()
                sync(self.folder.parent)
            self.journal = Journal(self.folder)
        self.journal.write("".join(f"{row}\n" for row in rows).encode())

    def rotate(self) -> None:
        if self.journal:
            self.journal.land()
            self.journal = None

    def compact(self) -> None:
        """Compact hours that are over, once an hour."""
        now = datetime.now(UTC)
        if self.compacted_in != now.strftime(HOUR):
            self.compacted_in = now.strftime(HOUR)
            try:
                compact_hours(self.folder, now)
            except OSError as error:
                log.error("Hours of tracked events could not be put together: %s", error.strerror)


class Journal:
    """A hidden file, which no build reads; its lock shows that its process lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"{datetime.now(UTC):{HOUR}%M%S.%f}-{token_hex(4)}.ndjson"
        opening, self.path = (folder / f".{self.name}{ending}" for ending in (UNFINISHED, JOURNAL))
        self.descriptor = os.open(opening, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        opening.rename(self.path)
        sync(folder)

    def write(self, content: bytes) -> None:
        """Write and sync. Where that fails, nothing of the content stays."""
        end = os.fstat(self.descriptor).st_size
        try:
            while content:
                content = content[os.write(self.descriptor, content) :]
            os.fsync(self.descriptor)
        except OSError:
            os.ftruncate(self.descriptor, end)
            os.lseek(self.descriptor, end, os.SEEK_SET)
            raise

    def land(self) -> None:
        self.path.rename(self.folder / self.name)
        sync(self.folder)
        os.close(self.descriptor)


def is_nearly_full(folder: Path) -> bool:
    """Whether the rest of the disk is left to builds and to compaction."""
    disk = os.statvfs(folder)
    left, whole = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    return left < min(whole * FREE_PART, FREE_BYTES)


def recover_journals(folder: Path) -> None:
    """Rename the journals of killed processes, cut after their last whole row."""
    for path in [*folder.glob(f".*{UNFINISHED}"), *folder.glob(f".*{EARLIER_UNFINISHED}")]:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - 3600:
                path.unlink()
    for path in [*folder.glob(f".*{JOURNAL}"), *folder.glob(f".*{EARLIER_JOURNAL}")]:
        try:
            with path.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                file.truncate(file.read().rfind(b"\n") + 1)
                os.fsync(file.fileno())
                path.rename(folder / path.stem.removeprefix("."))
        except (BlockingIOError, FileNotFoundError):
            pass  # It belongs to a live worker, or another worker has just recovered it.
        except OSError as error:
            log.error("The events of %s could not be landed: %s", path.name, error.strerror)
    if folder.exists():
        sync(folder)
