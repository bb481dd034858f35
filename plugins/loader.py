"""Tells which files are new in the landing zone, and reads them into the source `landing`."""

from collections.abc import Iterable
from contextlib import suppress
from glob import has_magic
from pathlib import Path

import duckdb
import landing
import pyarrow as pa
from landing import FileVersion, LandingError, name_of

# The version of a file that is no longer part of the landing zone: no row is of it.
LEFT_OUT = "left out"
FILES_SCHEMA = pa.schema([("file_id", pa.int64()), ("file", pa.string()), ("file_version", pa.string())])
NEWEST_FILES = """
    select file, file_version, parser_version
    from stg_landing__files
    qualify file_id = max(file_id) over (partition by file)
"""


def load(connection: duckdb.DuckDBPyConnection, zone: str, is_reread: bool) -> None:
    """Make the tables `landed.files` and `landed.rows`, and say how many files there are.

    Raises LandingError.
    """
    found, left_alone = landing.landing_files(zone)
    versions = landing.versions_of_files(found)
    known = known_files(connection)
    gone = known.keys() - set(map(name_of, versions))
    left_out = [] if is_reread else files_left_out(gone, zone)
    read = versions if is_reread else changed_files(versions, known)
    print(
        f"Files: {len(read)} read, {len(versions) - len(read)} unchanged,"
        f" {len(left_alone)} left alone{landing.naming(left_alone)}"
    )
    if is_reread and gone:
        print(f"Dropped: {count_rows(connection, gone)} rows of {len(gone)} files that are gone")
    if is_reread:
        # Killed from here on, the next build reads all files again.
        with suppress(duckdb.CatalogException):
            connection.execute("delete from stg_landing__files")
    first_id = next_file_id(connection)
    forget_rows_from(connection, first_id)
    files = [
        FileVersion(file_id, path, version) for file_id, (path, version) in enumerate(read.items(), first_id)
    ]
    create_files(connection, files, left_out)
    landing.rows_of_files(connection, landing.landing_folder(zone), files).create("landed.rows")


def changed_files(versions: dict[Path, str], known: dict[str, tuple[str, str]]) -> dict[Path, str]:
    """The files that are new, were changed, or were read by another parser."""
    parser = landing.parser_version()
    return {
        path: version for path, version in versions.items() if known.get(name_of(path)) != (version, parser)
    }


def known_files(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """The version of each file that the build file has rows of, and of the parser that has read it."""
    try:
        found = connection.execute(NEWEST_FILES).fetchall()
    except duckdb.CatalogException:
        return {}
    return {file: (version, parser) for file, version, parser in found if version != LEFT_OUT}


def files_left_out(gone: Iterable[str], zone: str) -> list[str]:
    """Which of the files that were not found again RAW_EVENTS no longer names, though they are there.

    A file that was deleted keeps its rows. Raises LandingError for a deleted file of another landing zone.
    """
    folder = landing.landing_folder(zone)
    has_all_below = Path(zone).is_dir() and not has_magic(zone)
    left_out, lost = [], []
    for name in gone:
        is_below = Path(name).is_relative_to(folder)
        if name == landing.SAMPLE or (not (is_below and has_all_below) and Path(name).exists()):
            left_out.append(name)
        elif not is_below:
            lost.append(name)
    if lost:
        raise LandingError(
            f"RAW_EVENTS is {zone} now, and the build file has rows of {len(lost)} files elsewhere that are"
            f" gone, such as {min(lost)}. `make reread` drops these rows; another WAREHOUSE_DIR keeps them."
        )
    return left_out


def next_file_id(connection: duckdb.DuckDBPyConnection) -> int:
    try:
        found = connection.execute("select coalesce(max(file_id), 0) + 1 from stg_landing__files").fetchone()
    except duckdb.CatalogException:
        return 1
    assert found
    return int(found[0])


def forget_rows_from(connection: duckdb.DuckDBPyConnection, first_id: int) -> None:
    """Delete rows that a killed build left, whose files are not known and so are read again."""
    with suppress(duckdb.CatalogException):
        connection.execute("delete from stg_landing__rows where file_id >= ?", [first_id])


def count_rows(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> int:
    query = "select count(*) from stg_landing__rows where list_contains(?, file)"
    found = connection.execute(query, [list(files)]).fetchone()
    assert found
    return int(found[0])


def create_files(
    connection: duckdb.DuckDBPyConnection, files: list[FileVersion], left_out: Iterable[str] = ()
) -> None:
    """Make the table `landed.files`; a file that is left out gets a version that has no rows."""
    versions = [(file.file_id, name_of(file.path), file.version) for file in files]
    next_id = max(next_file_id(connection), 1 + max((file.file_id for file in files), default=0))
    versions += [(file_id, name, LEFT_OUT) for file_id, name in enumerate(sorted(left_out), next_id)]
    columns = zip(*versions, strict=True) if versions else ([], [], [])
    found_files = pa.Table.from_arrays(list(map(pa.array, columns)), schema=FILES_SCHEMA)
    connection.register("found_files", found_files)
    parser = landing.parser_version()
    connection.execute(
        f"create or replace table landed.files as select *, '{parser}' as parser_version from found_files"
    )
