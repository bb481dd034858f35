"""Names a new version: a file nobody has open yet, then one atomic change of a link.

`WAREHOUSE_DIR/versions/<time>.duckdb` is one complete version and never changes;
`WAREHOUSE_DIR/current.duckdb` is a symbolic link to the newest, for the API and for BI tools.
`WAREHOUSE_DIR/parquet` is one to `versions/<time>`, a folder of the tables that people read as Parquet.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import md5
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb

ROOT = Path(__file__).parents[1]
# What tables are computed by.
CODE = (
    "dbt_project.yml",
    "macros/**/*.sql",
    "models/**/*.sql",
    "seeds/*.csv",
    "plugins/landing.py",
    "plugins/formats.py",
    "plugins/json_rows.py",
    "plugins/robots.py",
    "plugins/addresses.py",
)
NAME = "%Y%m%dT%H%M%S%fZ"
BUILD = "build.duckdb"
LINK = "current.duckdb"
KEY = "key"
PARQUET_LINK = "parquet"
# The name and version of each file that counts, and whether something was wrong with it.
FILES = """
    select file, file_version, parse_error is not null
    from {}
    qualify file_id = max(file_id) over (partition by file)
    order by file
"""
EVENTS = "fct_events"
MADE = "select table_name from duckdb_tables() where database_name = 'unfinished' and comment is null"
COPIED_BYTES = 2**30
KEPT_VERSIONS = 3
KEPT_SECONDS = 180
NAMED_FILES = 3
PATIENCE = 120  # Seconds to wait for another build to end.
File = tuple[str, str, bool]
PUBLISHED_BUILD = {
    "published_build": {
        "description": "Which build this is; one row.",
        "columns": {
            "version": "Its name, as in the API's X-Data-Version.",
            "store_timezone": "The IANA zone of its calendar days.",
            "built_at": "When it was built, UTC.",
            "inputs": "Hash of the files read, the code and the zone; the same ones give the same tables.",
        },
    }
}


class EmptyBuildError(Exception):
    """A build without events where there were some."""


def publish_version(
    cursor: duckdb.DuckDBPyConnection,
    warehouse: Path,
    config: dict[str, Any],
    inputs: str,
    fill: Callable[[], None],
    copied: Path | None = None,
) -> tuple[Path, str]:
    """Publish what `fill` puts into the database `unfinished`, new or a copy of the version `copied`.

    `config["tables"]` has each table's description and those of its columns, which go with it as comments;
    `config["store_timezone"]` and `inputs` tell which build it is. Returns the version and its digest.
    Raises EmptyBuildError.
    """
    versions = warehouse / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    with alone_in(versions):
        sweep_unfinished(versions)
        built_at = datetime.now(UTC).replace(tzinfo=None)
        version = versions / f"{name_after(versions, built_at)}.duckdb"
        unfinished, folder = version.with_suffix(".tmp"), version.with_suffix("")
        try:
            if copied:
                copy(copied, unfinished)
            with written(cursor, unfinished):
                fill()
                refuse_to_empty(cursor, warehouse / LINK)
                cursor.execute(
                    "create table unfinished.published_build as select"
                    " cast(? as varchar) as version, cast(? as varchar) as store_timezone,"
                    " cast(? as timestamp) as built_at, cast(? as varchar) as inputs",
                    [version.stem, config["store_timezone"], built_at, inputs],
                )
                described = config["tables"] | PUBLISHED_BUILD
                made = cursor.execute(MADE).fetchall()
                cursor.execute(comments({table: described[table] for (table,) in made}))
            # First, so that no version lacks its folder: one whose version is missing is swept away.
            folder.mkdir()
            unfinished.rename(version)
        finally:
            sweep_unfinished(versions)
        sync(versions)
        point(warehouse / LINK, version)
        # Nobody who looks at the dashboard waits for this.
        with ThreadPoolExecutor(max_workers=1) as meanwhile:
            new_digest = meanwhile.submit(digest, version)
            write_parquet(cursor, version, [*config["tables"], *PUBLISHED_BUILD], folder)
        point(warehouse / PARQUET_LINK, folder)
        remove_old(warehouse)
        return version, new_digest.result()


@contextmanager
def written(cursor: duckdb.DuckDBPyConnection, unfinished: Path) -> Iterator[None]:
    """The file, new or a copy, as the database `unfinished` for one transaction; on the disk in the end."""
    cursor.execute(f"attach '{quoted(unfinished)}' as unfinished (storage_version 'v1.2.0')")
    with ThreadPoolExecutor(max_workers=1) as meanwhile:
        # What was copied: in the end, only what is changed is waited for.
        is_synced = meanwhile.submit(sync, unfinished)
        try:
            cursor.execute("begin")
            yield
            cursor.execute("commit")
        except BaseException:
            # DuckDB has done so itself where it could not commit.
            with suppress(duckdb.TransactionException):
                cursor.execute("rollback")
            raise
        finally:
            # Puts it into the file.
            cursor.execute("detach unfinished")
    is_synced.result()
    sync(unfinished)


def copy(source: Path, copied: Path) -> None:
    """Where the file system can (XFS, Btrfs) both share what is the same, and none of it is written again."""
    with source.open("rb") as original, copied.open("xb") as other:
        while os.copy_file_range(original.fileno(), other.fileno(), COPIED_BYTES):
            pass


def name_after(versions: Path, built_at: datetime) -> str:
    """A name of that time, or of just after the newest version where the clock was set back since then."""
    for path in versions.glob("*.duckdb"):
        with suppress(ValueError):
            built_at = max(built_at, datetime.strptime(path.stem, NAME) + timedelta(microseconds=1))
    return built_at.strftime(NAME)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait for whoever else is publishing there: DuckDB's builds do for each other, but Spark's do not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hash_of_inputs(files: list[File], store_timezone: str) -> str:
    """A hash of all that a build's tables come from: its files, the code, the zone and settings."""
    settings = [store_timezone, *reading_settings()]
    return md5(f"{hash_of_code()} {settings} {[file[:2] for file in files]}".encode()).hexdigest()


