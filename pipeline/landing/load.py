"""Loads the source `landing`: files that have changed, with their rows."""

import logging
from collections.abc import Iterable
from contextlib import suppress

import duckdb
import pyarrow as pa

from pipeline.build_file import FILES, LEFT_OUT, ROWS, known_files
from pipeline.definition import parser_version
from pipeline.landing.changes import files_left_out, landing_changes
from pipeline.landing.rows import FileVersion, rows_of_files
from pipeline.landing.zone import file_name, in_brackets, landing_folder

FILES_SCHEMA = pa.schema([("file_id", pa.int64()), ("file", pa.string()), ("file_version", pa.string())])

log = logging.getLogger(__name__)


def load_landing(connection: duckdb.DuckDBPyConnection, zone: str, is_reread: bool) -> None:
    """Make the tables `landed.files` and `landed.rows` of what has changed, and log how many files there are.

    is_reread: load all files, and drop the rows of files that are gone. Raises LandingError.
    """
    try:
        known = known_files(connection)
    except duckdb.CatalogException:
        known = []
    changes = landing_changes(zone, known)
    left_out = [] if is_reread else files_left_out(zone, changes.gone)
    read = changes.versions if is_reread else changes.changed
    log.info(
        "Files: %s read, %s unchanged, %s left alone%s",
        len(read),
        len(changes.versions) - len(read),
        len(changes.left_alone),
        in_brackets(changes.left_alone),
    )
    if is_reread and known:
        if changes.gone:
            rows = count_rows(connection, changes.gone)
            log.info("Dropped: %s rows of %s files that are gone", rows, len(changes.gone))
        # A build that is killed after this line is followed by one that reads all files.
        connection.execute(f"delete from {FILES}")
    first_id = next_file_id(connection)
    delete_rows_from(connection, first_id)
    files = [
        FileVersion(file_id, path, version) for file_id, (path, version) in enumerate(read.items(), first_id)
    ]
    create_files(connection, files, left_out)
    rows_of_files(connection, landing_folder(zone), files).create("landed.rows")


def next_file_id(connection: duckdb.DuckDBPyConnection) -> int:
    try:
        found = connection.execute(f"select coalesce(max(file_id), 0) + 1 from {FILES}").fetchone()
    except duckdb.CatalogException:
        return 1
    assert found
    return int(found[0])


def delete_rows_from(connection: duckdb.DuckDBPyConnection, first_id: int) -> None:
    """Delete rows of a killed build. Their files are not in the table of files, so they are read again."""
    with suppress(duckdb.CatalogException):
        connection.execute(f"delete from {ROWS} where file_id >= ?", [first_id])


def count_rows(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> int:
    found = connection.execute(
        f"select count(*) from {ROWS} where list_contains(?, file)", [list(files)]
    ).fetchone()
    assert found
    return int(found[0])


def create_files(
    connection: duckdb.DuckDBPyConnection, files: list[FileVersion], left_out: Iterable[str] = ()
) -> None:
    """Make the table `landed.files`; a file that is left out gets a version that has no rows."""
    versions = [(file.file_id, file_name(file.path), file.version) for file in files]
    next_id = max(next_file_id(connection), 1 + max((file.file_id for file in files), default=0))
    versions += [(file_id, name, LEFT_OUT) for file_id, name in enumerate(left_out, next_id)]
    columns = zip(*versions, strict=True) if versions else ([], [], [])
    connection.register(
        "found_files", pa.Table.from_arrays(list(map(pa.array, columns)), schema=FILES_SCHEMA)
    )
    connection.execute(
        "create or replace table landed.files as"
        f" select *, '{parser_version()}' as parser_version from found_files"
    )
