"""Builds and publishes as soon as files land in RAW_EVENTS, until stopped: `python plugins/watch.py`."""

import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event

from builds import COMMAND, Need, need, note_nothing_new, options, store_timezone
from dbt.contracts.graph.manifest import Manifest
from landing import LandingError, landing_files, landing_folder, landing_zone, versions_of_files
from notes import WATCHER, note
from pythonjsonlogger.json import JsonFormatter
from runs import RunError, parse_project, run_dbt
from versions import LINK
from watchfiles import watch

REST = 0.3  # Seconds for which a file that has been written to its end stays as it is.
GROWING = 10.0  # Seconds for which all wait for one that is still being written.
MOST_GARBAGE = 5  # Builds whose garbage, 30 MB each, is kept until nothing is to be done.
LOOK = 5.0  # Seconds between two looks at what nobody tells of, as on network drives.
LONGEST_PAUSE = 60.0  # Seconds between two builds that fail, once there were many.

QUIETLY = ["--log-level", "none", "--no-write-json", "--log-level-file", "none"]

log = logging.getLogger("watch")


class Landing:
    """The files of the landing zone."""

    def __init__(self, raw_events: str) -> None:
        self.zone = landing_zone(raw_events)
        self.folder = landing_folder(self.zone)
        self.changes: Iterator[object] | None = None

    def files(self) -> dict[Path, str]:
        """Each file with its version. Raises LandingError."""
        return versions_of_files(landing_files(self.zone)[0])

    def resting_files(self, built: dict[Path, str]) -> dict[Path, str]:
        """The same once none of them grows any longer, or after GROWING seconds. Raises LandingError.

        built: the files that need not rest any more.
        """
        deadline = time.monotonic() + GROWING
        files = self.files()
        is_growing = not all(is_whole(path) for path, _ in files.items() - built.items())
        while is_growing and time.monotonic() < deadline:
            time.sleep(REST)
            before, files = files, self.files()
            is_growing = any(files.get(path, version) != version for path, version in before.items())
        return files

    def wait(self, stopping: Event) -> bool:
        """Return when something has happened in the folder since the last wait, or happens to `stopping`.

        After LOOK seconds at the latest, with False; then the folder is watched anew, as another one may have
        its name.
        """
        self.changes = self.changes or watch(
            self.folder,
            watch_filter=lambda _, path: not Path(path).name.startswith("."),
            debounce=100,
            step=20,
            rust_timeout=int(1000 * LOOK),
            yield_on_timeout=True,
            stop_event=stopping,
        )
        try:
            if next(self.changes, None):
                return True
        except OSError:
            stopping.wait(LOOK)
        self.changes = None
        return False


def is_whole(path: Path) -> bool:
    """Whether a file was renamed, or given its time, since it was last written to."""
    with suppress(FileNotFoundError):
        status = path.stat()
        return status.st_ctime_ns > status.st_mtime_ns
    return False


class Project:
    """This dbt project, parsed once.

    garbage: builds since garbage was collected, which takes a tenth of a build.
    """

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.garbage = 0
        gc.disable()

    def build(self, warehouse: Path, zone: str) -> str:
        """Build and publish what is new; what the build said of it. Raises RunError and LandingError."""
        said = StringIO()
        with redirect_stdout(said):
            if not self.manifest:
                self.manifest = parse_project(*QUIETLY)
            began_at = datetime.now(UTC)
            needed = need(warehouse, zone, store_timezone())
            if needed is Need.NOTHING:
                return note_nothing_new(warehouse, began_at)
            self.garbage += 1
            run_dbt(*QUIETLY, *COMMAND, *options(needed), manifest=self.manifest)
        if self.garbage >= MOST_GARBAGE:
            self.tidy()
        return "; ".join(said.getvalue().splitlines())

    def tidy(self) -> None:
        """Collect what garbage there is."""
        if self.garbage:
            gc.collect()
            self.garbage = 0


def run(landing: Landing, project: Project, warehouse: Path, stopping: Event) -> None:
    """Build whenever the landing zone is not as it was built last, or nothing is published."""
    built: dict[Path, str] | None = None
    complaint, failures = "", 0
    while not stopping.is_set():
        try:
            if landing.files() != built or not (warehouse / LINK).exists():
                note(warehouse, WATCHER, state="building", failures=failures)
                files = landing.resting_files(built or {})
                start = time.monotonic()
                said = project.build(warehouse, landing.zone)
                seconds = round(time.monotonic() - start, 1)
                log.info("%s; %s s", said, seconds, extra={"seconds": seconds})
                built, complaint, failures = files, "", 0
            note(warehouse, WATCHER, state="waiting", failures=0)
            if not landing.wait(stopping):
                project.tidy()
        except (LandingError, RunError) as error:
            if str(error) != complaint and not stopping.is_set():
                log.error("%s\nTrying again, in a second at first, then every minute.", error)
            complaint = str(error)
            failures += 1
            note(warehouse, WATCHER, state="failing", failures=failures)
            stopping.wait(min(2 ** min(failures - 1, 6), LONGEST_PAUSE))


def formatter() -> logging.Formatter:
    match os.environ.get("LOG_FORMAT") or "text":
        case "text":
            return logging.Formatter("%(asctime)s %(message)s")
        case "json":
            names = {"levelname": "level", "name": "logger"}
            return JsonFormatter("%(levelname)s %(name)s %(message)s", timestamp=True, rename_fields=names)
        case other:
            sys.exit(f"LOG_FORMAT must be text or json, not {other!r}.")


def main() -> None:
    raw_events = os.environ.get("RAW_EVENTS")
    if not raw_events:
        sys.exit("RAW_EVENTS is not set: there is nothing to watch.")
    # The root logger is dbt's.
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    log.handlers[0].setFormatter(formatter())
    stopping = Event()

    def stop(*_: object) -> None:
        stopping.set()
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    warehouse = Path(os.environ.get("WAREHOUSE_DIR") or "warehouse")
    with suppress(KeyboardInterrupt):
        run(Landing(raw_events), Project(), warehouse, stopping)
    note(warehouse, WATCHER, state="stopped", failures=0)
    log.info("Stopped.")


if __name__ == "__main__":
    main()
