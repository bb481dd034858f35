"""The log of a server."""

import json
from typing import Any
from uuid import uuid4

from tests.support.shop import DASHBOARD, Shop, authorized


def test_json_log_has_one_line_per_request_without_personal_data(small_shop: Shop) -> None:
    log = small_shop.folder / "serve.log"
    log.unlink(missing_ok=True)
    given = str(uuid4())
    query = {"start": "2026-03-07", "end": "2026-03-08", "mode": "unique", "compare": "previous"}
    with small_shop.deployed(LOG_FORMAT="json") as (_, client):
        first = client.get(DASHBOARD, params=query, headers=authorized() | {"X-Request-ID": given})
        bad_id = authorized() | {"X-Request-ID": "ana@example.com"}
        again, _ = (client.get(DASHBOARD, params=query, headers=bad_id) for _ in range(2))
        client.get(DASHBOARD, params={"start": "ana@example.com", "key": "a secret"}, headers=authorized())
        client.get("/reset/ana@example.com")
        client.post("/healthz")
    text = log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert first.headers["X-Request-ID"] == given != again.headers["X-Request-ID"]
    assert "ana@" not in text and "secret" not in text
    assert sum(line.get("version") == first.headers["X-Data-Version"] for line in lines) == 1

    def told(name: str) -> list[Any]:
        return [line[name] for line in lines if line["logger"] == "serve.requests"][1:]

    assert told("request_id")[:2] == [given, again.headers["X-Request-ID"]]
    assert told("method") == ["GET"] * 5 + ["POST"]
    assert told("route") == [DASHBOARD] * 4 + ["-", "/healthz"]
    assert told("query") == ["start=2026-03-07&end=2026-03-08&mode=unique"] * 3 + [""] * 3
    assert told("status") == [200, 200, 200, 422, 404, 405]
    assert told("cached") == [False, True, True, None, None, None]
    assert all(0 < milliseconds < 10_000 for milliseconds in told("milliseconds"))
