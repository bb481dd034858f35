"""Builds and publishes as soon as files land in RAW_EVENTS, until stopped: `python -m pipeline.watch`."""

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from dbt.contracts.graph.manifest import Manifest
from watchfiles import watch

from pipeline.build import COMMAND, Need, build_need, dbt_options, record_nothing_new
from pipeline.dbt_runner import RunError, parse_project, run_dbt
from pipeline.landing.zone import LandingError, file_versions, landing_files, landing_folder, landing_zone
from pipeline.logs import LOG_FORMATS, collected_messages, json_formatter
from pipeline.paths import LINK, warehouse_folder
from pipeline.status import record_watcher

SETTLE_SECONDS = 0.3  # A file that does not change for so long has been written to its end.
MOST_SETTLE_SECONDS = 10.0  # A build waits no longer for a file that is still being written.
BUILDS_BETWEEN_COLLECTIONS = 5  # Each leaves 30 MB of garbage.
POLL_SECONDS = 5.0  # Between two looks at the folder, because network drives tell of no changes.
MOST_RETRY_SECONDS = 60.0  # Between two builds that fail, once there were many.

QUIETLY = ["--log-level", "none", "--no-write-json", "--log-level-file", "none"]

log = logging.getLogger("pipeline.watch")


class LandingZone:
    """The files of the landing zone."""

    def __init__(self, raw_events: str) -> None:
        self.zone = landing_zone(raw_events)
        self.folder = landing_folder(self.zone)
        self.changes: Iterator[object] | None = None

    def files(self) -> dict[Path, str]:
        """Each file with its version. Raises LandingError."""
        return file_versions(landing_files(self.zone)[0])

    def resting_files(self, built: dict[Path, str]) -> dict[Path, str]:
        """The same once no file grows, or after MOST_SETTLE_SECONDS. Raises LandingError.

        built: files that were built before, which are not waited for.
        """
        deadline = time.monotonic() + MOST_SETTLE_SECONDS
        files = self.files()
        is_growing = not all(is_whole(path) for path, _ in files.items() - built.items())
        while is_growing and time.monotonic() < deadline:
            time.sleep(SETTLE_SECONDS)
            before, files = files, self.files()
            is_growing = any(files.get(path, version) != version for path, version in before.items())
        return files

    def wait(self, stopping: Event) -> bool:
        """Return when something has happened in the folder since the last wait, or happens to `stopping`.

        After POLL_SECONDS at the latest, with False; then the folder is watched anew, because another one may
        have its name.
        """
        self.changes = self.changes or watch(
            self.folder,
            watch_filter=lambda _, path: not Path(path).name.startswith("."),
            debounce=100,
            step=20,
            rust_timeout=int(1000 * POLL_SECONDS),
            yield_on_timeout=True,
            stop_event=stopping,
        )
        try:
            if next(self.changes, None):
                return True
        except OSError:
            stopping.wait(POLL_SECONDS)
        self.changes = None
        return False


def is_whole(path: Path) -> bool:
    """Whether a file was renamed, or given its time, since it was last written to."""
    with suppress(FileNotFoundError):
        status = path.stat()
        return status.st_ctime_ns > status.st_mtime_ns
    return False


class Project:
    """This dbt project, parsed once. Garbage is collected between builds."""

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.builds_since_collection = 0

    def build(self, warehouse: Path, zone: str) -> str:
        """Build and publish what is new; the messages of the build. Raises RunError and LandingError."""
        with collected_messages() as messages:
            if not self.manifest:
                self.manifest = parse_project(*QUIETLY)
            began_at = datetime.now(UTC)
            need = build_need(warehouse, zone)
            if need is Need.NOTHING:
                record_nothing_new(warehouse, began_at)
            else:
                self.builds_since_collection += 1
                run_dbt(*QUIETLY, *COMMAND, *dbt_options(need), manifest=self.manifest)
        if self.builds_since_collection >= BUILDS_BETWEEN_COLLECTIONS:
            self.collect_garbage()
        return "; ".join(messages)

    def collect_garbage(self) -> None:
        if self.builds_since_collection:
            gc.collect()
            self.builds_since_collection = 0


class AlertingProcess:
    """What posts alerts where ALERT_WEBHOOK is set: a process of its own, so it holds up no build."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = time.monotonic()

    def keep_running(self) -> None:
        """Start it, and start it again some time after it has ended by itself."""
        if self.process and self.process.poll() is not None:
            log.error("What posts alerts has ended; it is started again in a minute.")
            self.process, self.start_at = None, time.monotonic() + MOST_RETRY_SECONDS
        if os.environ.get("ALERT_WEBHOOK") and not self.process and time.monotonic() >= self.start_at:
            self.process = subprocess.Popen([sys.executable, "-m", "serve.alerting"])

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()


def run(
    landing: LandingZone, project: Project, warehouse: Path, stopping: Event, alerting: AlertingProcess
) -> None:
    """Build whenever the landing zone is not as it was built last, or nothing is published."""
    built: dict[Path, str] | None = None
    complaint, failures = "", 0
    while not stopping.is_set():
        alerting.keep_running()
        try:
            if landing.files() != built or not (warehouse / LINK).exists():
                record_watcher(warehouse, "building", failures)
                files = landing.resting_files(built or {})
                start = time.monotonic()
                messages = project.build(warehouse, landing.zone)
                seconds = round(time.monotonic() - start, 1)
                log.info("%s; %s s", messages, seconds, extra={"seconds": seconds})
                built, complaint, failures = files, "", 0
                if landing.files() != built:
                    # Files may have landed while the folder was not watched.
                    continue
            record_watcher(warehouse, "waiting")
            if not landing.wait(stopping):
                project.collect_garbage()
        except (LandingError, RunError) as error:
            if str(error) != complaint and not stopping.is_set():
                log.error("%s\nTrying again, in a second at first, then every minute.", error)
            complaint = str(error)
            failures += 1
            record_watcher(warehouse, "failing", failures)
            stopping.wait(min(2 ** min(failures - 1, 6), MOST_RETRY_SECONDS))


def formatter() -> logging.Formatter:
    log_format = os.environ.get("LOG_FORMAT") or "text"
    if log_format not in LOG_FORMATS:
        sys.exit(f"LOG_FORMAT must be text or json, not {log_format!r}.")
    return json_formatter() if log_format == "json" else logging.Formatter("%(asctime)s %(message)s")


def main() -> None:
    raw_events = os.environ.get("RAW_EVENTS")
    if not raw_events:
        sys.exit("RAW_EVENTS is not set: there is nothing to watch.")
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
    warehouse, alerting = warehouse_folder(), AlertingProcess()
    with suppress(KeyboardInterrupt):
        run(LandingZone(raw_events), Project(), warehouse, stopping, alerting)
    alerting.stop()
    record_watcher(warehouse, "stopped")
    log.info("Stopped.")


if __name__ == "__main__":
    main()
