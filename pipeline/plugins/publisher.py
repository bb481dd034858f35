"""The dbt-duckdb plugin of a build: what it needs at its start, and publishing it at its end."""

import logging
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from pipeline.addresses import define_addresses, key_of, pseudonyms_of
from pipeline.build_file import (
    FILES,
    LEFT_OUT,
    ROWS,
    is_open_elsewhere,
    known_files,
    log_nothing_new,
    unreadable_note,
)
from pipeline.definition import definition, hash_of_inputs
from pipeline.load_summary import load_summary
from pipeline.logs import log_to_stdout
from pipeline.migrate import is_of_earlier_release
from pipeline.paths import KEY, LANDED, LINK
from pipeline.plugins.damage import damage_error, damage_explained
from pipeline.quoting import quoted
from pipeline.robots import define_is_robot
from pipeline.status import record_build
from pipeline.tuning import tune_process
from pipeline.versions import digest, is_linked, publish_version

DUPLICATES = "int_duplicate_events"
IS_READ = "read_rows.file_id in (select file_id from landed.files)"
SUPERSEDED = "select file_id from stg_landing__superseded_files"
MADE_WITH_KEY = "select table_name from duckdb_tables() where table_name = 'made_with_key'"
DEFINITION = "select table_name from duckdb_tables() where table_name = 'definition'"
LAST_PUBLICATION = """
    create table if not exists last_publication
    (name varchar, digest varchar, inputs varchar, last_file_id bigint)
"""
CHANGES_TABLES = ("build", "run", "seed")
EARLIER_RELEASE = (
    "{} is of an earlier release. Run `make migrate` once, which keeps its rows, and build again."
)
OTHER_CODE = (
    "The code, a setting or STORE_TIMEZONE is another than that of the tables in {}: `make build`, or"
    " `dbt build --full-refresh`, computes them anew from the rows that are kept."
)

log = logging.getLogger(__name__)


