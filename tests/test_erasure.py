"""A customer who is erased: what is left of the address, and what is not to change."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import NOW
from tests.shop import ROOT, Shop, event

ADDRESS, ACCENTED = "Ana+1@example.com", "josé@example.com"
AT, LATER = "2026-03-07T10:00:00Z", "2026-03-07T11:00:00Z"
# As it may be written in a file; the landed text keeps each as it is.
SPELLINGS = [
    ADDRESS,
    "ana+1@example.com",
    "ana\\u002b1@example.com",
    "ANA%2B1%40example.com",
    "ana+1%2540example.com",
    "ana+1&#64;example.com",
    "ana+1&#x40;example.com",
    "ana+1＠example.com",
    "ana\\\\u002B1@example.com",
]
AMONG_OTHERS = ["bob@x.co,{}", "bob@x.co {}", "cc: bob@hey.com, {}", "order-{}-1"]
OTHERS = ["bob@example.com", "mariana+1@example.com", "ana+1@example.community", "Camisa @ 50"]


def erase(shop: Shop, address: str = ADDRESS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.erasure"],
        cwd=ROOT,
        env={**os.environ, "WAREHOUSE_DIR": str(shop.warehouse), "EMAIL": address},
        capture_output=True,
        text=True,
    )


def rows() -> list[str]:
    """Purchases of the customer and of others, an address in every field, and rows that are quarantined."""
    events = [
        event("purchase", AT, user_id=ADDRESS),
        event("purchase", AT, user_id=ADDRESS, session_id="other"),
        event("begin_checkout", AT, user_id="bob@example.com"),
        event("whatsapp_cart_click", AT, session_id=ADDRESS),
        event("whatsapp_cart_click", AT, session_id="bob@example.com"),
        event(f"mail to {ADDRESS}", AT, idempotency_key=f"order-{ADDRESS}-1"),
        event("purchase", LATER, product_slug=ADDRESS, product_name=f"For {ADDRESS}", source=ADDRESS),
    ]
    texts = [*SPELLINGS, *(among.format(ADDRESS) for among in AMONG_OTHERS), *accented(), *OTHERS]
    quarantined = [f'{{"user_id": "{text}", "metadata": "Calle 1"}}' for text in texts]
    # As text within text, cut within an escape, and with a tab, neither of which is JSON.
    odd = [
        '{"user_id":"ana\\u002B1@example.com","metadata":"{\\"quantity\\": 2}"}',
        '{"user_id":"ana\\u002B1@example.com","metadata":"{\\u00',
        '{"user_id":"ana\\u002B1@example.com","metadata":"\t"}',
    ]
    return [json.dumps(each) for each in events] + [*quarantined, *odd, ADDRESS]


def accented() -> list[str]:
    return [
        ACCENTED,
        unicodedata.normalize("NFD", ACCENTED),
        "jos\\u00e9@example.com",
        "jos%C3%A9%40example.com",
    ]


def land(shop: Shop, name: str) -> None:
    (shop.landing / name).write_text("\n".join(rows()), encoding="utf-8")


def digests(*addresses: str) -> set[bytes]:
    """What somebody who has a list of addresses would look for: the beginnings of their hashes."""
    return {
        hashlib.new(algorithm, spelling.encode()).hexdigest()[:12].encode()
        for address in addresses
        for spelling in (address, address.lower())
        for algorithm in ("md5", "sha1", "sha256")
    }


def holders(folder: Path, *wanted: bytes) -> set[str]:
    """The files that hold one of these, in their bytes or in a value that is kept compressed.

    Unless told otherwise these are the addresses in all spellings, and their hashes.
    """
    spelled = [spelling.lower().encode() for spelling in (*SPELLINGS, *accented())]
    wanted = wanted or (*spelled, *digests(ADDRESS, ACCENTED))
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if path.suffix == ".duckdb":
                with duckdb.connect(path, read_only=True) as connection:
                    for (table,) in connection.sql("show tables").fetchall():
                        rows = connection.sql(f"from {table}").fetchall()
                        content += str(rows).lower().replace("\\\\", "\\").encode()
            for other in OTHERS:
                content = content.replace(other.encode(), b"")
            if any(each in content for each in wanted):
                found.add(path.name)
    return found


def counts(shop: Shop) -> dict[str, Any]:
    """The endpoint's answer and the quarantine."""
    with shop.serving(NOW) as server:
        answer = server.stats()
    with shop.published() as published:
        answer["quarantine"] = published.sql("from mart_quarantine order by all").fetchall()
    return answer


def quarantined_texts(shop: Shop) -> list[str]:
    with shop.build_database() as build:
        return [text for (text,) in build.sql("select text from stg_landing__quarantine").fetchall()]


def test_an_erased_address_is_nowhere_and_comes_with_no_build_while_counts_stay(shop: Shop) -> None:
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
    assert len({buyer for buyer, _ in buyers} - {buyer for buyer, _ in strangers}) == 1

    version = shop.link.readlink()
    assert counts(shop.built()) == before
    assert shop.link.readlink() != version
    (shop.landing / "a.ndjson").touch()
    assert counts(shop.built()) == before
    assert holders(shop.warehouse) == set()
    land(shop, "b.ndjson")
    assert shop.build("--full-refresh").returncode == 0
    assert counts(shop) == before
    assert holders(shop.warehouse) == set()
    assert "0 events and 0 quarantined rows had the address" in erase(shop, "nobody@example.com").stdout


def test_a_warehouse_of_before_the_key_loses_its_hashes_and_who_was_erased_stays_so(shop: Shop) -> None:
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
    assert "Nothing is new" in shop.built().build().stdout


@pytest.mark.parametrize(
    "address", ["", "ana", "ana @example.com", f"{'a' * 65}@example.com", f"a@{'b' * 256}"]
)
def test_what_is_no_address_is_refused(shop: Shop, address: str) -> None:
    result = erase(shop, address)
    assert (result.returncode, result.stderr) == (1, "EMAIL must be an e-mail address.\n")


def test_of_two_erasures_at_once_neither_is_forgotten(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", AT, session_id="s")])
    shop.built()
    with ThreadPoolExecutor(2) as erasing:
        results = list(erasing.map(lambda number: erase(shop, f"{number}@example.com"), range(2)))
    assert {result.returncode for result in results} == {0}, results
    assert len((shop.warehouse / "erased").read_text(encoding="ascii").splitlines()) == 2


def test_a_folder_that_is_no_warehouse_is_refused_and_not_made(shop: Shop) -> None:
    result = erase(shop)
    assert result.returncode == 1 and "is no warehouse: nothing was built in it" in result.stderr
    assert not shop.warehouse.exists()
