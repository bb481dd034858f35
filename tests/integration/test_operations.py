"""Operations: shutdown, backup, restore and upgrades of a running shop."""

import json
import re
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import httpx
import pytest

from pipeline.paths import ROOT
from tests.support.erasure import ADDRESS, erase, holders
from tests.support.forked import stop
from tests.support.shop import DASHBOARD, MONEY_AT_RISK, NOW, TRACK, Shop, authorized, event


def half_of_an_event(client: httpx.Client) -> tuple[socket.socket, bytes]:
    """A connection on which the first half of a request to track an event was sent, and the other half."""
    body = json.dumps(event("page_view", "2026-03-07T10:00:00Z")).encode()
    head = f"POST {TRACK} HTTP/1.1\r\nHost: shop\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=30)
    connection.sendall(head + body[:20])
    return connection, body[20:]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_graceful_shutdown_finishes_requests_and_accepts_no_new_ones(shop: Shop, workers: str) -> None:
    with shop.tracking(WORKERS=workers) as (process, client):
        connection, rest = half_of_an_event(client)
        client.get("/healthz")
        process.terminate()
        with pytest.raises(httpx.ConnectError):
            while True:
                with suppress(httpx.ReadError, httpx.RemoteProtocolError):  # Hung up on, at that very moment.
                    httpx.get(client.base_url.join("/healthz"))
        assert process.is_alive()
        connection.sendall(rest)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 202 ")
        process.join(10)
        assert process.exitcode == 0
    assert [path for path in shop.landing.rglob("*.ndjson") if not path.name.startswith(".")]


def test_graceful_shutdown_has_a_time_limit(shop: Shop) -> None:
    with shop.tracking(QUERY_TIMEOUT="1") as (process, client):
        connection, _ = half_of_an_event(client)
        client.get("/healthz")
        began = time.monotonic()
        assert stop(process, 30) == 0
        assert 1 < time.monotonic() - began < 8
        connection.close()


def test_version_of_another_release_gives_an_error_with_a_remedy(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.built()
    with duckdb.connect(shop.link.resolve()) as published:
        published.execute("drop table api_checkout_events")
    with shop.deployed() as (_, client):
        for path in (DASHBOARD, MONEY_AT_RISK, "/readyz"):
            refused = client.get(path, headers=authorized())
            assert (refused.status_code, "make build" in refused.json()["detail"]) == (503, True)
        assert client.get("/healthz").status_code == 200
        log = (shop.folder / "serve.log").read_text(encoding="utf-8")
        assert f"version {shop.link.resolve().stem} was published by another release" in log
        shop.built()
        deadline = time.monotonic() + 10
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
        assert client.get(MONEY_AT_RISK, headers=authorized()).status_code == 200


def test_documented_backup_can_be_restored(tmp_path: Path) -> None:
    """The commands of operations.md, on a shop with a file that is gone and a customer that is erased."""
    shop, archive = Shop(tmp_path / "storefront"), tmp_path / "storefront.tar.gz"
    shop.land("gone.ndjson", [event("purchase", "2026-03-07T10:00:00Z", price=1)])
    shop.land("kept.ndjson", [event("purchase", "2026-03-08T10:00:00Z", price=2), {"user_id": ADDRESS}])
    shop.built()
    (shop.landing / "gone.ndjson").unlink()
    erase(shop, ADDRESS)
    with shop.serving(NOW) as server:
        before = server.get()
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    back_up, restore = re.findall("^tar .*", operations, re.MULTILINE)

    def run(command: str) -> None:
        command = command.replace("/var/lib/storefront", str(shop.folder)).replace(archive.name, str(archive))
        subprocess.run(command.split(), check=True)

    run(back_up)
    shutil.rmtree(shop.folder)
    shop.folder.mkdir()
    run(restore)
    with shop.serving(NOW) as server:
        restored = server.get()
        assert (restored.content, restored.headers["ETag"]) == (before.content, before.headers["ETag"])
        assert restored.json()["total_revenue"] == 3
        shop.land("new.ndjson", [event("purchase", "2026-03-08T10:00:00Z", price=4)])
        shop.built()
        server.follows()
        assert server.stats()["total_revenue"] == 7
    assert holders(shop.folder) == {"kept.ndjson"}
