"""A real shop to test with: raw files, a warehouse that `dbt build` made of them, a real server."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import duckdb
import httpx
import uvicorn
from dbt.constants import PARTIAL_PARSE_FILE_NAME

from pipeline.build import COMMAND
from pipeline.paths import ROOT
from serve.app import create_app
from serve.protocol import BOUNDS
from serve.settings import Settings
from serve.tokens import admin_token
from tests.support.forked import Builder, run_module, start_dbt, start_module, stop

SECRET = "a secret that only the tests know, long enough for HS384 and HS512 too"
NOW = datetime(2026, 3, 8, 15, 4, 5, tzinfo=UTC)  # The newest event of the shops in tests.
ZONE = "America/Bogota"  # Of those whose days are not UTC's.
TRACK = "/api/analytics/track/"
DASHBOARD = "/api/analytics/dashboard-stats/"
MONEY_AT_RISK = "/api/analytics/money-at-risk/"
ORDERS = "/api/analytics/orders/"
WHATSAPP = "/api/analytics/whatsapp/"
CARTS = "/api/analytics/carts/"
FUNNEL = "/api/analytics/funnel/"
RFM = "/api/analytics/rfm/"
ALERTS = "/api/analytics/alerts/"
ATTRIBUTION = "/api/analytics/attribution/"

# dbt reads the project anew, which takes seconds, where WAREHOUSE_DIR or its target folder is another. So all
# builds of this process have the same: a link to the warehouse of the shop that is being built.
SHARED = TemporaryDirectory(prefix="dbt-")
TARGET = Path(SHARED.name, "target")
WAREHOUSE = Path(SHARED.name, "warehouse")


@cache
def builder() -> Builder:
    return Builder()


class Shop:
    """A landing zone and a warehouse below one folder."""

    def __init__(self, folder: Path, store_timezone: str = "UTC", raw_events: Path | None = None) -> None:
        self.folder = folder
        self.root = ROOT
        self.landing = raw_events or folder / "landing"
        self.warehouse = folder / "warehouse"
        self.link = self.warehouse / "current.duckdb"
        self.environment = {
            **os.environ,
            "RAW_EVENTS": str(self.landing),
            "WAREHOUSE_DIR": str(WAREHOUSE),
            "STORE_TIMEZONE": store_timezone,
            "DBT_TARGET": "duckdb",
            "DBT_TARGET_PATH": str(TARGET),
            "DBT_LOG_LEVEL_FILE": "none",
            # One, because more threads take 12 % more processor time for so few rows.
            "BUILD_THREADS": "1",
            # What dbt writes of a build, which the watcher does not ask for either, takes it 0.3 s.
            "DBT_WRITE_JSON": "false",
        }
        if raw_events is None:
            self.landing.mkdir(parents=True, exist_ok=True)

    def land(self, name: str, events: Iterable[dict[str, Any]]) -> None:
        """Write events as one NDJSON file of the landing zone."""
        text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
        (self.landing / name).write_text(text, encoding="utf-8")

    def use_project(self, project: Path) -> None:
        """Build a copy of the project from now on, of which dbt parses only what differs from this one."""
        self.root, target = project, self.folder / "target"
        target.mkdir()
        with suppress(FileNotFoundError):
            shutil.copy(TARGET / PARTIAL_PARSE_FILE_NAME, target)
        self.environment["DBT_TARGET_PATH"] = str(target)

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `dbt build` as `make build` does, whether it succeeds or not."""
        *_, output = command = self.command(*arguments)
        code = builder().dbt(*command)
        return subprocess.CompletedProcess(arguments, code, output.read_text(encoding="utf-8"))

    def reread(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `make reread` has dbt do."""
        return self.build("--full-refresh", "--vars", "reread: true", *arguments)

    def made(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run what `make build` runs, or with `--reread` what `make reread` does."""
        return self.run("pipeline.build", *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a module of the project, or dbt as `dbt.cli.main`; what it prints to either is in `stdout`."""
        self.warehouse_stands_in()
        result = run_module(*command, folder=self.root, environment=self.environment)
        return subprocess.CompletedProcess(result.args, result.returncode, result.stdout + result.stderr)

    def start_build(self, *arguments: str) -> BaseProcess:
        return start_dbt(*self.command(*arguments))

    def command(self, *arguments: str) -> tuple[list[str], Path, dict[str, str], Path]:
        """What `dbt` of `tests/support/dbt_process.py` takes to build this shop."""
        self.warehouse_stands_in()
        build = ["--no-use-colors", *COMMAND, *arguments]
        return build, self.root, self.environment, self.folder / "output"

    def warehouse_stands_in(self) -> None:
        """Let the warehouse that all builds of this process have be this shop's."""
        self.warehouse.mkdir(parents=True, exist_ok=True)
        WAREHOUSE.unlink(missing_ok=True)
        WAREHOUSE.symlink_to(self.warehouse)

    def built(self, *models: str) -> "Shop":
        """The same shop, built, or `only` these models; fails with dbt's output where that fails."""
        result = self.build(*only(*models))
        assert result.returncode == 0, result.stdout
        return self

    def published(self) -> duckdb.DuckDBPyConnection:
        """The newest published version, as an analyst opens it."""
        return duckdb.connect(self.link, read_only=True)

    def build_database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(self.warehouse / "build.duckdb", read_only=True)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query of the build file."""
        with self.build_database() as build:
            return build.sql(sql).fetchall()

    @contextmanager
    def serving(self, now: datetime | None = None, **settings: Any) -> Iterator["Server"]:
        """The API on a port of its own; `server.now` sets its clock, which else is the real one."""
        server = Server(self.link, now)
        app = create_app(
            Settings(jwt_secret=SECRET, warehouse_dir=self.warehouse, **settings), clock=server.clock
        )
        runner = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", **BOUNDS))
        thread = Thread(target=runner.run)
        thread.start()
        try:
            while not runner.started:
                assert thread.is_alive()
                time.sleep(0.01)
            server.thread = thread
            port = runner.servers[0].sockets[0].getsockname()[1]
            with client_of(port) as server.client:
                yield server
        finally:
            runner.should_exit = True
            thread.join()

    def tracking(self, **variables: str) -> AbstractContextManager[tuple[BaseProcess, httpx.Client]]:
        """`make serve` that takes events."""
        return self.deployed(TRACK="on", **variables)

    @contextmanager
    def deployed(self, **variables: str) -> Iterator[tuple[BaseProcess, httpx.Client]]:
        """`make serve`, once it answers, on PORT or else a free one; what it logs is in `serve.log`."""
        port = int(variables.get("PORT") or free_port())
        environment = self.environment | {
            "JWT_SECRET": SECRET,
            "PORT": str(port),
            "WAREHOUSE_DIR": str(self.warehouse),
            **variables,
        }
        log = self.folder / "serve.log"
        process = start_module("serve", folder=ROOT, environment=environment, log=log)
        with client_of(port) as client:
            try:
                while process.is_alive():
                    with suppress(httpx.TransportError):
                        client.get("/healthz")
                        break
                yield process, client
            finally:
                stop(process, 30)


def only(*models: str) -> list[str]:
    """Options of a build of these models and what they are made from; all, where none is named.

    It takes a quarter of the time of a whole build and publishes nothing. Until a whole build has published,
    each is a full refresh.
    """
    selected = [f"+{model}" for model in models]
    return ["--select", *selected, "--indirect-selection", "cautious"] if models else []


def client_of(port: int) -> httpx.Client:
    """An HTTP client for a server on this machine. It loads no certificates, which takes 0.03 s."""
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, verify=False)


class Server:
    """A running API."""

    client: httpx.Client
    thread: Thread

    def __init__(self, link: Path, now: datetime | None) -> None:
        self.link = link
        self.now = now

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)

    def cpu_seconds(self) -> float:
        """The CPU time of the thread that answers all requests."""
        assert self.thread.ident
        return time.clock_gettime(time.pthread_getcpuclockid(self.thread.ident))

    def get(
        self, path: str = DASHBOARD, token: str | None = None, if_none_match: str = "", **query: str
    ) -> httpx.Response:
        """Any request, with an admin's token unless told another."""
        headers = authorized(token)
        if if_none_match:
            headers["If-None-Match"] = if_none_match
        return self.client.get(path, params=query or None, headers=headers)

    def head(self, path: str = DASHBOARD, token: str | None = None) -> httpx.Response:
        return self.client.head(path, headers=authorized(token))

    def follows(self) -> None:
        """Return when the version published last is the one being served; fails if that takes long."""
        newest = self.link.readlink().stem
        deadline = time.monotonic() + 10
        while self.client.get("/healthz").json()["version"] != newest:
            assert time.monotonic() < deadline, f"{newest} is not being served"

    def stats(self, **query: str) -> dict[str, Any]:
        """The dashboard's answer."""
        response = self.get(**query)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def authorized(token: str | None = None) -> dict[str, str]:
    """The header of a request, with an admin's token unless told another."""
    return {"Authorization": f"Bearer {token or admin_token(SECRET)}"}


def event(event_type: str, created_at: str, session_id: str = "s", **fields: Any) -> dict[str, Any]:
    """A raw event."""
    return {"event_type": event_type, "created_at": created_at, "session_id": session_id, **fields}
