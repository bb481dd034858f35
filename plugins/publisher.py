"""The dbt-duckdb plugin of a build: what it needs at its start, and publishing it at its end."""

import gc
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from account import account
from addresses import define_addresses, key_of, pseudonyms_of
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError
from erasure import LANDED
from messages import make_no_unread_messages
from notes import note_build
from robots import define_is_robot
from versions import (
    FILES,
    KEY,
    LINK,
    File,
    digest,
    hash_of_inputs,
    naming_unreadable,
    publish_version,
    quoted,
)

IS_READ = "parsed.file in (select file from landed.stg_rows)"
TOUCHED = "select table_name from duckdb_tables() where table_name similar to 'stg_touched_(events|days)'"
MADE_WITH_KEY = "select table_name from duckdb_tables() where table_name = 'made_with_key'"
FORGET_TOUCHED = "delete from stg_touched_events"


class Plugin(BasePlugin):  # type: ignore[misc]
    """The dbt-duckdb plugin that the `publish` macro calls when a whole build succeeded."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        if getattr(get_flags(), "EMPTY", False):
            raise DbtRuntimeError(
                "--empty would take all rows out of the build file. To try the models out, leave RAW_EVENTS"
                " unset, which builds the small sample, with another WAREHOUSE_DIR."
            )
        make_no_unread_messages()
        if not gc.get_freeze_count():
            # What dbt has parsed lasts as long as this process, so nobody need look for garbage in it.
            gc.freeze()
        self.warehouse = Path(self.creds.path).parent
        try:
            self.warehouse.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DbtRuntimeError(
                f"WAREHOUSE_DIR cannot be made: {error.strerror}: {error.filename}"
            ) from None
        let_go_of_unkeyed(Path(self.creds.path))

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        if (robots := os.environ.get("COUNT_ROBOTS") or "off") not in ("on", "off"):
            raise DbtRuntimeError(f"COUNT_ROBOTS must be on or off, not {robots!r}.")
        if memory := os.environ.get("BUILD_MEMORY"):
            if not re.fullmatch(r"[0-9.]+ *[KMGT]i?B", memory, re.IGNORECASE):
                raise DbtRuntimeError(
                    f"BUILD_MEMORY is {memory!r}, which is no amount of memory such as 2GB."
                )
            config["memory_limit"] = memory

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach a file for the text that is read, which takes no more room once the build has ended."""
        self.connection = conn
        self.notice_other_code(conn)
        if getattr(get_flags(), "WHICH", None) == "build":
            # Read while tables are made.
            self.link_digest = ThreadPoolExecutor(max_workers=1).submit(digest, self.warehouse / LINK)
        landed = self.warehouse / LANDED
        for path in self.warehouse.glob(f"{landed.name}*"):
            path.unlink()
        conn.execute(f"attach '{quoted(landed)}' as landed")
        landed.unlink()
        pseudonyms = pseudonyms_of(self.warehouse)
        define_addresses(conn, pseudonyms)
        conn.execute(
            "create table if not exists made_with_key as"
            f" select '{fingerprint(pseudonyms.key)}' as fingerprint"
        )
        define_is_robot(conn)
        conn.execute("set global TimeZone = 'UTC'")
        conn.execute("set preserve_insertion_order = false")
        # Nobody waits for what is put into the file at the end.
        conn.execute("set global checkpoint_threshold = '256MB'")

    def store(self, target_config: TargetConfig) -> None:
        """Publish `config["tables"]`, whose days are those of `config["store_timezone"]`.

        `config["began_at"]` is when the build began.

        Each table's name comes with its description and those of its columns, which go with it as comments.
        Does nothing where that would be the same again, but for a full refresh or a damaged version.
        """
        link = self.warehouse / LINK
        files = self.files()
        inputs = hash_of_inputs(files, target_config.config["store_timezone"])
        before = self.inputs_published(link)
        if before == inputs and not get_flags().FULL_REFRESH:
            self.note_finished()
            note_build(self.warehouse, target_config.config["began_at"], rows={})
            version = link.resolve()
            print(f"Nothing is new since {version.stem}: nothing was published{naming_unreadable(files)}")
            return
        cursor = self.connection.cursor()
        version, new_digest = publish_version(
            cursor,
            self.warehouse,
            target_config.config,
            inputs,
            fill=lambda: self.fill(cursor, target_config.config["tables"]),
            copied=link if before and not self.are_all_touched() else None,
        )
        self.note_finished(version, new_digest, inputs)
        found = account(cursor, "stg_parsed_events", "stg_later_deliveries", IS_READ)
        note_build(self.warehouse, target_config.config["began_at"], found.rows)
        print(f"Published {version.stem}, {found}{naming_unreadable(files)}")

    def notice_other_code(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Let all be touched where this is other code than that of the last build, or another zone."""
        self.definition = hash_of_inputs([], os.environ.get("STORE_TIMEZONE", ""))
        try:
            conn.execute("create table if not exists last_build (definition varchar, is_finished boolean)")
            known = conn.execute("select definition from last_build").fetchall()
            if known != [(self.definition,)]:
                touched = conn.execute(TOUCHED).fetchall()
                conn.execute("begin; delete from last_build")
                conn.execute("insert into last_build values (?, false)", [self.definition])
                for (table,) in touched:
                    conn.execute(f"delete from {table}; insert into {table} default values")
                conn.execute("commit")
            elif getattr(get_flags(), "FULL_REFRESH", False):
                conn.execute("update last_build set is_finished = false")
        except duckdb.Error as error:
            # dbt connects again before it says anything, which must fail in the same way.
            conn.close()
            raise unreadable(Path(self.creds.path), error) from None

    def files(self) -> list[File]:
        found = self.connection.cursor().execute(FILES.format("stg_parsed_events"))
        return found.fetchall()

    def inputs_published(self, link: Path) -> str | None:
        """Those of what this build file published last; None unless the link names it, unharmed."""
        cursor = self.connection.cursor()
        cursor.execute(
            "create table if not exists last_publication (name varchar, digest varchar, inputs varchar)"
        )
        for name, known_digest, inputs in cursor.execute("from last_publication").fetchall():
            if link.exists() and link.resolve().name == name and self.link_digest.result() == known_digest:
                return str(inputs)
        return None

    def are_all_touched(self) -> bool:
        untold = "select count(*) from stg_touched_events where session_id is null"
        return self.connection.cursor().execute(untold).fetchone() != (0,)

    def note_finished(self, version: Path | None = None, new_digest: str = "", inputs: str = "") -> None:
        """From now on sessions are touched since this build, which made every table, and published that."""
        noted = version and (
            "create or replace table last_publication as"
            f" select '{version.name}' as name, '{new_digest}' as digest, '{inputs}' as inputs;"
        )
        self.connection.cursor().execute(f"""
            begin;
            {FORGET_TOUCHED};
            {noted or ""}
            create or replace table last_build as
            select '{self.definition}' as definition, true as is_finished;
            commit
        """)

    def fill(self, cursor: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> None:
        """Write every table, but for the rows not touched that a copied version brings."""
        exchanged = {table: described["touched"] for table, described in tables.items()}
        kept = cursor.execute(
            "select table_name from duckdb_tables() where database_name = 'unfinished'"
        ).fetchall()
        for (table,) in kept:
            if touched := exchanged.get(table):
                cursor.execute(f"delete from unfinished.{table} where {touched}")
                # By their places, as `is_touched` does: they are the last rows, made just now.
                these = f"select rowid from {table} where {touched}"
                cursor.execute(f"insert into unfinished.{table} from {table} where rowid in ({these})")
            else:
                cursor.execute(f"drop table unfinished.{table}")
        for table in tables:
            cursor.execute(f"create table if not exists unfinished.{table} as from {table}")


def let_go_of_unkeyed(build: Path) -> None:
    """Remove a build file from before the warehouse had a key, as anybody can test the hashes in it.

    Raises DbtRuntimeError for one that was made with another key, and for one that cannot be opened, other
    than for being open elsewhere.
    """
    if not build.exists():
        return
    key = build.with_name(KEY)
    try:
        with duckdb.connect(build, read_only=True) as connection:
            if connection.execute(MADE_WITH_KEY).fetchall():
                known = connection.execute("select fingerprint from made_with_key").fetchall()
                if key.exists() and known == [(fingerprint(key_of(build.parent)),)]:
                    return
                raise DbtRuntimeError(
                    f"{key} is not the key that {build} was made with. Restore it; or remove {build} and"
                    " build again: landed files are read anew, and events of files that are gone are lost."
                )
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            return
        raise unreadable(build, error) from None
    for path in build.parent.glob(f"{build.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(
        "The hashes of customers have a key from now on. All landed files are read anew, without the events"
        " of files that are gone; the versions published before are removed once this build is published."
    )


def fingerprint(key: str) -> str:
    """What tells a key and says nothing about it."""
    return sha256(key.encode()).hexdigest()


def unreadable(build: Path, error: duckdb.Error) -> DbtRuntimeError:
    return DbtRuntimeError(
        f"The build file cannot be read: {error}. Remove {build} and build again: all landed"
        " files are read anew, and events of files that are gone are lost."
    )
