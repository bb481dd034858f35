"""How fresh a version is: its newest event, and when it was last known to hold all that had landed."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.paths import LAST_BUILD, WATCHER
from pipeline.status import read_status
from serve.reader import Reader
from serve.snapshot import SqlQuery
from serve.version import Version


class NewestEvent(NamedTuple):
    """The newest event that is not in the future and the one after it, UTC instants without a zone."""

    newest_event_at: datetime | None
    next_event_at: datetime | None


NEWEST_EVENT = SqlQuery("newest_event", NewestEvent)


async def newest_event_at(reader: Reader, now: datetime) -> datetime | None:
    """When the newest event happened that is not in the future; looked up once until the next one's time."""
    version = reader.snapshot.version
    if version.knows_newest_event(now):
        return version.newest_event(now)
    (row,) = await reader.rows(NEWEST_EVENT, {"now": now})
    version.newest_events = now, row.next_event_at or datetime.max, row.newest_event_at
    return row.newest_event_at


def checked_at(warehouse: Path, version: Version) -> datetime:
    """When `version` was last known to hold all that had landed, a UTC instant without a zone."""
    build, watcher = read_status(warehouse, LAST_BUILD), read_status(warehouse, WATCHER)
    checks = [build, *([watcher] if watcher.get("state") == "waiting" else [])]
    instants: list[datetime] = [check["at"] for check in checks if check.get("version") == version.name]
    return max([version.built_at, *instants])
