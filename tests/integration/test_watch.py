"""`make watch`: when it builds, and what it logs."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from pipeline.paths import ROOT
from tests.support.browser import Tab, needs_chromium
from tests.support.metrics import metrics
from tests.support.shop import SECRET, Shop, event
from tests.support.watcher import Watcher


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("watched"))


@pytest.fixture(scope="module")
def watcher(shop: Shop) -> Iterator[Watcher]:
    watcher = Watcher(shop)
    watcher.until(shop.link.exists)
    yield watcher
    watcher.process.kill()
    watcher.process.join()


def land(shop: Shop, name: str) -> None:
    """Land a purchase as the documentation says: written elsewhere, then renamed."""
    written = shop.folder / name
    written.write_text(json.dumps(purchase(name)), encoding="utf-8")
    written.rename(shop.landing / name)


def purchase(key: str) -> dict[str, object]:
    return event("purchase", "2026-03-07T10:00:00Z", session_id=key, idempotency_key=key, price=10)


def purchases(shop: Shop) -> list[str]:
    """The sessions that bought something, which are named as the file is."""
    with shop.published() as published:
        return [name for (name,) in published.sql("select session_id from fct_events order by 1").fetchall()]


def test_watcher_publishes_new_files_beside_other_builds(shop: Shop, watcher: Watcher) -> None:
    land(shop, "a.ndjson")
    watcher.until(lambda: purchases(shop) == ["a.ndjson"])
    watcher.until(lambda: bool(watcher.lines(f"Published {shop.link.readlink().stem}, 1 rows read")))
    shop.built()


def test_files_landed_during_a_build_are_built_next(shop: Shop, watcher: Watcher) -> None:
    version = shop.link.readlink()
    land(shop, "b1.ndjson")
    while shop.link.readlink() == version:
        time.sleep(0.01)
    land(shop, "b2.ndjson")
    landed_at = datetime.now(UTC)
    watcher.until(lambda: "b2.ndjson" in purchases(shop))
    watcher.until(lambda: bool(watcher.lines(f"Published {shop.link.readlink().stem}")))
    (line,) = watcher.lines(f"Published {shop.link.readlink().stem}")
    told = json.loads(line)
    began_at = datetime.fromisoformat(told["timestamp"]) - timedelta(seconds=told["seconds"])
    assert began_at < landed_at + timedelta(seconds=3)


def test_failing_build_is_logged_once_and_retried(shop: Shop, watcher: Watcher) -> None:
    away = shop.landing.rename(shop.folder / "away")
    watcher.until(lambda: bool(watcher.lines("which does not exist")))
    time.sleep(4)  # Tried again after one second and after two more.
    with shop.deployed(METRICS_TOKEN=SECRET) as (_, client):
        client.get("/healthz")
        told = metrics(client)
    alarming = re.findall(r"storefront_(\w+)", (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
    assert len(alarming) > 5 and set(alarming) <= {name.split()[0] for name in told}
    assert (told["watcher_state failing"], told["watcher_state waiting"]) == (1, 0)
    assert told["watcher_failures"] >= 3
    assert len(watcher.lines("which does not exist")) == 1
    (away / "c.ndjson").write_text(json.dumps(purchase("c")), encoding="utf-8")
    away.rename(shop.landing)
    watcher.until(lambda: "c" in purchases(shop))


def test_growing_file_is_read_once_it_stops_growing(shop: Shop, watcher: Watcher) -> None:
    with (shop.landing / "slow.ndjson").open("w", encoding="utf-8") as file:
        for key in "defgh":
            row = json.dumps(purchase(key))
            for piece in (row[:20], row[20:] + "\n"):
                file.write(piece)
                file.flush()
                time.sleep(0.1)
    watcher.until(lambda: "d" in purchases(shop))
    assert "h" in purchases(shop)


@needs_chromium
def test_open_page_shows_newly_landed_events(shop: Shop, watcher: Watcher, browser: Browser) -> None:
    with shop.serving(datetime(2026, 3, 7, 12, tzinfo=UTC)) as server:
        tab = Tab(browser.new_context(base_url=str(server.client.base_url)))
        card = tab.sign_in().locator("[data-field=total_sales]").first
        expect(card).to_have_text(str(len(purchases(shop))))
        land(shop, "open.ndjson")
        watcher.until(lambda: "open.ndjson" in purchases(shop))
        expect(card).to_have_text(str(len(purchases(shop))), timeout=10_000)
        shown_at = datetime.now(UTC).isoformat()
        watcher.until(lambda: bool(server.client.get("/healthz").json()["checked_at"] > shown_at))
        tab.page.context.close()


def test_watcher_stopped_during_a_build_loses_nothing(shop: Shop, watcher: Watcher) -> None:
    before = purchases(shop)
    last_written = (shop.warehouse / "build.duckdb").stat().st_mtime_ns
    land(shop, "i.ndjson")
    watcher.until(lambda: (shop.warehouse / "build.duckdb").stat().st_mtime_ns != last_written)
    assert watcher.stop(30) == 0
    assert watcher.lines("Stopped.")
    assert set(purchases(shop)) - set(before) <= {"i.ndjson"}
    assert purchases(shop.built()) == sorted([*before, "i.ndjson"])
