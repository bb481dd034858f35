"""Tracking: accepted events are on disk and count once, others are refused with a reason."""

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.support.claims import GOOD, tracking_is_bounded
from tests.support.fault_harness import send
from tests.support.shop import SECRET, TRACK, Shop
from tests.support.tokens import token
from tests.support.watcher import Watcher

TAKEN: list[Any] = [
    GOOD,
    {**GOOD, "session_id": 7, "event_type": " purchase "},
    {**GOOD, "session_id": "sesión 🔥\u0000", "metadata": {"quantity": 2, "note": "a\nb"}, "price": 79900.5},
    {**GOOD, "metadata": json.loads("[" * 300 + "]" * 300), "price": 10**30},
    *(
        {**GOOD, "created_at": text}
        for text in (None, "", "  ", "2026-03-07", "2026-03-07T10:00", "0001-01-01")
    ),
    *(
        {**GOOD, "created_at": f"2026-03-07T10:00:00{end}"}
        for end in ("", "z", ".5+05", ",123456789-0530", "+05:00")
    ),
    *({**GOOD, "created_at": {"$date": at}} for at in ("2026-03-07T10:00:00Z", {"$numberLong": "-5"}, 5)),
    *(
        {**GOOD, "created_at": at}
        for at in (1774000000, "1774000000000", 1774000000000.0, "20260307T100000Z")
    ),
    *({**GOOD, "created_at": f"2026-03-07 10:00:00{end}"} for end in ("", " UTC", " +00:00", "Z[UTC]")),
    *({**GOOD, "created_at": at} for at in ("Sat, 07 Mar 2026 10:00:00 GMT", 'ISODate("2026-03-07")')),
    *({**GOOD, "session_id": value} for value in (None, "", " \u00a0", "undefined")),
    {"event": "Order Completed", "anonymousId": "a", "timestamp": "2026-03-07T10:00:00Z", "properties": {}},
    {"Event_Type ": "purchase", "SESSION_ID": {"$oid": "65e9"}},
    *({**GOOD, "idempotency_key": key} for key in (None, " ", 5, "key")),
    *({**GOOD, "_id": store_id} for store_id in (None, "", 5.5, "id", {"$oid": "oid"}, {})),
]
NO_IDS: list[Any] = [True, {}, ["s"]]
REFUSED: list[Any] = [
    *(None, 5, "purchase", True, [[GOOD]]),
    *({**GOOD, "session_id": value} for value in NO_IDS),
    *({**GOOD, "event_type": value} for value in (None, "\t", False, {"a": 1})),
    *(
        {**GOOD, "created_at": value}
        for value in (5, True, {}, {"$date": None}, {"$date": True}, "ayer", "2026-02-30", "20260307")
    ),
    *(
        {**GOOD, "created_at": f"2026-03-07{rest}"}
        for rest in ("T24:00", "T10:00:60", "T10:00 Z", "T10:00:00+24:00")
    ),
    *(
        {**GOOD, "created_at": text}
        for text in ("0000-01-01", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00+01:00")
    ),
    *({**GOOD, "created_at": {"$date": {"$numberLong": text}}} for text in ("", "x", "253402300800000")),
]
NO_JSON = [
    b"",
    b"{",
    b"\xff{}",
    b"[" * 5000,
]


@pytest.fixture
def tracked(shop: Shop) -> dict[str, Any]:
    return {"tracked_events": shop.landing, "cors_origins": ("https://shop.example",)}


def counts(shop: Shop) -> dict[str, int]:
    """The events that a build counts and the rows that it cannot."""
    tables = ("int_events", "stg_landing__quarantine")
    shop.built(*tables)
    return {table: shop.query(f"select count(*) from {table}")[0][0] for table in tables}


def test_accepted_events_count_and_events_to_quarantine_get_422(shop: Shop, tracked: dict[str, Any]) -> None:
    with shop.serving(**tracked) as server:
        answer = server.client.post(TRACK, json=TAKEN)
        assert answer.status_code == 202, answer.text
        for event in REFUSED:
            answer = server.client.post(TRACK, json=event)
            assert answer.status_code == 422, event
        for body in NO_JSON:
            answer = server.client.post(TRACK, content=body)
            assert (answer.status_code, answer.json()["detail"]) == (422, "The body is not JSON in UTF-8.")
        batch = server.client.post(TRACK.removesuffix("/"), json=[GOOD, {**GOOD, "event_type": ""}])
        assert (batch.status_code, batch.json()["detail"]) == (422, "Event 2 of 2: no readable event_type.")
        kept = server.client.post(TRACK, json=[GOOD, {**GOOD, "idempotency_key": "sent twice"}] * 2).json()[
            "events"
        ]
        assert kept[1]["idempotency_key"] == kept[3]["idempotency_key"] == "sent twice"
        assert kept[0]["idempotency_key"] != kept[2]["idempotency_key"]
        assert abs(datetime.fromisoformat(kept[0]["created_at"]) - datetime.now(UTC)).total_seconds() < 60
    shop.land("refused.ndjson", [event for event in REFUSED if event != [[GOOD]]])
    assert counts(shop) == {"int_events": len(TAKEN) + 3, "stg_landing__quarantine": len(REFUSED) - 1}


def test_requests_of_existing_trackers_are_accepted(shop: Shop, tracked: dict[str, Any]) -> None:
    def posted(headers: dict[str, str] | None = None, content: bytes | None = None) -> dict[str, Any]:
        content = content or b'{"event_type": "page_view", "user_id": "body@example.com"}'
        answer = server.client.post(TRACK, content=content, headers=headers)
        assert answer.status_code == 202, answer.text
        (event,) = answer.json()["events"]
        return next(each for each in landed_soon(shop) if each["idempotency_key"] == event["idempotency_key"])

    with shop.serving(**tracked) as server:
        bearer = {"Authorization": f"Bearer {token(is_admin=False, email='ana@example.com')}"}
        assert posted(bearer)["user_id"] == "ana@example.com"
        assert posted({"Authorization": f"Bearer {token(key=SECRET[::-1])}"})["user_id"] == "body@example.com"
        assert posted({"Authorization": "Basic x"})["user_id"] == "body@example.com"
        cookie = {"Cookie": "other=1; session_id=from-cookie"}
        assert posted(cookie | {"X-Session-ID": "from-header"})["session_id"] == "from-header"
        assert posted(cookie)["session_id"] == "from-cookie"
        assert len(posted()["session_id"]) == 36
        zipped = gzip.compress(b'{"event_type": "page_view", "session_id": "zipped \\ud83d"}')
        assert posted({"Content-Encoding": "gzip"}, zipped)["session_id"] == "zipped \ufffd"
        for body, encoding, status in (
            (gzip.compress(b" " * 200_000_000), "gzip", 413),
            (b"{}", "gzip", 422),
            (zipped[:-9], "gzip", 422),
            (b"{}", "br", 422),
        ):
            answer = server.client.post(TRACK, content=body, headers={"Content-Encoding": encoding})
            assert answer.status_code == status, answer.text
        rows = b"""[
            {"event_type": "purchase", "session_id": "s", "price": NaN},
            {"event_type": "purchase", "session_id": "s", "price": "$5 COP", "metadata": {"quantity": 2.5}},
            {"event": "Order Completed", "session_id": "s", "properties": {"products": [{"price": "?"}]}},
            {"event_type": "page_view", "session_id": "s", "metadata": "?"}
        ]"""
        answer = server.client.post(TRACK, content=rows).json()
        assert [warning.split(":")[0] for warning in answer["warnings"]] == [
            f"Event {number} of 4" for number in (1, 2, 3, 4)
        ]
        assert server.client.post(TRACK, json={**GOOD, "price": "79,900"}).json()["warnings"] == []
        refunds = [
            {**GOOD, "event_type": "refund", "order_id": "7", "metadata": {"amount": 5}},
            {**GOOD, "event_type": "Order Refunded", "properties": {"order_id": "undefined", "total": "-5"}},
        ]
        assert server.client.post(TRACK, json=refunds).json()["warnings"] == [
            "Event 2 of 2: it names no order, and takes nothing back.",
            "Event 2 of 2: an amount cannot be read, and all that is left of the order is taken back.",
        ]
        preflight = server.client.options(
            TRACK,
            headers={
                "Origin": "https://shop.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-session-id, x-request-id, authorization",
            },
        )
    assert preflight.status_code == 200, preflight.text
    defects = "select event_type, defect, events from mart_data_quality order by all"
    assert shop.built("mart_data_quality").query(defects) == [
        ("page_view", "unreadable_metadata", 1),
        ("purchase", "unreadable_price", 2),
        ("purchase", "unreadable_quantity", 1),
        ("refund", "unknown_order", 2),
        ("refund", "unreadable_price", 1),
    ]


def test_accepted_events_survive_a_kill_and_retries_count_once(shop: Shop) -> None:
    """Server and watcher are both killed, the watcher while it builds what keeps landing."""
    with shop.tracking() as (process, client), ThreadPoolExecutor(8) as senders:
        sending = [senders.submit(send, client, str(sender), Event()) for sender in range(8)]
        watcher = Watcher(shop)
        watcher.until(lambda: not process.is_alive() or shop.link.exists())
        for each in (process, watcher.process):
            each.kill()
            each.join()
        answers = dict(answer for sender in sending for answer in sender.result())
    assert set(answers.values()) == {202}
    taken = list(answers)
    assert len(taken) >= 8 * 10
    again = [{**GOOD, "idempotency_key": f"{sender}-{number}"} for sender in range(8) for number in range(10)]
    with shop.tracking() as (_, client):
        assert client.post(TRACK, json=again).status_code == 202
    assert not list(shop.landing.glob("tracked/.*"))
    keys = {event["idempotency_key"] for event in landed(shop)}
    assert keys >= set(taken)
    assert counts(shop) == {"int_events": len(keys), "stg_landing__quarantine": 0}


def test_files_of_a_finished_hour_are_merged(shop: Shop, tracked: dict[str, Any]) -> None:
    for day in ("20260306", "20260307"):
        with shop.serving(**tracked) as server:
            for key in ("a", "b"):
                assert (
                    server.client.post(TRACK, json={**GOOD, "idempotency_key": day + key}).status_code == 202
                )
        for path in shop.landing.glob(f"tracked/{datetime.now(UTC):%Y%m%d}*.ndjson"):
            path.rename(path.with_name(f"{day}{path.name[8:]}"))
    assert shop.built().query("select count(*) from int_events") == [(4,)]
    with shop.serving(**tracked) as server:
        assert server.client.post(TRACK, json=GOOD).status_code == 202
    names = sorted(path.name for path in shop.landing.glob("tracked/*"))
    assert [name[:8] + name[11:] for name in names[:2]] == ["20260306.ndjson.gz", "20260307.ndjson.gz"]
    assert len(names) == 3
    assert len(landed(shop)) == 5
    assert counts(shop) == {"int_events": 5, "stg_landing__quarantine": 0}


def test_damaged_journal_does_not_stop_other_events(shop: Shop, tracked: dict[str, Any]) -> None:
    folder = shop.landing / "tracked"
    folder.mkdir()
    (folder / "20260306T10.ndjson.gz").write_bytes(gzip.compress(b"{}" * 1000)[:20])
    (folder / "20260306T100000.000000-0.ndjson").write_text("{}\n", encoding="utf-8")
    (folder / ".20260306T110000.000000-0.ndjson.journal").symlink_to("nowhere")
    (folder / ".20260306T120000.000000-0.ndjson.journal").write_text('{"a": 1}\n', encoding="utf-8")
    # The journal of an earlier release.
    (folder / ".20260306T130000.000000-0.ndjson.keeps").write_text('{"a": 1}\n', encoding="utf-8")
    with shop.serving(**tracked) as server:
        assert all((folder / f"20260306T{hour}0000.000000-0.ndjson").exists() for hour in (12, 13))
        for count in (1, 2):
            assert server.client.post(TRACK, json=GOOD).status_code == 202
            deadline = time.monotonic() + 10
            while len(list(folder.glob(f"{datetime.now(UTC):%Y%m%d}*.ndjson"))) < count:
                assert time.monotonic() < deadline, "what was taken is not landed"
                time.sleep(0.05)
    assert (folder / "20260306T100000.000000-0.ndjson").exists()
    assert not list(folder.glob(".*unfinished"))


def test_large_tracking_bodies_do_not_delay_other_requests(shop: Shop, tracked: dict[str, Any]) -> None:
    """A large body is parsed in another thread than the one that answers all requests."""
    body = json.dumps([{**GOOD, "m": json.loads("[" + "[]," * 7_000 + "[]]")}] * 33).encode()
    with shop.serving(**tracked) as server:
        assert server.client.post(TRACK, content=body).status_code == 202
        before = server.cpu_seconds()
        for _ in range(3):
            assert server.client.post(TRACK, content=body).status_code == 202
        taken = server.cpu_seconds() - before
    before = time.thread_time()
    for _ in range(3):
        json.dumps(json.loads(body))
    assert taken < (time.thread_time() - before) / 4


def test_tracked_key_never_replaces_a_landed_event(tmp_path: Path) -> None:
    # A folder above the landing zone does not say that its events were posted.
    shop = Shop(tmp_path / "tracked")
    landed_event = {**GOOD, "idempotency_key": "order-1", "created_at": "2026-03-07T10:00:00Z", "price": 5}
    shop.land("a.ndjson", [landed_event])
    posted = {**landed_event, "created_at": "2026-03-01T10:00:00Z", "price": 0}
    with shop.serving(tracked_events=shop.landing) as server:
        assert server.client.post(TRACK, json=posted).status_code == 202
    sales = "select event_date::varchar, revenue from mart_sales"
    assert shop.built("mart_sales").query(sales) == [("2026-03-07", 5)]


def test_tracking_limits_are_enforced(shop: Shop, tracked: dict[str, Any]) -> None:
    tracking_is_bounded(shop, tracked)


def landed_soon(shop: Shop) -> list[dict[str, Any]]:
    """The rows that are landed, or safe until they are."""
    return [
        json.loads(line) for path in shop.landing.glob("tracked/*") for line in path.read_text().splitlines()
    ] + [
        json.loads(line) for path in shop.landing.glob("tracked/.*") for line in path.read_text().splitlines()
    ]


def landed(shop: Shop) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in shop.landing.glob("tracked/*")
        for line in (gzip.open(path) if path.suffix == ".gz" else path.open("rb"))
    ]
