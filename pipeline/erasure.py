"""Takes a customer's address out of the warehouse, for good: `EMAIL=… python -m pipeline.erasure`.

Builds after it read the same landing files, so they must know what to leave out: a line of
`WAREHOUSE_DIR/erased` tells it (see `addresses.py`).
"""

import os
import re
import shutil
import sys
from pathlib import Path
from secrets import token_hex

import duckdb

from pipeline.addresses import LONGEST_DOMAIN, LONGEST_NAME, define_addresses
from pipeline.build_file import ROWS, open_build_file
from pipeline.described_tables import comments
from pipeline.durable import locked, sync
from pipeline.paths import BUILD, ERASED, KEY, LANDED, LINK, SPARK, VERSIONS, warehouse_folder
from pipeline.pseudonyms import pseudonyms_of, write_erased
from pipeline.quoting import quoted
from pipeline.redaction import copy_redacted, descriptions
from pipeline.versions import publish_version, remove_leftovers

FOUND = f"""
    select
        count(*) filter (where quarantine_reason is null and list_contains(?, buyer_id)),
        count(*) filter (where landed.redacted(quarantined_text) != quarantined_text)
    from build.{ROWS}
"""


class ErasureError(Exception):
    """An address that cannot be erased; the message says why."""


def erase(warehouse: Path, address: str) -> str:
    """Record the address for all builds to come, and remove it from what exists; what was done, in words.

    The tables of a build on Spark are removed; the next one writes them whole, as always. Raises
    ErasureError.
    """
    if not re.fullmatch(rf"[^@\s]{{1,{LONGEST_NAME}}}@[^@\s]{{1,{LONGEST_DOMAIN}}}", address):
        raise ErasureError("EMAIL must be an e-mail address.")
    if not any((warehouse / name).exists() for name in (BUILD, LINK, SPARK)):
        raise ErasureError(f"{warehouse} is no warehouse: nothing was built in it. Set WAREHOUSE_DIR.")
    if not (warehouse / KEY).exists():
        raise ErasureError(
            "This warehouse is of an earlier release, or lacks its file `key`: build, then erase again."
        )
    try:
        with locked(warehouse):
            buyers = record_erased(warehouse, address)
        found = erase_from_build(warehouse, buyers) if (warehouse / BUILD).exists() else None
        removed = [path for path in [warehouse / SPARK] if path.exists()]
        for path in removed:
            shutil.rmtree(path)
        erase_from_versions(warehouse)
    except OSError as error:
        raise ErasureError(f"Not all was erased: {error.filename}: {error.strerror}. Erase again.") from None
    return ", and ".join(
        [
            *([f"{found[0]} events and {found[1]} quarantined rows had the address"] if found else []),
            *(["the tables of builds on Spark were removed"] if removed else []),
        ]
    )


def record_erased(warehouse: Path, address: str) -> list[str]:
    """Write the line of an address; the hashes of the buyer in four spellings."""
    pseudonyms = pseudonyms_of(warehouse)
    spellings = list(dict.fromkeys([address, address.lower(), address.upper(), address.capitalize()]))
    with duckdb.connect() as connection:
        define_addresses(connection, pseudonyms)
        ((known, buyers),) = connection.execute(
            "select landed.address_hash(landed.plain_text(?)),"
            " list_transform(?, lambda id: landed.keyed(id))",
            [address, spellings],
        ).fetchall()
    lines = {line.split()[0]: line.split()[1:] for line in pseudonyms.erased}
    salt, *others = lines.get(known, [token_hex(16)])
    lines[known] = [salt, *dict.fromkeys([*others, *buyers])]
    write_erased(warehouse, (" ".join([each, *line]) for each, line in lines.items()))
    return list(buyers)


def erase_from_build(warehouse: Path, buyers: list[str]) -> tuple[int, int]:
    """Write the build file anew, because DuckDB leaves the old bytes of changed rows in a file.

    How many events were of these buyers, and how many rows of the quarantine held an erased address.
    """
    build = warehouse / BUILD
    unfinished = warehouse / f"{ERASED}.duckdb.tmp"
    try:
        connection = open_build_file(build)
    except duckdb.IOException as error:
        raise ErasureError(f"{build} cannot be opened: {error}") from None
    with connection:
        connection.execute("checkpoint")
        # What was left by an erasure that was killed, or by a build.
        for path in (*warehouse.glob(f"{unfinished.name}*"), *warehouse.glob(f"{LANDED}*")):
            path.unlink()
        spilled = warehouse / f"{BUILD}.tmp"
        if spilled.exists():
            shutil.rmtree(spilled)
        define_addresses(connection, pseudonyms_of(warehouse))
        connection.execute(f"attach {quoted(unfinished)} as target")
        tables = descriptions(connection, "build")
        found = (0, 0)
        if ROWS in tables:
            (found,) = connection.execute(FOUND, [buyers]).fetchall()
        # Without this table, the next build is a full refresh.
        tables.pop("last_publication", None)
        copy_redacted(connection, "build", tables)
        views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
        made_again = " ".join(sql for (sql,) in views)
        connection.execute(f"use target; begin; {comments(tables)} {made_again} commit; use build")
        connection.execute("detach target")
        sync(unfinished)
        # No build can begin before the old file is closed.
        unfinished.replace(build)
        sync(warehouse)
    return found


def erase_from_versions(warehouse: Path) -> None:
    """Publish the newest version anew and remove all others.

    Not as a copy of its file, which may hold bytes of rows that it no longer has.
    """
    link, versions = warehouse / LINK, warehouse / VERSIONS
    if not versions.exists():
        return
    with locked(versions):
        remove_leftovers(versions)
    if link.exists():
        with duckdb.connect() as connection:
            define_addresses(connection, pseudonyms_of(warehouse))
            try:
                connection.execute(f"attach {quoted(link.resolve())} as published (read_only)")
                publish_again(connection, warehouse)
            except duckdb.Error as error:
                raise ErasureError(f"{link} is damaged: build, then erase again. ({error})") from None
    for path in versions.glob("*.duckdb"):
        if path != link.resolve():
            path.unlink()
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)


def publish_again(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Publish a redacted copy of the database `published`."""
    tables = descriptions(connection, "published")
    del tables["published_build"]
    ((store_timezone, inputs),) = connection.execute(
        "select store_timezone, inputs from published.published_build"
    ).fetchall()
    publish_version(
        connection,
        warehouse,
        tables,
        store_timezone,
        inputs,
        fill=lambda: copy_redacted(connection, "published", tables),
    )


def main() -> None:
    address = os.environ.get("EMAIL", "").strip()
    try:
        done = erase(warehouse_folder(), address)
    except ErasureError as error:
        sys.exit(str(error))
    print(
        f"Erased from the warehouse and from all builds to come: {done}. Landed files are left as they are."
    )


if __name__ == "__main__":
    main()
