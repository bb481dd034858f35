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
from typing import Any

import duckdb

from pipeline.addresses import (
    LONGEST_DOMAIN,
    LONGEST_NAME,
    SIGN,
    define_addresses,
    pseudonyms_of,
    write_erased,
)
from pipeline.build_file import ROWS, open_build_file
from pipeline.durable import locked, sync
from pipeline.paths import BUILD, ERASED, KEY, LANDED, LINK, SPARK, VERSIONS, warehouse_folder
from pipeline.quoting import quoted
from pipeline.versions import comments, publish_version, remove_leftovers

NO_TEXT = "select null, null, null"
BUYER = "buyer_id"
FOUND = f"""
    select
        count(*) filter (where quarantine_reason is null and list_contains(?, {BUYER})),
        count(*) filter (where landed.without_erased(quarantined_text) != quarantined_text)
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
        tables = tables_of(connection, "build")
        found = (0, 0)
        if ROWS in tables:
            (found,) = connection.execute(FOUND, [buyers]).fetchall()
        # Without this table, the next build is a full refresh.
        tables.pop("last_publication", None)
        copy(connection, "build", tables)
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
                publish_again(connection, warehouse, tables_of(connection, "published"))
            except duckdb.Error as error:
                raise ErasureError(f"{link} is damaged: build, then erase again. ({error})") from None
    for path in versions.glob("*.duckdb"):
        if path != link.resolve():
            path.unlink()
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)


def publish_again(connection: duckdb.DuckDBPyConnection, warehouse: Path, published: dict[str, Any]) -> None:
    tables = {table: described for table, described in published.items() if table != "published_build"}
    ((store_timezone, inputs),) = connection.execute(
        "select store_timezone, inputs from published.published_build"
    ).fetchall()
    publish_version(
        connection,
        warehouse,
        {"tables": tables, "store_timezone": store_timezone},
        inputs,
        fill=lambda: copy(connection, "published", tables),
    )


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, Any]:
    """Each table's description and those of its columns, as `versions.comments` takes them, and its texts."""
    tables: dict[str, Any] = {}
    found = connection.execute(
        """
        select table_name, coalesce(tables.comment, ''), column_name, coalesce(columns.comment, ''),
            data_type = 'VARCHAR' and column_name != 'file'
        from duckdb_tables() as tables
        join duckdb_columns() as columns using (database_name, schema_name, table_name)
        where database_name = ?
        """,
        [database],
    )
    for table, description, column, column_description, is_text in found.fetchall():
        described = tables.setdefault(table, {"description": description, "columns": {}, "texts": []})
        described["columns"][column] = column_description
        if is_text:
            described["texts"].append(column)
    return tables


def copy(connection: duckdb.DuckDBPyConnection, database: str, tables: dict[str, Any]) -> None:
    """Write the tables into the database `target`, without erased addresses and buyers."""
    texts = [
        f"select '{table}', '{column}', {column} from {database}.{table}"
        for table, described in tables.items()
        for column in described["texts"]
        if column != BUYER
    ]
    # In two steps: DuckDB plans an expression above a union once for each part of it. `without_erased`
    # takes 40 ms, and the build file has a hundred columns of texts.
    connection.execute(f"""
        create or replace temporary table suspected as
        select distinct *
        from ({" union all ".join(texts) or NO_TEXT}) as texts (table_name, column_name, text)
        where regexp_matches(text, '{SIGN}');

        create or replace temporary table replaced as
        select *, landed.without_erased(text) as instead
        from suspected
        where instead != text
    """)
    found = connection.execute("select distinct table_name, column_name from replaced").fetchall()
    for table, described in tables.items():
        values = {column: replaced_text(table, column) for name, column in found if name == table}
        if BUYER in described["texts"]:
            values[BUYER] = f"landed.stranger({BUYER})"
        replaced = ", ".join(f"{value} as {column}" for column, value in values.items())
        columns = f"* replace ({replaced})" if replaced else "*"
        connection.execute(f"create table target.{table} as select {columns} from {database}.{table} as old")


def replaced_text(table: str, column: str) -> str:
    instead = (
        "select any_value(instead) from replaced"
        f" where table_name = '{table}' and column_name = '{column}' and text = old.{column}"
    )
    return f"coalesce(({instead}), {column})"


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
