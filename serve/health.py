"""`GET /healthz` and `/readyz`: which version is served, and whether it is fresh."""

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, Field

from serve.errors import DataStale, NothingPublished
from serve.freshness import checked_at, newest_event_at
from serve.reader import Readers
from serve.schema import in_utc
from serve.snapshot import SqlQuery
from serve.version import Version
from serve.version_watcher import VersionWatcher


class Health(BaseModel):
    """What is being served."""

    version: str | None = Field(description="The published version; null before the first.")
    built_at: datetime | None = Field(description="When it was built, UTC.")
    newest_event_at: datetime | None = Field(description="When its newest event so far happened, UTC.")
    checked_at: datetime | None = Field(
        description="When it was last known to hold all that had landed, UTC: when it was built, or when a"
        " build or the watcher found nothing new."
    )
    is_stale: bool = Field(description="Whether that is more than `STALE_AFTER` seconds ago.")
    damaged_versions: list[str] = Field(description="Versions that cannot be read and are not served.")


class NamedCount(NamedTuple):
    name: str
    number: int


QUARANTINE = SqlQuery("quarantine", NamedCount)
DATA_QUALITY = SqlQuery("data_quality", NamedCount)


class HealthChecks:
    """Tells the health of what is served.

    stale_after: seconds without a successful check after which a version is stale.
    """

    def __init__(self, watcher: VersionWatcher, readers: Readers, stale_after: float) -> None:
        self.watcher = watcher
        self.readers = readers
        self.clock = watcher.cache.clock
        self.stale_after = timedelta(seconds=stale_after)

    async def health(self) -> Health:
        """The version being served; all null before the first."""
        try:
            return await self.watcher.use_version(self.health_of)
        except NothingPublished:
            nothing = dict.fromkeys(("version", "built_at", "newest_event_at", "checked_at"))
            return Health(**nothing, is_stale=False, damaged_versions=self.watcher.damaged)

    async def readiness(self) -> Health:
        """The same. Raises NothingPublished, and DataStale."""
        health = await self.watcher.use_version(self.health_of)
        if health.is_stale:
            raise DataStale(
                f"No build has succeeded since {health.checked_at:%Y-%m-%d %H:%M} UTC,"
                f" more than STALE_AFTER={self.stale_after.total_seconds():g} seconds ago."
            )
        return health

    async def counts(self, query: SqlQuery[NamedCount]) -> dict[str, int]:
        """The counts that QUARANTINE or DATA_QUALITY gives, by name."""

        async def counts_of(version: Version) -> dict[str, int]:
            async with self.readers.limited(self.readers.snapshot(version)) as reader:
                return {row.name: row.number for row in await reader.rows(query, {})}

        try:
            return await self.watcher.use_version(counts_of)
        except NothingPublished:
            return {}

    async def health_of(self, version: Version) -> Health:
        now: datetime = self.clock()
        async with self.readers.limited(self.readers.snapshot(version)) as reader:
            newest = await newest_event_at(reader, now)
        # Not in the readers' threads, because anybody may ask for this.
        checked = await asyncio.to_thread(checked_at, self.watcher.warehouse.folder, version)
        return Health(
            version=version.name,
            built_at=in_utc(version.built_at),
            newest_event_at=in_utc(newest),
            checked_at=in_utc(checked),
            is_stale=now - checked > self.stale_after,
            damaged_versions=self.watcher.damaged,
        )
