"""Publishes a finished build: a new file nobody has open yet, then one atomic change of a link.

`WAREHOUSE_DIR/versions/<time>.duckdb` is one complete version and never changes;
`WAREHOUSE_DIR/current.duckdb` is a symbolic link to the newest, for the API and for BI tools.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import file_digest, md5
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.flags import get_flags

ROOT = Path(__file__).parents[1]
CODE = ("dbt_project.yml", "macros/*.sql", "models/**/*.*", "plugins/*.py", "seeds/*.csv")
EVENTS = "fct_events"
IS_TOUCHED = "session_id in (select session_id from stg_touched_sessions)"
FORGET_TOUCHED = "delete from stg_touched_sessions"
HAS_EVENTS = f"select event_date from {EVENTS} limit 1"
KEPT_VERSIONS = 3
KEPT_SECONDS = 600
NAMED_FILES = 3
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


class Plugin(BasePlugin):  # type: ignore[misc]
    """The dbt-duckdb plugin that the `publish` macro calls when a whole build succeeded."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        self.warehouse = Path(self.creds.path).parent
        self.warehouse.mkdir(parents=True, exist_ok=True)

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        if memory := os.environ.get("BUILD_MEMORY"):
            if not re.fullmatch(r"[0-9.]+ *[KMGT]i?B", memory, re.IGNORECASE):
                raise ValueError(f"BUILD_MEMORY is {memory!r}, which is no amount of memory such as 2GB.")
            config["memory_limit"] = memory

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach a file for the text that is read, which takes no more room once the build has ended."""
        self.connection = conn
        landed = self.warehouse / "landed.tmp"
        for path in self.warehouse.glob(f"{landed.name}*"):
            path.unlink()
        conn.execute(f"attach '{quoted(landed)}' as landed")
        landed.unlink()

    def store(self, target_config: TargetConfig) -> None:
        """Publish `config["tables"]`, whose days are those of `config["store_timezone"]`.

        Each table's name comes with its description and those of its columns, which go with it as comments.
        Does nothing where that would be the same again, but for a full refresh or a damaged version.
        Raises EmptyBuildError where it would empty a shop.
        """
        link = self.warehouse / "current.duckdb"
        inputs = self.inputs(target_config.config["store_timezone"])
        is_same = inputs == published(link, "select inputs from published_build")
        before = self.is_as_published(link)
        if is_same and not get_flags().FULL_REFRESH and before:
            self.connection.cursor().execute(FORGET_TOUCHED)
            print(
                f"Nothing is new since {link.readlink().stem}: nothing was published{self.unreadable_files()}"
            )
            return
        if published(link, HAS_EVENTS) and not self.connection.cursor().execute(HAS_EVENTS).fetchall():
            raise EmptyBuildError(
                "This build has no event, but the version before it has: nothing was published."
                f" If that is right, remove {link} and build again."
            )
        versions = self.warehouse / "versions"
        versions.mkdir(exist_ok=True)
        sweep_unfinished(versions)
        built_at = datetime.now(UTC).replace(tzinfo=None)
        version = versions / f"{built_at:%Y%m%dT%H%M%S%fZ}.duckdb"
        unfinished = version.with_suffix(".tmp")
        try:
            if before and not self.are_all_touched():
                shutil.copyfile(link, unfinished)
            self.write(unfinished, target_config.config, version.stem, built_at, inputs)
            sync(unfinished)
            unfinished.rename(version)
        finally:
            sweep_unfinished(versions)
        sync(versions)
        point(link, version)
        self.note_published(version)
        remove_old(versions)
        print(f"Published {version.stem}{self.unreadable_files()}")

    def inputs(self, store_timezone: str) -> str:
        """A hash of all that a build's tables come from: the files read, the project's code, the zone."""
        files = self.connection.cursor().execute(
            "select file, file_version from stg_parsed_events where row_number = 0 order by file"
        )
        known = md5(f"{store_timezone} {files.fetchall()}".encode())
        for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
            known.update(path.read_bytes())
        return known.hexdigest()

    def is_as_published(self, link: Path) -> bool:
        """Whether the link names what this build file published last, and every byte of that is as it was."""
        cursor = self.connection.cursor()
        cursor.execute("create table if not exists published_version (name varchar, digest varchar)")
        known = cursor.execute("select name, digest from published_version").fetchall()
        return link.exists() and known == [(link.resolve().name, digest(link))]

    def are_all_touched(self) -> bool:
        untold = "select count(*) from stg_touched_sessions where session_id is null"
        return self.connection.cursor().execute(untold).fetchone() != (0,)

    def note_published(self, version: Path) -> None:
        """From now on, sessions are touched since that version."""
        self.connection.cursor().execute(f"""
            begin;
            {FORGET_TOUCHED};
            create or replace table published_version as
            select '{version.name}' as name, '{digest(version)}' as digest;
            commit
        """)

    def unreadable_files(self) -> str:
        """How many files could not be read, or not to their end, and which, as the end of a sentence."""
        found = self.connection.cursor().execute(
            "select file from stg_quarantine where row_number = 0 order by file"
        )
        names = [Path(file).name for (file,) in found.fetchall()]
        if not names:
            return ""
        named = ", ".join(names[:NAMED_FILES]) + (", …" if len(names) > NAMED_FILES else "")
        return f", though {len(names)} could not be read to the end: {named} (stg_quarantine says why)"

    def write(
        self, path: Path, config: dict[str, Any], version: str, built_at: datetime, inputs: str
    ) -> None:
        """Write every table into the file, but for the sessions not touched that a copied version brings."""
        cursor = self.connection.cursor()
        cursor.execute(f"attach '{quoted(path)}' as unfinished (storage_version 'v1.2.0')")
        try:
            kept = cursor.execute(
                "select table_name from duckdb_tables() where database_name = 'unfinished'"
            ).fetchall()
            cursor.execute("begin")
            for (table,) in kept:
                if table == EVENTS:
                    cursor.execute(f"delete from unfinished.{EVENTS} where {IS_TOUCHED}")
                    cursor.execute(f"insert into unfinished.{EVENTS} from {EVENTS} where {IS_TOUCHED}")
                else:
                    cursor.execute(f"drop table unfinished.{table}")
            # Only then is what was dropped written over.
            cursor.execute("commit; checkpoint unfinished; begin")
            for table in config["tables"]:
                cursor.execute(f"create table if not exists unfinished.{table} as from {table}")
            cursor.execute(
                "create table unfinished.published_build as select"
                " cast(? as varchar) as version, cast(? as varchar) as store_timezone,"
                " cast(? as timestamp) as built_at, cast(? as varchar) as inputs",
                [version, config["store_timezone"], built_at, inputs],
            )
            for comment in comments(config["tables"] | PUBLISHED_BUILD):
                cursor.execute(comment)
            cursor.execute("commit")
        finally:
            cursor.execute("detach unfinished")
            cursor.close()


def published(link: Path, query: str) -> Any:
    """The first value that a query gives in the version published last; None where it cannot be asked."""
    if not link.exists():
        return None
    try:
        with duckdb.connect(link.resolve(), read_only=True) as connection:
            return (connection.execute(query).fetchone() or [None])[0]
    except duckdb.Error:
        return None


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def comments(tables: dict[str, Any]) -> Iterator[str]:
    for table, described in tables.items():
        yield f"comment on table unfinished.{table} is '{quoted(described['description'])}'"
        for column, description in described["columns"].items():
            yield f"comment on column unfinished.{table}.{column} is '{quoted(description)}'"


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
    """Remove what a killed build left; only the one that holds the build file gets here."""
    for path in versions.glob("*.tmp*"):
        path.unlink()


def remove_old(versions: Path) -> None:
    """Keep the newest versions and all that are young, which someone may be about to open."""
    young = time.time() - KEPT_SECONDS
    for path in sorted(versions.glob("*.duckdb"))[:-KEPT_VERSIONS]:
        if path.stat().st_mtime < young:
            path.unlink()
