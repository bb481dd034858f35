"""Many who ask: kept answers, several workers, and a limit of time."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from plugins.publisher import point
from tests.conftest import NOW
from tests.shop import DASHBOARD, ROOT, SECRET, Server, Shop, authorized, event

WORKERS = 2


def test_an_answer_that_is_known_already_is_not_sent_again(server: Server) -> None:
    answer = server.get()
    tag = answer.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        again = server.get(if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("ETag", "Cache-Control", "X-Data-Version"):
            assert again.headers[name] == answer.headers[name]
    assert server.get(if_none_match='"another"').json() == answer.json()
    assert server.get(if_none_match=tag, mode="unique").status_code == 200


def test_a_quiet_shop_answers_304_until_something_changes(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", "2026-03-08T10:00:00Z")])
    shop.built()
    with shop.serving(NOW) as server:
        tag = server.get().headers["ETag"]
        server.now = NOW + timedelta(hours=8)
        assert server.get(if_none_match=tag).status_code == 304
        server.now = NOW + timedelta(hours=9)
        assert server.get(if_none_match=tag).status_code == 200
        server.now = NOW
        shop.land("b.ndjson", [event("purchase", "2026-03-08T11:00:00Z")])
        shop.built()
        server.follows()
        assert server.get(if_none_match=tag).json()["total_sales"] == 2


def test_an_answer_that_takes_too_long_is_a_clear_503(small_shop: Shop) -> None:
    with small_shop.serving(NOW + timedelta(days=1), query_timeout=1e-6) as server:
        answer = server.get()
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "took too long" in answer.json()["detail"]
        assert server.client.get("/healthz").json()["version"]


def test_health_knows_no_event_of_the_future(small_shop: Shop) -> None:
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


def test_each_answer_is_of_one_version_while_others_are_published(shop: Shop) -> None:
    """Version n has n purchases and n × n units; half of the readers ask for a new window each time."""
    versions = []
    for number in (1, 2, 3):
        fields = {"product_slug": "x", "metadata": {"quantity": 2 * number - 1}}
        shop.land(f"{number}.ndjson", [event("purchase", "2026-03-08T10:00:00Z", **fields)])
        shop.built()
        versions.append(shop.link.resolve())
    point(shop.link, versions[0])
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

    with shop.serving(NOW) as server, ThreadPoolExecutor(6) as threads:
        readers = [threads.submit(ask, reader) for reader in range(6)]
        try:
            for version in 2 * versions:
                point(shop.link, version)
                server.follows()
        finally:
            enough.set()
        found = set().union(*(reader.result() for reader in readers))
    assert found == {(version.stem, n, n * n) for n, version in enumerate(versions, 1)}


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


def test_all_workers_serve_a_new_version_within_a_second(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", "2026-03-08T10:00:00Z")])
    shop.built()
    with workers(shop) as address:

        def versions() -> set[str]:
            """Those that many connections, each of its own, are answered from."""
            answers = [httpx.get(address + DASHBOARD, headers=authorized(), timeout=30) for _ in range(20)]
            return {answer.headers["X-Data-Version"] for answer in answers}

        before = versions()
        shop.land("b.ndjson", [event("purchase", "2026-03-08T11:00:00Z")])
        shop.built()
        published_at = shop.link.lstat().st_mtime
        while datetime.now(UTC).timestamp() < published_at + 1:
            pass
        after = versions()
    assert (len(before), after) == (1, {shop.link.readlink().stem})
    assert before != after


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "two"),
        ("QUERY_TIMEOUT", "0"),
        ("QUERY_TIMEOUT", "nan"),
        ("PORT", "80000"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_in_words(tmp_path: Path, variable: str, value: str) -> None:
    environment = {**os.environ, "JWT_SECRET": SECRET, "WAREHOUSE_DIR": str(tmp_path), variable: value}
    refused = subprocess.run(
        [sys.executable, "-m", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert refused.returncode != 0
    assert refused.stderr.startswith(variable)
