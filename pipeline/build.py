"""Builds and publishes once, if anything is new: `python -m pipeline.build [--reread]`."""

import argparse
import os
import sys
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

import duckdb

from pipeline.build_file import known_files, log_nothing_new, open_build_file
from pipeline.definition import definition
from pipeline.landing.changes import files_left_out, landing_changes
from pipeline.landing.zone import LandingError, landing_zone
from pipeline.logs import log_to_stdout
from pipeline.paths import BUILD, KEY, LINK, warehouse_folder
from pipeline.status import record_build
from pipeline.versions import digest, is_linked

COMMAND = ("build", "--exclude-resource-type", "unit_test", "--exclude", "tag:thorough")
# Seeds and views are code: where the code is the same, they are the same. Without `empty`, dbt would leave
# tests of views out too.
WITHOUT_SEEDS = ("--exclude-resource-type", "seed")
WITHOUT_VIEWS = ("--exclude", "config.materialized:view", "--indirect-selection", "empty")
LAST_PUBLICATION = """
    select name, digest, last_file_id = (select max(file_id) from stg_landing__files)
    from last_publication
"""


class Need(Enum):
    """What a build has to do."""

    NOTHING = auto()
    CHANGES = auto()
    EVERYTHING = auto()


def build_need(warehouse: Path, zone: str) -> Need:
    """What a build has to do now; waits for a build under way. Raises LandingError."""
    build_file = warehouse / BUILD
    if not build_file.exists() or not (warehouse / KEY).exists():
        return Need.EVERYTHING
    try:
        with open_build_file(build_file, read_only=True) as connection:
            return need_of_build_file(connection, warehouse / LINK, zone)
    except duckdb.CatalogException:
        return Need.EVERYTHING
    except duckdb.Error:
        # dbt says what is wrong.
        return Need.CHANGES


def need_of_build_file(connection: duckdb.DuckDBPyConnection, link: Path, zone: str) -> Need:
    # Fails for a build file of before the warehouse had a key, which needs a full refresh.
    connection.execute("from made_with_key")
    publication = connection.execute(LAST_PUBLICATION).fetchone()
    known_definition = connection.execute("from definition").fetchall()
    if not publication or known_definition != [(definition(os.environ.get("STORE_TIMEZONE", "")),)]:
        return Need.EVERYTHING
    changes = landing_changes(zone, known_files(connection))
    if changes.changed or files_left_out(zone, changes.gone):
        return Need.CHANGES
    name, known_digest, is_of_all_files = publication
    is_whole = is_of_all_files and is_linked(link, name) and digest(link) == known_digest
    return Need.NOTHING if is_whole else Need.CHANGES


def dbt_options(need: Need) -> list[str]:
    """What a need adds to the command of dbt."""
    return ["--full-refresh"] if need is Need.EVERYTHING else [*WITHOUT_SEEDS, *WITHOUT_VIEWS]


def record_nothing_new(warehouse: Path, began_at: datetime) -> None:
    """Record and log a build that found nothing new."""
    with open_build_file(warehouse / BUILD, read_only=True) as connection:
        files = known_files(connection)
    record_build(warehouse, began_at.isoformat(), rows={})
    log_nothing_new(warehouse, files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reread", action="store_true", help="read all files anew, and drop the rows of files that are gone"
    )
    is_reread = parser.parse_args().reread
    is_full = is_reread or os.environ.get("DBT_TARGET", "duckdb") != "duckdb"
    warehouse = warehouse_folder()
    began_at = datetime.now(UTC)
    log_to_stdout()
    try:
        zone = landing_zone(os.environ.get("RAW_EVENTS"))
        need = Need.EVERYTHING if is_full else build_need(warehouse, zone)
        if need is Need.NOTHING:
            record_nothing_new(warehouse, began_at)
        else:
            # Here, because importing dbt takes a second, which a build with nothing new need not wait for.
            from pipeline.dbt_runner import build

            variables = ["--vars", "reread: true"] if is_reread else []
            sys.exit(0 if build([*COMMAND, *dbt_options(need), *variables]) else 1)
    except LandingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
