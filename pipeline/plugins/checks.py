"""Checks, before a build, that the build file is of this warehouse's key and of this code."""

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
from dbt_common.exceptions import DbtRuntimeError

from pipeline.build_file import is_open_elsewhere
from pipeline.definition import definition
from pipeline.last_publication import LAST_PUBLICATION
from pipeline.migrate import is_of_earlier_release
from pipeline.paths import KEY
from pipeline.plugins.damage import damage_error
from pipeline.pseudonyms import fingerprint, key_of

MADE_WITH_KEY = "select table_name from duckdb_tables() where table_name = 'made_with_key'"
DEFINITION = "select table_name from duckdb_tables() where table_name = 'definition'"
CHANGES_TABLES = ("build", "run", "seed")
EARLIER_RELEASE = (
    "{} is of an earlier release. Run `make migrate` once, which keeps its rows, and build again."
)
OTHER_CODE = (
    "The code, a setting or STORE_TIMEZONE is another than that of the tables in {}: `make build`, or"
    " `dbt build --full-refresh`, computes them anew from the rows that are kept."
)

log = logging.getLogger(__name__)


def check_definition(connection: duckdb.DuckDBPyConnection, build_file: Path, flags: Any) -> str:
    """Refuse to go on where tables would be made in part by this code, and in part by other code.

    Returns the hash of this code, which the publication records. flags: dbt's, for its command and options.
    Raises DbtRuntimeError, and closes the connection then.
    """
    current = definition(os.environ.get("STORE_TIMEZONE", ""))
    try:
        if is_of_earlier_release(connection):
            raise DbtRuntimeError(EARLIER_RELEASE.format(build_file))
        is_new = not connection.execute(DEFINITION).fetchall()
        connection.execute(LAST_PUBLICATION)
        connection.execute("create table if not exists definition (hash varchar)")
        if is_new:
            connection.execute("insert into definition values (?)", [current])
        known = connection.execute("from definition").fetchall()
        is_another = known != [(current,)] or bool(flags.VARS.get("reread"))
        if is_another and getattr(flags, "WHICH", None) in CHANGES_TABLES:
            if flags.WHICH == "build" and not flags.FULL_REFRESH:
                raise DbtRuntimeError(OTHER_CODE.format(build_file))
            # Until all tables are of this code, they are of none.
            connection.execute("update definition set hash = ''")
    except DbtRuntimeError:
        connection.close()
        raise
    except duckdb.Error as error:
        # dbt connects again before it says anything, which must fail in the same way.
        connection.close()
        raise damage_error(build_file, error) from None
    return current


def remove_unkeyed(build: Path) -> None:
    """Remove a build file from before the warehouse had a key, because anybody can test the hashes in it.

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
