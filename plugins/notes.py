"""What builds and the watcher note in the warehouse of how they are, for whoever serves it.

`WAREHOUSE_DIR/last_build.json`: the last build that succeeded, also one that found nothing new.
`WAREHOUSE_DIR/watcher.json`: what `make watch` is doing.
Both name the version published last and the time, `at`, ISO 8601 in UTC.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from versions import LINK

LAST_BUILD = "last_build.json"
WATCHER = "watcher.json"


def note(warehouse: Path, name: str, **facts: object) -> None:
    """Write a note anew. One that cannot be written leaves the last, which makes the data look older only."""
    link, unfinished = warehouse / LINK, warehouse / f"{name}.tmp"
    facts |= {"version": link.resolve().stem if link.exists() else None, "at": datetime.now(UTC).isoformat()}
    with suppress(OSError):
        unfinished.write_text(json.dumps(facts), encoding="utf-8")
        unfinished.replace(warehouse / name)


def note_build(warehouse: Path, began_at: str, rows: dict[str, int]) -> None:
    """Note a build that has succeeded, and what there has been in all.

    began_at: ISO 8601; rows: how many were read, by what became of them.
    """
    seconds = (datetime.now(UTC) - datetime.fromisoformat(began_at)).total_seconds()
    before: dict[str, Any] = {"builds": 0, "seconds": 0.0, "rows": {}}
    with suppress(OSError, ValueError):
        before |= json.loads((warehouse / LAST_BUILD).read_bytes())
    note(
        warehouse,
        LAST_BUILD,
        builds=before["builds"] + 1,
        seconds=before["seconds"] + seconds,
        rows={fate: before["rows"].get(fate, 0) + rows.get(fate, 0) for fate in {**before["rows"], **rows}},
        last_seconds=seconds,
    )
