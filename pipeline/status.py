"""Status files: JSON in the warehouse by which builds and the watcher report to the server.

`last_build.json`: the last build that succeeded, also one that found nothing new. `watcher.json`: what
`make watch` is doing. Both name the version published last and the time, `at`, ISO 8601 in UTC.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.paths import LAST_BUILD, WATCHER, published_version


def read_status(warehouse: Path, name: str) -> dict[str, Any]:
    """A status file, its `at` as a UTC instant without a zone; empty where there is none to be read."""
    try:
        status = dict(json.loads((warehouse / name).read_bytes()))
        status["at"] = datetime.fromisoformat(status["at"]).astimezone(UTC).replace(tzinfo=None)
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return status


def write_status(warehouse: Path, name: str, **facts: object) -> None:
    """Replace a status file. Where that fails, the last one stays: the data look older than they are."""
    unfinished = warehouse / f"{name}.tmp"
    facts |= {"version": published_version(warehouse), "at": datetime.now(UTC).isoformat()}
    with suppress(OSError):
        unfinished.write_text(json.dumps(facts), encoding="utf-8")
        unfinished.replace(warehouse / name)


def record_watcher(warehouse: Path, state: str, failures: int = 0) -> None:
    """Write what the watcher is doing: waiting, building, failing or stopped."""
    write_status(warehouse, WATCHER, state=state, failures=failures)


def record_build(warehouse: Path, began_at: str, rows: dict[str, int]) -> None:
    """Write that a build has succeeded, and the sums over all builds.

    began_at: ISO 8601; rows: how many were read, by outcome.
    """
    seconds = (datetime.now(UTC) - datetime.fromisoformat(began_at)).total_seconds()
    before: dict[str, Any] = {"builds": 0, "seconds": 0.0, "rows": {}} | read_status(warehouse, LAST_BUILD)
    outcomes = {**before["rows"], **rows}
    write_status(
        warehouse,
        LAST_BUILD,
        builds=before["builds"] + 1,
        seconds=before["seconds"] + seconds,
        rows={outcome: before["rows"].get(outcome, 0) + rows.get(outcome, 0) for outcome in outcomes},
        last_seconds=seconds,
    )
