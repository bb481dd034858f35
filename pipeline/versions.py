"""Publishes a version: writes a new file, then changes a link to it atomically.

`WAREHOUSE_DIR/versions/<time>.duckdb` is one complete version and never changes;
`WAREHOUSE_DIR/current.duckdb` is a symbolic link to the newest, for the API and for BI tools.
`WAREHOUSE_DIR/parquet` is one to `versions/<time>`, a folder of the tables that people read as Parquet.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import duckdb

from pipeline.described_tables import PUBLISHED_BUILD, Tables, comments
from pipeline.durable import clone_file, locked, swap_symlink, sync
from pipeline.paths import KEY, LINK, PARQUET_LINK, VERSIONS
from pipeline.quoting import quoted

NAME = "%Y%m%dT%H%M%S%fZ"
EVENTS = "fct_events"
# Whole events, order lines, touches and carts: each of them 0.2 s a build at 10 million.
NOT_AS_PARQUET = (EVENTS, "fct_order_lines", "fct_order_touches", "fct_carts")
# The tables that were written, and not copied with their comments.
WRITTEN = "select table_name from duckdb_tables() where database_name = 'target' and comment is null"
RETAINED_VERSIONS = 3
RETAINED_SECONDS = 180


class EmptyBuildError(Exception):
    """A build without events where there were some."""


def publish_version(
    connection: duckdb.DuckDBPyConnection,
    warehouse: Path,
    tables: Tables,
    store_timezone: str,
    inputs: str,
    fill: Callable[[], None],
    base: Path | None = None,
) -> tuple[Path, str]:
    """Publish what `fill` writes into the database `target`, which is empty or a copy of the version `base`.

    The descriptions of `tables` become comments in it; `store_timezone` and `inputs` go into
    `published_build`. Checkpoints the connection's own database meanwhile. Returns the version and its
    digest. Raises EmptyBuildError.
    """
    versions = warehouse / VERSIONS
    versions.mkdir(parents=True, exist_ok=True)
    with locked(versions):
        remove_leftovers(versions)
        built_at = datetime.now(UTC).replace(tzinfo=None)
        version = versions / f"{next_version_name(versions, built_at)}.duckdb"
        unfinished, folder = version.with_suffix(".tmp"), version.with_suffix("")
        try:
            if base:
                clone_file(base, unfinished)
            with open_target(connection, unfinished):
                fill()
                reject_empty_build(connection, warehouse / LINK)
                connection.execute(
                    "create table target.published_build as select"
                    " cast(? as varchar) as version, cast(? as varchar) as store_timezone,"
                    " cast(? as timestamp) as built_at, cast(? as varchar) as inputs",
                    [version.stem, store_timezone, built_at, inputs],
                )
                described = tables | PUBLISHED_BUILD
                written = connection.execute(WRITTEN).fetchall()
                connection.execute(comments({table: described[table] for (table,) in written}))
            # The folder first, because a folder whose version is missing is removed by the next build.
            folder.mkdir()
            unfinished.rename(version)
        finally:
            remove_leftovers(versions)
        sync(versions)
        swap_symlink(warehouse / LINK, version)
        # After the link is swapped, because the API needs none of this.
        with ThreadPoolExecutor(max_workers=3) as threads:
            new_digest = threads.submit(digest, version)
            pruned = threads.submit(prune_versions, warehouse)
            # Here, because closing the build file would otherwise do it afterwards, on one processor.
            checkpointed = threads.submit(connection.cursor().execute, "checkpoint")
            write_parquet(connection, version, [*tables, *PUBLISHED_BUILD], folder)
        swap_symlink(warehouse / PARQUET_LINK, folder)
        pruned.result()
        checkpointed.result()
        return version, new_digest.result()


@contextmanager
def open_target(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    """A file, new or a copy, as the database `target` for one transaction; synced at the end."""
    connection.execute(f"attach {quoted(path)} as target (storage_version 'v1.2.0')")
    with ThreadPoolExecutor(max_workers=1) as thread:
        # Of a copy, only the changes are left to be synced at the end.
        is_synced = thread.submit(sync, path)
        try:
            connection.execute("begin")
            yield
            connection.execute("commit")
        except BaseException:
            # DuckDB has rolled back itself where it could not commit.
            with suppress(duckdb.TransactionException):
                connection.execute("rollback")
            raise
        finally:
            # Writes the log of changes into the file.
            connection.execute("detach target")
    is_synced.result()
    sync(path)


def next_version_name(versions: Path, built_at: datetime) -> str:
    """A name of that time, or of just after the newest version where the clock was set back since then."""
    for path in versions.glob("*.duckdb"):
        with suppress(ValueError):
            built_at = max(built_at, datetime.strptime(path.stem, NAME) + timedelta(microseconds=1))
    return built_at.strftime(NAME)


def reject_empty_build(connection: duckdb.DuckDBPyConnection, link: Path) -> None:
    if not connection.execute(f"from target.{EVENTS} limit 1").fetchall() and has_events(link):
        raise EmptyBuildError(
            "This build has no event, but the version before it has: nothing was published."
            f" If that is right, remove {link} and build again."
        )


def has_events(link: Path) -> bool:
    """Whether the version published last is there, can be read, and has some."""
    if not link.exists():
        return False
    try:
        with duckdb.connect(link.resolve(), read_only=True) as connection:
            return bool(connection.execute(f"from {EVENTS} limit 1").fetchall())
    except duckdb.Error:
        return False


def write_parquet(
    connection: duckdb.DuckDBPyConnection, version: Path, tables: list[str], folder: Path
) -> None:
    """Write each table of a version that people read, but for NOT_AS_PARQUET."""
    connection.execute(f"attach {quoted(version)} as newest (read_only)")
    try:
        for table in tables:
            if table not in NOT_AS_PARQUET and not table.startswith("api_"):
                path = folder / f"{table}.parquet"
                connection.execute(f"copy newest.{table} to {quoted(path)} (format parquet)")
                sync(path)
    finally:
        connection.execute("detach newest")
    sync(folder)


def is_linked(link: Path, name: str) -> bool:
    """Whether the link names the version file `name`, which exists."""
    return link.exists() and link.resolve().name == name


def digest(path: Path) -> str:
    """A file's CRC-32, which notices damage in half the time that SHA-256 takes."""
    known = 0
    with path.open("rb") as file:
        while part := file.read(1_000_000):
            known = crc32(part, known)
    return f"{known:08x}"


def remove_leftovers(versions: Path) -> None:
    """Remove what a killed build left. The caller holds the folder's lock."""
    for path in versions.iterdir():
        if path.is_dir() and not path.with_suffix(".duckdb").exists():
            shutil.rmtree(path)
        elif ".tmp" in path.name:
            path.unlink()


def prune_versions(warehouse: Path) -> None:
    """Remove all but the newest versions, and those so young that a reader may be about to open them.

    A version from before the warehouse had a key goes too: it may hold addresses, or hashes without a key.
    """
    young = time.time() - RETAINED_SECONDS
    key = warehouse / KEY
    made_at = key.stat().st_mtime if key.exists() else 0.0
    versions = sorted((warehouse / VERSIONS).glob("*.duckdb"))
    for path in versions[:-1]:
        written_at = path.stat().st_mtime
        is_spare = path not in versions[-RETAINED_VERSIONS:]
        if written_at < made_at or (is_spare and written_at < young):
            path.unlink()
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
