"""A shop below one folder: what it lands, the warehouse that `dbt build` makes of it, a server on that."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from threading import Event, Thread
from typing import Any

import httpx

from bench import events
from pipeline.durable import swap_symlink
from serve.tokens import admin_token

ROOT = Path(__file__).parents[1]
RETAINED_COPIES = 5
MORE_EVENTS = 10_000
SECRET = "a secret that only the bench knows"


class Shop:
    """A shop with so many events, built by the project in `root`.

    build_seconds, build_peak_bytes: duration and largest resident memory of the full build.
    """

    def __init__(
        self,
        folder: Path,
        count: int,
        root: Path = ROOT,
        write: Callable[[Path, int], None] = events.write,
        **environment: str,
    ) -> None:
        self.folder = folder
        self.root = root
        self.landed = folder / "landing" / "events.parquet"
        self.warehouse = folder / "warehouse"
        self.link = self.warehouse / "current.duckdb"
        self.environment = {
            **os.environ,
            "RAW_EVENTS": str(self.landed.parent),
            "WAREHOUSE_DIR": str(self.warehouse),
            "STORE_TIMEZONE": "UTC",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_TARGET": "duckdb",
            "JWT_SECRET": SECRET,
            **environment,
        }
        self.landed.parent.mkdir(parents=True)
        write(self.landed, count)
        self.build_seconds, self.build_peak_bytes = self.build()

    def lands_more(self, count: int = MORE_EVENTS) -> None:
        number = len(list(self.landed.parent.glob("more-*")))
        events.write_more(self.landed.with_stem(f"more-{number}"), self.landed, count)

    def seconds_in_models(self) -> float:
        """What the last build took without dbt's start-up."""
        return float(self.results()["elapsed_time"])

    def results(self) -> dict[str, Any]:
        """What dbt says of the last build."""
        results: dict[str, Any] = json.loads((self.folder / "target" / "run_results.json").read_bytes())
        return results

    def build(self) -> tuple[float, int]:
        if (self.root / "pipeline").exists():
            command = [sys.executable, "-m", "pipeline.build"]
        elif (self.root / "plugins" / "builds.py").exists():
            # Up to 8c8ae23.
            command = [sys.executable, "plugins/builds.py"]
        else:
            # Up to 77aa759.
            dbt = str(Path(sys.executable).with_name("dbt"))
            command = [dbt, "--quiet", "build", "--exclude-resource-type", "unit_test"]
        # Or else it waits for what others wrote before it, whenever it puts something on the disk.
        os.sync()
        started_at = time.perf_counter()
        process = subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=sys.stderr)
        peak = 0
        while process.poll() is None:
            # Not getrusage(): what that tells of a child begins with the memory of its parent.
            peak = max(peak, memory(process.pid, "VmHWM"))
            time.sleep(0.05)
        if process.returncode:
            sys.exit("dbt build failed.")
        return time.perf_counter() - started_at, peak

    @contextmanager
    def serving(self, *program: str, **environment: str) -> Iterator["Server"]:
        """One worker, in a process of its own: the bench's server, or a program that listens on PORT."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = program or ("-m", "uvicorn", "--factory", "bench.server:app", "--port", str(port))
        with (
            self.running("server.log", *command, PORT=str(port), **environment) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        ):
            server = Server(client, process.pid)
            while not server.is_up() and process.poll() is None:
                time.sleep(0.01)
            yield server

    @contextmanager
    def watching(self) -> Iterator[None]:
        """`make watch`, once it has built what there is."""
        with self.running("watch.log", "-m", "pipeline.watch") as process:
            log = self.folder / "watch.log"
            while not re.search(rb"Published|Nothing is new", log.read_bytes()):
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
            yield

    @contextmanager
    def running(
        self, log_name: str, *arguments: str, **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Python in a process of its own, which writes to a log below the folder."""
        with (self.folder / log_name).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()

    @contextmanager
    def publishing_each_second(self, *versions: Path) -> Iterator[list[Path]]:
        """Publish a copy of one of the versions every second, by turns; gives the list of copies as it grows.

        The first of them are removed as time goes on.
        """
        newest, stopped = self.link.resolve(), Event()
        copies: list[Path] = []

        def publish() -> None:
            for number, version in enumerate(cycle(versions)):
                if stopped.wait(1):
                    return
                copies.append(version.with_stem(f"{version.stem}-{number}"))
                shutil.copyfile(version, copies[-1])
                swap_symlink(self.link, copies[-1])
                for old in copies[:-RETAINED_COPIES]:
                    old.unlink(missing_ok=True)

        publisher = Thread(target=publish)
        publisher.start()
        try:
            yield copies
        finally:
            stopped.set()
            publisher.join()
            swap_symlink(self.link, newest)
            for copy in copies:
                copy.unlink(missing_ok=True)


class Server:
    """A running API."""

    def __init__(self, client: httpx.Client, pid: int) -> None:
        self.client = client
        self.pid = pid
        self.authorization = f"Bearer {admin_token(SECRET)}"

    def is_up(self) -> bool:
        try:
            return self.client.get("/healthz").is_success
        except httpx.TransportError:
            return False

    def set_clock(self, seconds: int) -> None:
        """Let it be so many seconds after the beginning of LAST_DAY."""
        self.client.put(f"/seconds/{seconds}").raise_for_status()

    def get(self, path: str, **query: str) -> httpx.Response:
        headers = {"Authorization": self.authorization}
        return self.client.get(path, params=query, headers=headers).raise_for_status()


def memory(pid: int, field: str) -> int:
    """A field of /proc/<pid>/status in bytes: VmRSS, or VmHWM for its peak; 0 for a process that ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), 0)


def written_by_children() -> int:
    """Bytes that processes of this one, which have ended, put into files."""
    return getrusage(RUSAGE_CHILDREN).ru_oublock * 512
