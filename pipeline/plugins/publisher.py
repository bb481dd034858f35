"""The dbt-duckdb plugin of a build: prepares the connection at its start, and publishes at its end."""

import logging
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from pipeline.addresses import define_addresses
from pipeline.build_file import ROWS, known_files, log_nothing_new, unreadable_note
from pipeline.definition import hash_of_inputs
from pipeline.described_tables import Publication, Tables
from pipeline.last_publication import LastPublication, last_publication, record_publication
from pipeline.load_summary import load_summary
from pipeline.logs import log_to_stdout
from pipeline.paths import LANDED, LINK
from pipeline.plugins.checks import check_definition, remove_unkeyed
from pipeline.plugins.damage import damage_explained
from pipeline.pseudonyms import fingerprint, pseudonyms_of
from pipeline.quoting import quoted
from pipeline.robots import define_is_robot
from pipeline.status import record_build
from pipeline.tuning import reuse_macro_contexts, tune_process
from pipeline.versions import digest, is_linked, publish_version

DUPLICATES = "int_duplicate_events"
# Options of DuckDB: the variable that sets each, what it may be, and what that is called.
LIMITS = {
    "memory_limit": ("BUILD_MEMORY", "[0-9.]+ *[KMGT]i?B", "amount of memory such as 2GB"),
    "threads": ("BUILD_THREADS", "[1-9][0-9]{0,3}", "number of threads such as 2"),
}
IS_READ = "read_rows.file_id in (select file_id from landed.files)"

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
        reuse_macro_contexts()
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
        for option, (variable, pattern, kind) in LIMITS.items():
            if value := os.environ.get(variable):
                if not re.fullmatch(pattern, value, re.IGNORECASE):
                    raise DbtRuntimeError(f"{variable} is {value!r}, which is no {kind}.")
                config[option] = value

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach a file for the text that is read, which takes no more room once the build has ended."""
        self.connection = conn
        self.definition = check_definition(conn, self.build_file(), self.flags())
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
        # The checkpoint at the end of a build comes after its publication, so it delays no reader.
        conn.execute("set global checkpoint_threshold = '256MB'")

    def store(self, target_config: TargetConfig) -> None:
        """Publish what the macro `publish` gives.

        Does nothing where the same was published last, but for a full refresh or a damaged version.
        """
        with damage_explained(self.build_file()):
            self.publish(cast(Publication, target_config.config))

    def publish(self, publication: Publication) -> None:
        link = self.warehouse / LINK
        cursor = self.connection.cursor()
        tables, store_timezone = publication["tables"], publication["store_timezone"]
        files = known_files(cursor)
        inputs = hash_of_inputs(files, store_timezone)
        last = last_publication(cursor)
        # Of another version than the one that is served, or of a damaged one, nothing can be reused.
        is_served = last and is_linked(link, last.name) and self.link_digest.result() == last.digest
        is_reusable = is_served and not self.flags().FULL_REFRESH
        if last and is_reusable and last.inputs == inputs:
            record_build(self.warehouse, publication["began_at"], rows={})
            log_nothing_new(self.warehouse, files)
            return
        version, new_digest = publish_version(
            cursor,
            self.warehouse,
            tables,
            store_timezone,
            inputs,
            fill=lambda: fill(cursor, tables),
            base=link if is_reusable else None,
        )
        summary = load_summary(cursor, ROWS, DUPLICATES, IS_READ)
        record_publication(
            self.connection.cursor(), LastPublication(version.name, new_digest, inputs), self.definition
        )
        record_build(self.warehouse, publication["began_at"], summary.rows)
        log.info("Published %s, %s%s", version.stem, summary, unreadable_note(files))


def fill(cursor: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Write every table, but for the unchanged rows that a copied version brings."""
    copied = cursor.execute(
        "select table_name from duckdb_tables() where database_name = 'target'"
    ).fetchall()
    for (table,) in copied:
        if changed := tables[table]["changed"] if table in tables else None:
            cursor.execute(f"delete from target.{table} where {changed}")
            cursor.execute(f"insert into target.{table} from {table} where {changed}")
        else:
            cursor.execute(f"drop table target.{table}")
    for table in tables:
        cursor.execute(f"create table if not exists target.{table} as from {table}")
