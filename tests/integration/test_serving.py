"""Many requests: cached responses, several workers, and a limit of time."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from pipeline.durable import swap_symlink
from pipeline.paths import ROOT
from serve.endpoints.dashboard.rows import STEPS
from serve.snapshot import Parameters, ReadSnapshot, Row, SqlQuery
from serve.warehouse import Warehouse
from serve.window import resolve
from tests.support.forked import run_module
from tests.support.shop import DASHBOARD, NOW, SECRET, Server, Shop, authorized, event

WORKERS = 2


@pytest.fixture(scope="module")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Version n has n purchases and n × n units; the first is the one published."""
    shop = Shop(tmp_path_factory.mktemp("versions"))
    for number in (1, 2, 3):
        fields: dict[str, Any] = {"product_slug": "x", "metadata": {"quantity": 2 * number - 1}}
        shop.land(f"{number}.ndjson", [event("purchase", "2026-03-08T10:00:00Z", **fields)])
        shop.built()
    publish_again(shop, 1)
    return shop


def publish_again(shop: Shop, number: int) -> None:
    """Make the one that was published as the `number`-th the newest version."""
    swap_symlink(shop.link, sorted((shop.warehouse / "versions").glob("*.duckdb"))[number - 1])


def test_matching_etag_gives_304(server: Server) -> None:
    answer = server.get()
    tag = answer.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        again = server.get(if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "X-Data-Version"):
            assert again.headers[name] == answer.headers[name]
    assert server.get(if_none_match='"another"').json() == answer.json()
    assert server.get(if_none_match=tag, mode="unique").status_code == 200


def test_response_is_304_until_something_changes(three_versions: Shop) -> None:
    publish_again(three_versions, 1)
    with three_versions.serving(NOW) as server:
        tag = server.get().headers["ETag"]
        server.now = NOW + timedelta(hours=8)
        assert server.get(if_none_match=tag).status_code == 304
        server.now = NOW + timedelta(hours=9)
        assert server.get(if_none_match=tag).status_code == 200
        server.now = NOW
        publish_again(three_versions, 2)
        server.follows()
        assert server.get(if_none_match=tag).json()["total_sales"] == 2


def test_query_timeout_gives_503(small_shop: Shop) -> None:
    with small_shop.serving(NOW + timedelta(days=1), query_timeout=1e-6) as server:
        answer = server.get()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "took too long" in answer.json()["detail"]
        assert server.client.get("/healthz").json()["version"]


def test_health_ignores_future_events(small_shop: Shop) -> None:
    with small_shop.serving(NOW) as server:

        def newest(now: datetime) -> str:
            server.now = now
            health: dict[str, str] = server.client.get("/healthz").json()
            assert server.get().headers.get("X-Data-Newest-Event-At") == health["newest_event_at"]
            return health["newest_event_at"]

        assert newest(NOW) == "2026-03-08T15:04:05Z"
        assert newest(NOW + timedelta(seconds=1)) == "2026-03-08T15:04:06Z"
        assert newest(NOW - timedelta(days=1)) == "2026-03-07T10:02:00Z"
        assert newest(NOW - timedelta(days=9)) is None


def test_each_response_is_of_one_version_during_publications(three_versions: Shop) -> None:
    """Half of the readers ask for a new window each time."""
    publish_again(three_versions, 1)
    enough = Event()

    def ask(reader: int) -> set[tuple[str, int, int]]:
        found = set()
        with httpx.Client(base_url=server.client.base_url, headers=authorized(), timeout=30) as client:
            for number in itertools.takewhile(lambda _: not enough.is_set(), itertools.count()):
                start = NOW.date() - timedelta(days=10 * (number % 30) + reader)
                query = {"mode": "unique"} if reader % 2 else {"start": str(start)}
                response = client.get(DASHBOARD, params=query)
                assert response.status_code == 200, response.text
                answer = response.json()
                units = sum(product["count"] for product in answer["top_products"])
                found.add((response.headers["X-Data-Version"], answer["total_sales"], units))
        return found

    with three_versions.serving(NOW) as server, ThreadPoolExecutor(6) as threads:
        readers = [threads.submit(ask, reader) for reader in range(6)]
        versions = []
        try:
            for number in (1, 2, 3, 1):
                publish_again(three_versions, number)
                server.follows()
                versions.append(three_versions.link.readlink().stem)
        finally:
            enough.set()
        found = set().union(*(reader.result() for reader in readers))
    assert found == {(version, n, n * n) for n, version in enumerate(versions[:3], 1)}


def test_response_in_progress_keeps_its_version(
    small_shop: Shop,
) -> None:
    warehouse = Warehouse(small_shop.warehouse)
    version = warehouse.open(str(warehouse.newest()))
    with closing(ReadSnapshot(warehouse.database, version)) as other:
        parameters = resolve(other, NOW.replace(tzinfo=None), None, None).parameters() | {"is_unique": False}
        other.ensure_window_tables(parameters)
        begun = ReadSnapshot(warehouse.database, version)
    warehouse.retire(version)
    with closing(begun):
        begun.ensure_window_tables(parameters)
        assert begun.rows(STEPS, parameters)


def test_stopped_server_closes_its_version(three_versions: Shop) -> None:
    def held() -> list[str]:
        paths = [os.path.realpath(path) for path in Path("/proc/self/fd").iterdir()]
        return [path for path in paths if path.startswith(str(three_versions.warehouse))]

    with three_versions.serving(NOW) as server:
        assert server.get().status_code == 200
        assert len(held()) == 1
    assert held() == []