class Plugin(BasePlugin):
    """The dbt-duckdb plugin that the `publish` macro calls when a whole build succeeded."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        if getattr(self.flags(), "EMPTY", False):
            raise DbtRuntimeError(
                "--empty would take all rows out of the build file. To try the models out, leave RAW_EVENTS"
                " unset, which builds the small sample, with another WAREHOUSE_DIR."
            )
        tune_process()
        log_to_stdout()
        self.warehouse = self.build_file().parent
        try:
            self.warehouse.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DbtRuntimeError(
                f"WAREHOUSE_DIR cannot be made: {error.strerror}: {error.filename}"
            ) from None
        remove_unkeyed(self.build_file())

    def build_file(self) -> Path:
        assert self.creds
        return Path(self.creds.path)

    def flags(self) -> Any:
        """The command of dbt and its options."""
        return get_flags()  # type: ignore[no-untyped-call]

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
        self.check_definition(conn)
        if getattr(self.flags(), "WHICH", None) == "build":
            # Read while tables are made.
            self.link_digest = ThreadPoolExecutor(max_workers=1).submit(digest, self.warehouse / LINK)
        landed = self.warehouse / LANDED
        for path in self.warehouse.glob(f"{landed.name}*"):
            path.unlink()
        conn.execute(f"attach {quoted(landed)} as landed")
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
        with damage_explained(self.build_file()):
            self.publish(target_config.config)

    def publish(self, config: dict[str, Any]) -> None:
        link = self.warehouse / LINK
        cursor = self.connection.cursor()
        files = known_files(cursor)
        inputs = hash_of_inputs(files, config["store_timezone"])
        inputs_before = self.inputs_published(link)
        if inputs_before == inputs and not self.flags().FULL_REFRESH:
            record_build(self.warehouse, config["began_at"], rows={})
            log_nothing_new(self.warehouse, files)
            return
        version, new_digest = publish_version(
            cursor,
            self.warehouse,
            config,
            inputs,
            fill=lambda: self.fill(cursor, config["tables"]),
            base=link if inputs_before and not self.flags().FULL_REFRESH else None,
        )
        summary = load_summary(cursor, ROWS, DUPLICATES, IS_READ)
        self.record_publication(version.name, new_digest, inputs)
        record_build(self.warehouse, config["began_at"], summary.rows)
        log.info("Published %s, %s%s", version.stem, summary, unreadable_note(files))

    def check_definition(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Refuse to go on where tables would be made in part by this code, and in part by other code.

        Raises DbtRuntimeError.
        """
        self.definition = definition(os.environ.get("STORE_TIMEZONE", ""))
        flags = self.flags()
        try:
            if is_of_earlier_release(conn):
                raise DbtRuntimeError(EARLIER_RELEASE.format(self.build_file()))
            is_new = not conn.execute(DEFINITION).fetchall()
            conn.execute(LAST_PUBLICATION)
            conn.execute("create table if not exists definition (hash varchar)")
            if is_new:
                conn.execute("insert into definition values (?)", [self.definition])
            known = conn.execute("from definition").fetchall()
            is_another = known != [(self.definition,)] or is_reread(flags)
            if not is_another or getattr(flags, "WHICH", None) not in CHANGES_TABLES:
                return
            if flags.WHICH == "build" and not flags.FULL_REFRESH:
                raise DbtRuntimeError(OTHER_CODE.format(self.build_file()))
            # Until all tables are of this code, they are of none.
            conn.execute("update definition set hash = ''")
        except DbtRuntimeError:
            conn.close()
            raise
        except duckdb.Error as error:
            # dbt connects again before it says anything, which must fail in the same way.
            conn.close()
            raise damage_error(self.build_file(), error) from None

    def inputs_published(self, link: Path) -> str | None:
        """Those of what this build file published last; None unless the link names it, unharmed."""
        query = "select name, digest, inputs from last_publication"
        publication = self.connection.cursor().execute(query).fetchone()
        if publication:
            name, known_digest, inputs = publication
            if is_linked(link, name) and self.link_digest.result() == known_digest:
                return str(inputs)
        return None

    def record_publication(self, name: str, new_digest: str, inputs: str) -> None:
        """From now on changes are those since this publication; rows of superseded file versions go."""
        cursor = self.connection.cursor()
        cursor.execute("begin")
        cursor.execute(f"delete from {ROWS} where file_id in ({SUPERSEDED})")
        cursor.execute(f"delete from {FILES} where file_id in ({SUPERSEDED}) or file_version = '{LEFT_OUT}'")
        cursor.execute("delete from last_publication")
        cursor.execute(
            f"insert into last_publication select ?, ?, ?, coalesce(max(file_id), 0) from {FILES}",
            [name, new_digest, inputs],
        )
        cursor.execute("update definition set hash = ?", [self.definition])
        cursor.execute("commit")

    def fill(self, cursor: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> None:
        """Write every table, but for the unchanged rows that a copied version brings."""
        changed_rows = {table: described["changed"] for table, described in tables.items()}
        copied = cursor.execute(
            "select table_name from duckdb_tables() where database_name = 'target'"
        ).fetchall()
        for (table,) in copied:
            if changed := changed_rows.get(table):
                cursor.execute(f"delete from target.{table} where {changed}")
                cursor.execute(f"insert into target.{table} from {table} where {changed}")
            else:
                cursor.execute(f"drop table target.{table}")
        for table in tables:
            cursor.execute(f"create table if not exists target.{table} as from {table}")


def is_reread(flags: Any) -> bool:
    return bool(flags.VARS.get("reread"))


def remove_unkeyed(build: Path) -> None:
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
        if is_open_elsewhere(error):
            return
        raise damage_error(build, error) from None
    for path in build.parent.glob(f"{build.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    log.info(
        "The hashes of customers have a key from now on. All landed files are read anew, without the events"
        " of files that are gone; the versions published before are removed once this build is published."
    )


def fingerprint(key: str) -> str:
    """What tells a key and says nothing about it."""
    return sha256(key.encode()).hexdigest()
