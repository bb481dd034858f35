"""How fresh a version is, by the status files of builds and of the watcher."""

from datetime import datetime
from pathlib import Path

from pipeline.paths import LAST_BUILD, WATCHER
from pipeline.status import read_status
from serve.version import Version


def checked_at(warehouse: Path, version: Version) -> datetime:
    """When `version` was last known to hold all that had landed, a UTC instant without a zone."""
    build, watcher = read_status(warehouse, LAST_BUILD), read_status(warehouse, WATCHER)
    knew = [build, *([watcher] if watcher.get("state") == "waiting" else [])]
    instants: list[datetime] = [status["at"] for status in knew if status.get("version") == version.name]
    return max([version.built_at, *instants])