@contextmanager
def workers(shop: Shop) -> Iterator[str]:
    """The address of `python -m serve` with WORKERS workers."""
    environment = {**shop.environment, "JWT_SECRET": SECRET, "WORKERS": str(WORKERS), "PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "serve"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    try:
        address = next(line for line in process.stderr if "running on" in line).split("running on ")[1]
        for _ in range(WORKERS):
            next(line for line in process.stderr if "startup complete" in line)
        Thread(target=process.stderr.read).start()
        yield address.split()[0]
    finally:
        process.terminate()
        process.wait()


def test_all_workers_serve_a_new_version_within_a_second(three_versions: Shop) -> None:
    publish_again(three_versions, 1)
    with workers(three_versions) as address:

        def versions() -> set[str]:
            """Those that many connections, each of its own, are answered from."""
            answers = [httpx.get(address + DASHBOARD, headers=authorized(), verify=False) for _ in range(20)]
            return {answer.headers["X-Data-Version"] for answer in answers}

        before = versions()
        publish_again(three_versions, 2)
        published_at = three_versions.link.lstat().st_mtime
        while datetime.now(UTC).timestamp() < published_at + 1:
            pass
        after = versions()
    assert (len(before), after) == (1, {three_versions.link.readlink().stem})
    assert before != after


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "two"),
        ("QUERY_TIMEOUT", "0"),
        ("ROOT_PATH", "metrics"),
        ("ROOT_PATH", "/a b"),
        ("CURRENCY", "pesos"),
        ("QUERY_TIMEOUT", "nan"),
        ("PORT", "80000"),
        ("JWT_SECRET", ""),
        ("JWT_SECRET", "31 bytes are less than 32 bytes"),
        ("JWT_SECRET", "a-string-secret-at-least-256-bits-long"),
        ("JWT_SECRET_PREVIOUS", "short"),
        ("JWT_SECRET", "abc" * 20),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://shop.example/"),
    ],
)
def test_invalid_setting_of_the_server_is_refused_with_a_reason(
    tmp_path: Path, variable: str, value: str
) -> None:
    environment = {**os.environ, "JWT_SECRET": SECRET, "WAREHOUSE_DIR": str(tmp_path), variable: value}
    refused = run_module("serve", folder=ROOT, environment=environment)
    assert refused.returncode != 0
    assert refused.stderr.startswith(variable)


def test_long_texts_many_sources_and_wrong_clocks_do_not_slow_the_dashboard(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = "2026-03-05T10:00:00Z"
    views = [event("page_view", at, f"s{number}", source=f"s{number:03}") for number in range(250)]
    views += [event("page_view", at, f"more{number}", source="other") for number in range(5)]
    texts = [f"{number}" + "x" * 900_000 for number in range(10)]
    long = [event("page_view", at, f"long{number}", source=text) for number, text in enumerate(texts)]
    shop.land("a.ndjson", [*views, *long, *(event("page_view", at, text) for text in texts[:3])])
    shop.land("clock.ndjson", [event("page_view", "9999-12-31T23:59:59Z")])
    published = shop.built().published()
    assert published.sql("from mart_quarantine").fetchall() == [("session_id of more than 256 characters", 3)]
    assert published.sql("select defect, sum(events) from mart_data_quality group by all").fetchall() == [
        ("unreadable_text", 10)
    ]
    first = shop.link.resolve()
    shop.land("b.ndjson", [event("purchase", "2026-03-07T10:00:00Z", price=1)])
    version = shop.built().link.resolve()
    swap_symlink(shop.link, first)
    past, asked = date(2026, 3, 6), list[str]()
    rows = ReadSnapshot.rows

    def counted(snapshot: ReadSnapshot, query: SqlQuery[Row], parameters: Parameters) -> list[Row]:
        # Not those of windows up to now, which the server computes by itself.
        if parameters.get("last_date", past) == past:
            asked.append(query.name)
        return rows(snapshot, query, parameters)

    monkeypatch.setattr(ReadSnapshot, "rows", counted)
    with shop.serving(NOW) as server:
        answer = server.get()
        sources = answer.json()["traffic_sources"]
        assert len(answer.content) < 30_000
        assert len(sources) == 200 and sources[-1] == {"source": "other", "sessions": 265 - 199}
        assert sources[0] == {"source": "0" + "x" * 255, "sessions": 1}
        server.get(end=str(past))
        assert asked
        asked.clear()
        for second in (1, 2):
            server.now = NOW + timedelta(seconds=second)
            server.get(end=str(past))
        assert asked == []
        assert answer.headers["X-Data-Newest-Event-At"] == at
        for _ in range(100):
            assert server.client.get("/healthz").json()["newest_event_at"] == at
        assert asked == []

        # A fault that passes: for a while the version that is published next cannot be opened.
        aside = version.rename(shop.folder / "aside")
        swap_symlink(shop.link, version)
        while version.stem not in server.client.get("/healthz").json()["damaged_versions"]:
            assert server.stats()["total_sales"] == 0
        aside.rename(version)
        server.follows()
        assert server.stats()["total_sales"] == 1
        assert server.client.get("/healthz").json()["damaged_versions"] == []
