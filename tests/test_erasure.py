"""A customer who is erased: what is left of the address, and what is not to change."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import NOW
from tests.shop import ROOT, Shop, event

ADDRESS = "Ana+1@example.com"
AT, LATER = "2026-03-07T10:00:00Z", "2026-03-07T11:00:00Z"
# As it may be written in a file; the landed text keeps each as it is.
SPELLINGS = [ADDRESS, "ana+1@example.com", "ana\\u002b1@example.com", "ANA%2B1%40example.com"]


def erase(shop: Shop, address: str = ADDRESS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "plugins/erasure.py"],
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
    quarantined = [f'{{"user_id": "{spelling}", "metadata": "Calle 1"}}' for spelling in SPELLINGS]
    return [json.dumps(each) for each in events] + [*quarantined, '{"user_id": "bob@example.com"}', ADDRESS]


def land(shop: Shop, name: str) -> None:
    (shop.landing / name).write_text("\n".join(rows()), encoding="utf-8")


def holders(folder: Path) -> set[str]:
    """The files that hold the address, in their bytes or in a value that is kept compressed."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if path.suffix == ".duckdb":
                with duckdb.connect(path, read_only=True) as connection:
                    for (table,) in connection.sql("show tables").fetchall():
                        content += str(connection.sql(f"from {table}").fetchall()).lower().encode()
            if any(spelling.lower().encode() in content for spelling in SPELLINGS):
                found.add(path.name)
    return found


def counts(shop: Shop) -> dict[str, Any]:
    """The endpoint's answer and the quarantine, but for the names that give way."""
    with shop.serving(NOW) as server:
        answer = server.stats()
    for field in ("top_products", "traffic_sources", "product_performance"):
        answer[field] = sorted(tuple(row.values())[1:] for row in answer[field] if "bob" not in str(row))
    answer["product_performance"] = [row[1:] for row in answer["product_performance"]]
    answer["whatsapp_sessions_list"] = len(answer["whatsapp_sessions_list"])
    with shop.published() as published:
        answer["quarantine"] = published.sql("from mart_quarantine order by all").fetchall()
    return answer


def test_an_erased_address_is_nowhere_and_comes_with_no_build_while_counts_stay(shop: Shop) -> None:
    for name in ("a.ndjson", "b.ndjson"):
        land(shop, name)
    before = counts(shop.built())
    assert {"build.duckdb", shop.link.resolve().name} <= holders(shop.warehouse)
    (shop.landing / "b.ndjson").unlink()
    # What is damaged, and what a killed build leaves.
    for name in (
        "versions/20200101T000000000000Z.duckdb",
        "versions/20300101T000000000000Z.tmp",
        "landed.tmp.wal",
    ):
        (shop.warehouse / name).write_bytes(ADDRESS.encode() * 1000)

    result = erase(shop)
    assert result.returncode == 0, result.stderr
    assert ADDRESS not in result.stdout + result.stderr
    assert holders(shop.warehouse) == set()
    assert counts(shop) == before
    with shop.build_database() as build:
        texts = [text for (text,) in build.sql("select text from stg_quarantine").fetchall()]
    assert texts.count('{"user_id": "bob@example.com"}') == 2

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


@pytest.mark.parametrize("address", ["", "ana", "ana @example.com"])
def test_what_is_no_address_is_refused(shop: Shop, address: str) -> None:
    result = erase(shop, address)
    assert (result.returncode, result.stderr) == (1, "EMAIL must be an e-mail address.\n")
