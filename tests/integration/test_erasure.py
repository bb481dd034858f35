"""Erasure: no address is left, and no count changes."""

import hashlib
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from tests.support.erasure import (
    ACCENTED,
    ADDRESS,
    AMONG_OTHERS,
    AT,
    OTHERS,
    SPELLINGS,
    counts,
    digests,
    erase,
    holders,
    land,
    pseudonym,
    quarantined_texts,
)
from tests.support.shop import NOW, RFM, Shop, event


def test_erased_address_is_nowhere_after_any_build_and_counts_stay(shop: Shop) -> None:
    for name in ("a.ndjson", "b.ndjson"):
        land(shop, name)
    before = counts(shop.built())
    assert holders(shop.warehouse) == {"build.duckdb"}
    assert holders(shop.warehouse, b"bob@", b"example.com") == {"build.duckdb"}
    (shop.landing / "b.ndjson").unlink()
    # What is damaged, and what a killed build leaves.
    for name in (
        "versions/20200101T000000000000Z.duckdb",
        "versions/30000101T000000000000Z.tmp",
        "landed.tmp.wal",
    ):
        (shop.warehouse / name).write_bytes(ADDRESS.encode() * 1000)
    with shop.build_database() as build:
        buyers = build.sql(
            "select buyer_id, count(*) from int_purchases group by all order by all"
        ).fetchall()

    result = erase(shop)
    assert result.returncode == 0, result.stderr
    assert ADDRESS not in result.stdout + result.stderr
    # Two of the accented ones too, whose letters nobody can tell: when in doubt, a text goes.
    assert f"6 events and {2 * (len(SPELLINGS) + len(AMONG_OTHERS) + 6)} quarantined rows" in result.stdout
    assert erase(shop, ACCENTED).returncode == 0
    assert holders(shop.warehouse) == set()
    assert counts(shop) == before
    kept = [text for text in quarantined_texts(shop) if not text.startswith("address-")]
    assert sorted(kept) == sorted(2 * [f'{{"user_id": "{text}", "metadata": "Calle 1"}}' for text in OTHERS])
    with shop.build_database() as build:
        strangers = build.sql(
            "select buyer_id, count(*) from int_purchases group by all order by all"
        ).fetchall()
    assert sorted(count for _, count in strangers) == sorted(count for _, count in buyers)
    (erased,) = {buyer for buyer, _ in buyers} - {buyer for buyer, _ in strangers}
    assert erased not in texts_of(shop)

    version = shop.link.readlink()
    (shop.landing / "a.ndjson").touch()
    assert counts(shop.built()) == before
    assert shop.link.readlink() != version
    assert holders(shop.warehouse) == set()
    land(shop, "b.ndjson")
    assert shop.build("--full-refresh").returncode == 0
    assert counts(shop) == before
    assert holders(shop.warehouse) == set()
    assert "0 events and 0 quarantined rows had the address" in erase(shop, "nobody@example.com").stdout


def test_pseudonym_identifies_a_customer_until_erasure(shop: Shop) -> None:
    def customers() -> dict[str, int]:
        with shop.serving(NOW) as server:
            return {each["visitor_id"]: each["frequency"] for each in server.get(RFM).json()["rfm"]}

    assert "is no warehouse" in pseudonym(shop).stderr
    land(shop, "a.ndjson")
    shop.built()
    hers = pseudonym(shop).stdout.strip()
    assert re.fullmatch("[0-9a-f]{16}", hers)
    assert customers() == {hers: 2}
    assert holders(shop.warehouse, hers.encode()) >= {"build.duckdb", shop.link.resolve().name}

    def assert_is_erased() -> None:
        assert holders(shop.warehouse, hers.encode()) == set()
        assert [*customers().values()] == [2]
        refused = pseudonym(shop)
        assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", "This customer was erased.\n")

    assert erase(shop).returncode == 0
    assert_is_erased()
    shop.built()
    assert_is_erased()


def texts_of(shop: Shop) -> set[str]:
    """All that the columns of texts of the build file hold."""
    with shop.build_database() as build:
        columns = build.sql(
            "select table_name, column_name from duckdb_columns()"
            " where database_name = 'build' and not internal and data_type = 'VARCHAR'"
        ).fetchall()
        return {
            text
            for table, column in columns
            for (text,) in build.sql(f"select distinct {column} from {table}").fetchall()
        }


def test_warehouse_without_a_key_drops_unkeyed_hashes_and_keeps_erasures(shop: Shop) -> None:
    land(shop, "a.ndjson")
    before = counts(shop.built())
    old = shop.link.resolve()
    # As a release left it that had no key yet.
    (shop.warehouse / "key").unlink()
    name, domain = ADDRESS.lower().split("@")
    digest = hashlib.sha256(ADDRESS.lower().encode()).hexdigest()
    (shop.warehouse / "erased").write_text(f"{len(name)} {len(domain)} {digest}\n", encoding="ascii")
    with duckdb.connect(shop.warehouse / "build.duckdb") as build:
        build.execute("drop table made_with_key")
        build.execute("create table old as select md5(?) as buyer_id from range(1000)", [ADDRESS])
    hashes = digests(ADDRESS)
    assert holders(shop.warehouse, *hashes) == {"build.duckdb", "erased"}
    assert "build, then erase again" in erase(shop).stderr

    said = shop.build().stdout
    assert "The hashes of customers have a key from now on. All landed files are read anew" in said
    assert holders(shop.warehouse, *hashes) == set()
    assert not old.exists()
    after = counts(shop)
    for field in ("total_sales", "retention_metrics", "session_stats", "quarantine"):
        assert after[field] == before[field]
    assert sum(ADDRESS in text for text in quarantined_texts(shop)) == 0
    assert (shop.warehouse / "key").stat().st_mode & 0o777 == 0o600

    shutil.move(shop.warehouse / "key", shop.folder / "key")
    assert "key is not the key that" in shop.build().stdout
    shutil.move(shop.folder / "key", shop.warehouse / "key")
    assert "Nothing is new" in shop.made().stdout


@pytest.mark.parametrize(
    "address", ["", "ana", "ana @example.com", f"{'a' * 65}@example.com", f"a@{'b' * 256}"]
)
def test_invalid_email_is_refused(shop: Shop, address: str) -> None:
    result = erase(shop, address)
    assert (result.returncode, result.stderr) == (1, "EMAIL must be an e-mail address.\n")


def test_concurrent_erasures_both_take_effect(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", AT, session_id="s")])
    shop.built("int_events")
    with ThreadPoolExecutor(2) as erasing:
        results = list(erasing.map(lambda number: erase(shop, f"{number}@example.com"), range(2)))
    assert {result.returncode for result in results} == {0}, results
    assert len((shop.warehouse / "erased").read_text(encoding="ascii").splitlines()) == 2


def test_folder_without_a_warehouse_is_refused_and_not_created(shop: Shop) -> None:
    result = erase(shop)
    assert result.returncode == 1 and "is no warehouse: nothing was built in it" in result.stderr
    assert not shop.warehouse.exists()
