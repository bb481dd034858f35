"""What builds and the watcher note in the warehouse of how they are; `plugins/notes.py` writes it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serve.version import Version

LAST_BUILD = "last_build.json"
WATCHER = "watcher.json"


def read_note(warehouse: Path, name: str) -> dict[str, Any]:
    """A note; empty where there is none."""
    try:
        note = json.loads((warehouse / name).read_bytes())
        note["at"] = datetime.fromisoformat(note["at"]).astimezone(UTC).replace(tzinfo=None)
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return dict(note)


def checked_at(warehouse: Path, version: Version) -> datetime:
    """When `version` was last known to hold all that had landed, a UTC instant without a zone."""
    build, watcher = read_note(warehouse, LAST_BUILD), read_note(warehouse, WATCHER)
    knew = [build, *([watcher] if watcher.get("state") == "waiting" else [])]
    instants: list[datetime] = [note["at"] for note in knew if note.get("version") == version.name]
    return max([version.built_at, *instants])
