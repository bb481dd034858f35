"""Takes a customer's address out of the warehouse, for good: `EMAIL=… python plugins/erasure.py`.

Builds after it read the same landing files, so they must know what to leave out: the file `erased` below
WAREHOUSE_DIR has a line for each address, with its lengths before and after the @ and its hash.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
from versions import LINK, alone_in, comments, publish_version, quoted, sweep_unfinished, sync

ERASED = "erased"
BUILD, LANDED = "build.duckdb", "landed.tmp"
PATIENCE = 120  # Seconds to wait for a build to end.

DEFINITION = """
    create or replace macro landed.without_erased(value) as case
        when
            regexp_matches(value, '@|%40|u0040')
            and list_has_any(
                list_transform({parts}, lambda part: sha256(part)), [{hashes}]
            )
            then 'erased ' || left(sha256(value), 16)
        else value
    end
"""
# As it stands, and without the escapes of JSON and of addresses of the web.
SPELLINGS = (
    "lower(value)",
    """lower(url_decode(coalesce(
        try_cast('"' || replace(value, '"', '') || '"' as json) ->> '$', value
    )))""",
)


class ErasureError(Exception):
    """An address that cannot be erased; the message says why."""


def erased_addresses(warehouse: Path) -> list[str]:
    """A line for each erased address: characters before the @, characters after it, SHA-256 of it."""
    path = warehouse / ERASED
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def define_without_erased(connection: duckdb.DuckDBPyConnection, erased: list[str]) -> None:
    """Make `landed.without_erased(text)`: the text, or what stands for one with such an address.

    What stands for it differs where the text does, so that as many keys are told apart as before.
    """
    lengths = sorted({tuple(line.split()[:2]) for line in erased})
    parts = [
        f"regexp_extract_all({spelling}, '(?s).{{{before}}}@.{{{after}}}')"
        for before, after in lengths
        for spelling in SPELLINGS
    ]
    hashes = [f"'{line.split()[2]}'" for line in erased]
    definition = DEFINITION.format(parts=" || ".join(parts), hashes=", ".join(hashes))
    connection.execute("attach if not exists ':memory:' as landed")
    connection.execute(
        definition if erased else "create or replace macro landed.without_erased(value) as value"
    )


def erase(warehouse: Path, address: str) -> None:
    """Note the address for all builds to come, and take it out of what is there. Raises ErasureError.

    The tables of a build on Spark are removed; the next one writes them whole, as always.
    """
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise ErasureError("EMAIL must be an e-mail address.")
    note(warehouse, address)
    if (warehouse / BUILD).exists():
        erase_from_build(warehouse)
    shutil.rmtree(warehouse / "spark", ignore_errors=True)
    erase_from_versions(warehouse)


def note(warehouse: Path, address: str) -> None:
    warehouse.mkdir(parents=True, exist_ok=True)
    line = duckdb.execute(
        """
        select concat_ws(' ', length(split_part(address, '@', 1)), length(split_part(address, '@', 2)),
            sha256(address))
        from (select lower(?) as address)
        """,
        [address],
    ).fetchone()
    assert line
    lines = sorted({*erased_addresses(warehouse), line[0]})
    unfinished = warehouse / f"{ERASED}.tmp"
    unfinished.write_text("".join(f"{each}\n" for each in lines), encoding="ascii")
    sync(unfinished)
    unfinished.replace(warehouse / ERASED)
    sync(warehouse)


def opened(build: Path) -> duckdb.DuckDBPyConnection:
    """The build file, once no build has it open. Raises ErasureError."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return duckdb.connect(build)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() > deadline:
                raise ErasureError(f"{build} cannot be opened: {error}") from None
            time.sleep(0.2)


def erase_from_build(warehouse: Path) -> None:
    """Write the build file anew, as what is only changed in it leaves its old bytes behind."""
    build = warehouse / BUILD
    unfinished = warehouse / f"{ERASED}.duckdb.tmp"
    with opened(build) as connection:
        connection.execute("checkpoint")
        # What was left by an erasure that was killed, or by a build.
        for path in (*warehouse.glob(f"{unfinished.name}*"), *warehouse.glob(f"{LANDED}*")):
            path.unlink()
        shutil.rmtree(warehouse / f"{BUILD}.tmp", ignore_errors=True)
        define_without_erased(connection, erased_addresses(warehouse))
        connection.execute(f"attach '{quoted(unfinished)}' as unfinished")
        tables = tables_of(connection, "build")
        # Without these, the next build makes everything anew of what it has kept.
        for known in ("last_publication", "last_build"):
            tables.pop(known, None)
        copy(connection, "build", tables)
        found = connection.execute("select sql from duckdb_views() where not internal").fetchall()
        views = " ".join(sql for (sql,) in found)
        connection.execute(f"use unfinished; begin; {comments(tables)} {views} commit; use build")
        connection.execute("detach unfinished")
        sync(unfinished)
        # Until the old one is closed, no build can begin.
        unfinished.replace(build)
        sync(warehouse)


def erase_from_versions(warehouse: Path) -> None:
    """Publish the newest version anew where it holds an erased address, and remove every other that may."""
    link, versions = warehouse / LINK, warehouse / "versions"
    if versions.exists():
        with alone_in(versions):
            sweep_unfinished(versions)
    for path in sorted(versions.glob("*.duckdb"), reverse=True):
        is_newest = path == link.resolve()
        with duckdb.connect() as connection:
            define_without_erased(connection, erased_addresses(warehouse))
            try:
                connection.execute(f"attach '{quoted(path)}' as published (read_only)")
                tables = tables_of(connection, "published")
                if not any(holds_erased(connection, *table) for table in tables.items()):
                    continue
                if is_newest:
                    publish_again(connection, warehouse, tables)
            except duckdb.Error as error:
                if is_newest:
                    raise ErasureError(f"{path} is damaged: build, then erase again. ({error})") from None
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


def holds_erased(connection: duckdb.DuckDBPyConnection, table: str, described: dict[str, Any]) -> bool:
    differs = " or ".join(f"landed.without_erased({text}) != {text}" for text in described["texts"])
    found = connection.execute(f"from published.{table} where {differs or 'false'} limit 1")
    return found.fetchone() is not None


def copy(connection: duckdb.DuckDBPyConnection, database: str, tables: dict[str, Any]) -> None:
    """Write the tables into the database `unfinished`, without erased addresses."""
    for table, described in tables.items():
        replaced = ", ".join(f"landed.without_erased({text}) as {text}" for text in described["texts"])
        columns = f"* replace ({replaced})" if replaced else "*"
        connection.execute(f"create table unfinished.{table} as select {columns} from {database}.{table}")


def main() -> None:
    address = os.environ.get("EMAIL", "").strip()
    try:
        erase(Path(os.environ.get("WAREHOUSE_DIR") or "warehouse"), address)
    except ErasureError as error:
        sys.exit(str(error))
    print("Erased from the warehouse and from all builds to come. Landed files are left as they are.")


if __name__ == "__main__":
    main()
