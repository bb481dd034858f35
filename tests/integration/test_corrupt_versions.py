"""A damaged version is replaced by the last good one at once, and that is reported."""

import shutil
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.durable import swap_symlink
from tests.support.shop import MONEY_AT_RISK, NOW, Shop

HEADERS = 3 * 4096
FLIPPED = bytes(byte ^ 255 for byte in range(256))
WINTER = {"start": "2025-12-10", "end": "2025-12-20"}  # Which nobody has asked for yet.


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version that is larger than what the answers of these days read: a row group has 122,880 rows."""
    shop = Shop(tmp_path_factory.mktemp("damage"))
    duckdb.sql(f"""
        select
            'begin_checkout' as event_type, 's' || number as session_id, number % 60 as price,
            timestamptz '{NOW}' - to_seconds(hash(number) % 8640000) as created_at
        from range(150_000) as numbers (number)
    """).write_parquet(str(shop.landing / "events.parquet"))
    return shop.built().link.resolve()


@pytest.fixture
def shop(tmp_path: Path, good: Path) -> Shop:
    """A shop with that version only."""
    shop = Shop(tmp_path)
    (shop.warehouse / "versions").mkdir(parents=True)
    publish(shop, good, "1-good")
    return shop


def publish(shop: Shop, good: Path, name: str) -> Path:
    """Publish a copy of the good version under a name, which says how new it is."""
    copy = shop.warehouse / "versions" / f"{name}.duckdb"
    shutil.copyfile(good, copy)
    swap_symlink(shop.link, copy)
    return copy


def damage(path: Path) -> None:
    """Flip every bit but those of the headers, in place, as a disk that lies does."""
    with path.open("r+b") as file:
        file.seek(HEADERS)
        content = file.read().translate(FLIPPED)
        file.seek(HEADERS)
        file.write(content)


def checkouts(good: Path) -> int:
    """How many the days of WINTER have, in which nobody began twice."""
    with duckdb.connect(good, read_only=True) as version:
        ((count,),) = version.execute(
            "select count(*) from fct_events where cast(occurred_at as date) between $start and $end", WINTER
        ).fetchall()
    return int(count)


def test_version_damaged_while_served_is_replaced_by_the_last_good_one(shop: Shop, good: Path) -> None:
    with shop.serving(NOW) as server:
        damaged = publish(shop, good, "2-damaged")
        server.follows()
        damage(damaged)
        answer = server.get(MONEY_AT_RISK, **WINTER)
        assert (answer.status_code, answer.headers["X-Data-Version"]) == (200, "1-good")
        assert answer.json()["checkouts"] == checkouts(good)
        health = server.client.get("/healthz").json()
        assert (health["version"], health["damaged_versions"]) == ("1-good", ["2-damaged"])
        assert server.get().headers["X-Data-Version"] == "1-good"
        publish(shop, good, "3-mended")
        server.follows()
        assert server.client.get("/healthz").json()["damaged_versions"] == []


@pytest.mark.parametrize("fault", ["flipped", "cut", "empty", "noise", "gone"])
def test_server_started_on_a_damaged_version_serves_the_last_good_one(
    shop: Shop, good: Path, fault: str
) -> None:
    damaged = publish(shop, good, "2-damaged")
    match fault:
        case "flipped":
            damage(damaged)
        case "cut":
            damaged.write_bytes(damaged.read_bytes()[:20_000])
        case "empty":
            damaged.write_bytes(b"")
        case "noise":
            damaged.write_bytes(b"noise" * 100_000)
        case "gone":
            damaged.unlink()
    with shop.serving(NOW) as server:
        answer = server.get(MONEY_AT_RISK, **WINTER)
        assert (answer.status_code, answer.headers["X-Data-Version"]) == (200, "1-good")
        assert server.client.get("/healthz").json()["damaged_versions"] == ["2-damaged"]


def test_health_reports_unreadable_versions_until_one_is_readable(shop: Shop, good: Path) -> None:
    (version,) = (shop.warehouse / "versions").glob("*.duckdb")
    with shop.serving(NOW) as server:
        damage(version)
        refused = server.get(MONEY_AT_RISK, **WINTER)
        assert refused.status_code == 503
        assert "make build" in refused.json()["detail"]
        damage(version)  # Twice is not at all.
        server.follows()
        assert server.get(MONEY_AT_RISK, **WINTER).json()["checkouts"] == checkouts(good)


def test_version_without_a_database_leaves_the_last_good_one_in_service(
    shop: Shop, good: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with shop.serving(NOW) as server:
        before = server.get(MONEY_AT_RISK, **WINTER)
        publish(shop, good, "2-noise").write_bytes(b"noise" * 10_000)
        deadline = time.monotonic() + 10
        while "version 2-noise cannot be read" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert str(shop.folder) not in caplog.text
        assert server.get(MONEY_AT_RISK, **WINTER).content == before.content
        publish(shop, good, "3-mended")
        server.follows()
        assert server.get(MONEY_AT_RISK, **WINTER).content == before.content
