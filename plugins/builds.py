"""Builds and publishes once, as far as anything is new: `python plugins/builds.py [--reread]`."""

import argparse
import os
import sys
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

import duckdb
from landing import LandingError, landing_files, landing_zone, versions_of_files
from loader import changed_files, files_left_out, known_files, name_of
from notes import note_build
from versions import BUILD, FILES, KEY, LINK, digest, hash_of_inputs, naming_unreadable, opened

COMMAND = ("build", "--exclude-resource-type", "unit_test", "--exclude", "tag:thorough")
PUBLISHED = """
    select name, digest
    from last_publication
    where last_file_id = (select max(file_id) from stg_landing__files)
"""


class Need(Enum):
    """What a build has to do."""

    NOTHING = auto()
    CHANGES = auto()
    EVERYTHING = auto()


def need(warehouse: Path, zone: str, store_timezone: str) -> Need:
    """What a build has to do now; waits for a build under way. Raises LandingError."""
    build = warehouse / BUILD
    if not build.exists() or not (warehouse / KEY).exists():
        return Need.EVERYTHING
    try:
        with opened(build, read_only=True) as connection:
            return need_of(connection, warehouse / LINK, zone, store_timezone)
    except duckdb.CatalogException:
        return Need.EVERYTHING
    except duckdb.Error:
        # dbt says what is wrong.
        return Need.CHANGES


def need_of(connection: duckdb.DuckDBPyConnection, link: Path, zone: str, store_timezone: str) -> Need:
    # A build file from before the warehouse had a key is removed and made anew.
    connection.execute("from made_with_key")
    is_published = connection.execute("from last_publication").fetchall()
    definition = hash_of_inputs([], store_timezone)
    if not is_published or connection.execute("from definition").fetchall() != [(definition,)]:
        return Need.EVERYTHING
    versions = versions_of_files(landing_files(zone)[0])
    known = known_files(connection)
    gone = known.keys() - set(map(name_of, versions))
    if changed_files(versions, known) or files_left_out(gone, zone):
        return Need.CHANGES
    for name, known_digest in connection.execute(PUBLISHED).fetchall():
        if link.exists() and link.resolve().name == name and digest(link) == known_digest:
            return Need.NOTHING
    return Need.CHANGES


def options(needed: Need) -> list[str]:
    """What it adds to the command of dbt."""
    # Seeds are code: where they are as they were, they need not be loaded.
    return ["--full-refresh"] if needed is Need.EVERYTHING else ["--exclude-resource-type", "seed"]


def note_nothing_new(warehouse: Path, began_at: datetime) -> str:
    """Note a build that found nothing new; what to say of it."""
    with opened(warehouse / BUILD, read_only=True) as connection:
        files = connection.execute(FILES.format("stg_landing__files")).fetchall()
    note_build(warehouse, began_at.isoformat(), rows={})
    version = (warehouse / LINK).resolve().stem
    return f"Nothing is new since {version}: nothing was published{naming_unreadable(files)}"


def store_timezone() -> str:
    return os.environ.get("STORE_TIMEZONE", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--reread", action="store_true", help="read all files anew, and drop the rows of files that are gone"
    )
    is_reread = parser.parse_args().reread
    is_whole = is_reread or os.environ.get("DBT_TARGET", "duckdb") != "duckdb"
    warehouse = Path(os.environ.get("WAREHOUSE_DIR") or "warehouse")
    began_at = datetime.now(UTC)
    try:
        zone = landing_zone(os.environ.get("RAW_EVENTS"))
        needed = Need.EVERYTHING if is_whole else need(warehouse, zone, store_timezone())
        if needed is Need.NOTHING:
            print(note_nothing_new(warehouse, began_at))
        else:
            # Here, because importing dbt takes a second, which a build with nothing new need not wait.
            from runs import build

            is_built = build([*COMMAND, *options(needed), *(["--vars", "reread: true"] if is_reread else [])])
            sys.exit(0 if is_built else 1)
    except LandingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
