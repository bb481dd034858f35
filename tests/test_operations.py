"""What an operator does to a running shop, and what comes of it."""

import json
import signal
import socket
import time

import duckdb
import httpx
import pytest

from tests.shop import DASHBOARD, MONEY_AT_RISK, TRACK, Shop, authorized, event


def half_of_an_event(client: httpx.Client) -> tuple[socket.socket, bytes]:
    """A connection on which the first half of a request to track an event was sent, and the other half."""
    body = json.dumps(event("page_view", "2026-03-07T10:00:00Z")).encode()
    head = f"POST {TRACK} HTTP/1.1\r\nHost: shop\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=30)
    connection.sendall(head + body[:20])
    return connection, body[20:]


def test_a_server_told_to_end_answers_what_it_was_asked_and_takes_nothing_new(shop: Shop) -> None:
    with shop.tracking() as (process, client):
        connection, rest = half_of_an_event(client)
        client.get("/healthz")
        process.send_signal(signal.SIGTERM)
        with pytest.raises(httpx.ConnectError):
            while True:
                httpx.get(client.base_url.join("/healthz"))
        assert process.poll() is None
        connection.sendall(rest)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 202 ")
        assert process.wait(timeout=10) == 0
    assert [path for path in shop.landing.rglob("*.ndjson") if not path.name.startswith(".")]


def test_a_server_told_to_end_waits_for_nobody_for_ever(shop: Shop) -> None:
    with shop.tracking(QUERY_TIMEOUT="1") as (process, client):
        connection, _ = half_of_an_event(client)
        client.get("/healthz")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert 1 < time.monotonic() - began < 8
        connection.close()


def test_a_version_of_another_release_says_what_to_do(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.built()
    with duckdb.connect(shop.link.resolve()) as published:
        published.execute("drop table api_attempts")
    with shop.tracking() as (_, client):
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
