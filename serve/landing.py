"""Keeps rows that are posted, and lands them where the next build finds them."""

import asyncio
import fcntl
import logging
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from serve.errors import NotKept
from serve.gathering import HOUR, gather, sync

SUBFOLDER = "tracked"
KEEPS, OPENS = ".keeps", ".opens"
AFTER_FAILURE = 5.0  # Seconds.

log = logging.getLogger(__name__)


class Landing:
    """The folder of tracked events, to which files come by a rename.

    landing_zone: the folder of which it is a part.
    seconds: between one file and the next.
    """

    def __init__(self, landing_zone: Path, seconds: float) -> None:
        self.folder = landing_zone / SUBFOLDER
        self.seconds = seconds
        self.rows: list[str] = []
        self.kept: asyncio.Task[None] | None = None
        self.journal: Journal | None = None
        self.landed: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()
        self.gathered_in = ""
        with suppress(OSError):
            land_what_was_left(self.folder)

    async def keep(self, rows: list[str]) -> None:
        """Return when the rows, JSON objects, are safe on disk. Raises NotKept."""
        self.rows += rows
        if self.kept is None:
            self.kept = asyncio.create_task(self.keep_together())
        # Whoever goes away takes nobody else's rows along.
        await asyncio.shield(self.kept)

    async def keep_together(self) -> None:
        """Write all that came while the disk was busy with others."""
        async with self.turn:
            rows, self.rows, self.kept = self.rows, [], None
            try:
                await asyncio.to_thread(self.write, rows)
            except OSError:
                raise NotKept("Events cannot be kept at the moment; send them again later.") from None
            if self.landed is None:
                self.landed = asyncio.create_task(self.land_soon())

    async def land_soon(self) -> None:
        """Land the journal when it is time, and at once when cancelled; where that fails, again and again."""
        seconds, is_stopping = self.seconds, False
        while self.journal and not is_stopping:
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                is_stopping = True
            async with self.turn:
                try:
                    await asyncio.to_thread(self.land)
                except OSError as error:
                    log.error("Tracked events are safe, but could not be landed: %s", error.strerror)
                    seconds = AFTER_FAILURE
            with suppress(OSError):
                await asyncio.to_thread(self.gather)
        self.landed = None

    async def finish(self) -> None:
        """Land what has been kept, before the server ends."""
        if self.landed:
            self.landed.cancel()
            await self.landed

    def write(self, rows: list[str]) -> None:
        if self.journal is None:
            with suppress(FileExistsError):
                self.folder.mkdir()
                sync(self.folder.parent)
            self.journal = Journal(self.folder)
        self.journal.write("".join(f"{row}\n" for row in rows).encode())

    def land(self) -> None:
        if self.journal:
            self.journal.land()
            self.journal = None

    def gather(self) -> None:
        """Once an hour, and again in the next one where it fails."""
        now = datetime.now(UTC)
        if self.gathered_in != now.strftime(HOUR):
            self.gathered_in = now.strftime(HOUR)
            gather(self.folder, now)


class Journal:
    """A file that no build reads yet, whose lock says that its process lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"{datetime.now(UTC):{HOUR}%M%S.%f}-{token_hex(4)}.ndjson"
        opening, self.path = (folder / f".{self.name}{ending}" for ending in (OPENS, KEEPS))
        self.descriptor = os.open(opening, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        opening.rename(self.path)
        sync(folder)

    def write(self, content: bytes) -> None:
        """Return when it outlives a power cut; nothing of it stays where that fails."""
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


def land_what_was_left(folder: Path) -> None:
    """Land the journals of processes that were killed, up to their last whole row."""
    for path in folder.glob(f".*{OPENS}"):
        if path.stat().st_mtime < time.time() - 3600:
            path.unlink()
    for path in folder.glob(f".*{KEEPS}"):
        with path.open("r+b") as file, suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(file.read().rfind(b"\n") + 1)
            os.fsync(file.fileno())
            path.rename(folder / path.name.removeprefix(".").removesuffix(KEEPS))
    sync(folder)
