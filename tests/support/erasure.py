"""A customer's address in every field and spelling, and a search for it."""

import hashlib
import json
import os
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import duckdb

from pipeline.paths import ROOT
from tests.support.forked import run_module
from tests.support.shop import NOW, Shop, event

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
    """What `make erase` runs."""
    return run("pipeline.erasure", shop, address)


def pseudonym(shop: Shop) -> subprocess.CompletedProcess[str]:
    """What `make pseudonym` runs."""
    return run("pipeline.pseudonym", shop, ADDRESS)


def run(module: str, shop: Shop, address: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WAREHOUSE_DIR": str(shop.warehouse), "EMAIL": address}
    return run_module(module, folder=ROOT, environment=environment)


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
            parts = [path.read_bytes().lower()]
            if path.suffix == ".duckdb":
                with duckdb.connect(path, read_only=True) as connection:
                    for (table,) in connection.sql("show tables").fetchall():
                        rows = connection.sql(f"from {table}").fetchall()
                        parts.append(str(rows).lower().replace("\\\\", "\\").encode())
            content = b"".join(parts)
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