def reading_settings() -> list[str]:
    """The settings that decide what a landed row means."""
    return [os.environ.get("DECIMAL_SEPARATOR") or ".", os.environ.get("COUNT_ROBOTS") or "off"]


@cache
def hash_of_code() -> str:
    """Of what this process has parsed: code that is changed later is the next one's."""
    known = md5(duckdb.__version__.encode())
    for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
        known.update(path.read_bytes())
    return known.hexdigest()


def naming_unreadable(files: list[File]) -> str:
    """How many files could not be read, or not to their end, and which, as the end of a sentence."""
    names = [shown(Path(name).name) for name, _, is_unreadable in files if is_unreadable]
    if not names:
        return ""
    named = ", ".join(names[:NAMED_FILES]) + (", …" if len(names) > NAMED_FILES else "")
    return f", though {len(names)} could not be read to the end: {named} (stg_landing__quarantine says why)"


def refuse_to_empty(cursor: duckdb.DuckDBPyConnection, link: Path) -> None:
    if not cursor.execute(f"from unfinished.{EVENTS} limit 1").fetchall() and has_events(link):
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


def write_parquet(cursor: duckdb.DuckDBPyConnection, version: Path, tables: list[str], folder: Path) -> None:
    """Write each table of a version that people read, but for that of the events."""
    cursor.execute(f"attach '{quoted(version)}' as newest (read_only)")
    try:
        for table in tables:
            if table != EVENTS and not table.startswith("api_"):
                path = folder / f"{table}.parquet"
                cursor.execute(f"copy newest.{table} to '{quoted(path)}' (format parquet)")
                sync(path)
    finally:
        cursor.execute("detach newest")
    sync(folder)


def opened(build: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The build file, once no build has it open. Raises duckdb.IOException."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return duckdb.connect(build, read_only=read_only)
        except duckdb.IOException as error:
            if "Could not set lock" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def digest(path: Path) -> str:
    """Its CRC-32, which notices damage in half the time that SHA-256 takes."""
    known = 0
    with path.open("rb") as file:
        while part := file.read(1_000_000):
            known = crc32(part, known)
    return f"{known:08x}"


def comments(tables: dict[str, Any]) -> str:
    statements = []
    for table, described in tables.items():
        statements.append(f"comment on table unfinished.{table} is '{quoted(described['description'])}';")
        for column, description in described["columns"].items():
            statements.append(f"comment on column unfinished.{table}.{column} is '{quoted(description)}';")
    return " ".join(statements)


def shown(name: str) -> str:
    """A name as it may be printed: nothing in it breaks the line or speaks to a terminal."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in name)


def quoted(text: object) -> str:
    return str(text).replace("'", "''")


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def point(link: Path, version: Path) -> None:
    """Make `link` name `version`; whoever follows it meets the old or the new, never neither."""
    unfinished = link.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    unfinished.symlink_to(version.relative_to(link.parent))
    unfinished.replace(link)
    sync(link.parent)


def sweep_unfinished(versions: Path) -> None:
    """Remove what a killed build left; only one build at a time gets here."""
    for path in versions.iterdir():
        if path.is_dir() and not path.with_suffix(".duckdb").exists():
            shutil.rmtree(path)
        elif ".tmp" in path.name:
            path.unlink()


def remove_old(warehouse: Path) -> None:
    """Keep the newest versions and all that are young, which someone may be about to open.

    But for those from before the warehouse had a key: they may hold addresses, or hashes without one.
    """
    young = time.time() - KEPT_SECONDS
    key = warehouse / KEY
    made_at = key.stat().st_mtime if key.exists() else 0.0
    versions = sorted((warehouse / "versions").glob("*.duckdb"))
    for path in versions[:-1]:
        written_at = path.stat().st_mtime
        is_spare = path not in versions[-KEPT_VERSIONS:]
        if written_at < made_at or (is_spare and written_at < young):
            path.unlink()
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
