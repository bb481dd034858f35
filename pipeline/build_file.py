"""The build file, in which dbt makes its tables, and what it knows of files."""

import logging
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipeline.landing.zone import first_names
from pipeline.paths import published_version
from pipeline.quoting import printable

ROWS, FILES = "stg_landing__rows", "stg_landing__files"
OPEN_TIMEOUT_SECONDS = 120  # Seconds to wait for another build to end.
# The version of a file that is no longer part of the landing zone: no row is of it.
LEFT_OUT = "left out"

log = logging.getLogger(__name__)


class KnownFile(NamedTuple):
    """The newest version of a file, as a build has read it."""

    name: str
    version: str
    parser_version: str
    is_unreadable: bool


def open_build_file(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The build file, once no other process has it open.

    Raises duckdb.IOException where that takes longer than OPEN_TIMEOUT_SECONDS.
    """
    deadline = time.monotonic() + OPEN_TIMEOUT_SECONDS
    while True:
        try:
            return duckdb.connect(path, read_only=read_only)
        except duckdb.IOException as error:
            if not is_open_elsewhere(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def is_open_elsewhere(error: duckdb.Error) -> bool:
    """Whether a database cannot be opened because another process has it open, as DuckDB 1.5 says it."""
    return "Could not set lock" in str(error)


def known_files(connection: duckdb.DuckDBPyConnection, files: str = FILES) -> list[KnownFile]:
    """The files of the landing zone that were read, by name; files: the relation `stg_landing__files`."""
    query = f"""
        select file, file_version, parser_version, parse_error is not null
        from {files}
        qualify file_id = max(file_id) over (partition by file)
        order by file
    """
    found = connection.execute(query).fetchall()
    return [file for file in map(KnownFile._make, found) if file.version != LEFT_OUT]


def log_nothing_new(warehouse: Path, files: Iterable[KnownFile]) -> None:
    version, note = published_version(warehouse), unreadable_note(files)
    log.info("Nothing is new since %s: nothing was published%s", version, note)


def unreadable_note(files: Iterable[KnownFile]) -> str:
    """How many files could not be read, or not to their end, and which, as the end of a sentence."""
    names = [printable(Path(file.name).name) for file in files if file.is_unreadable]
    if not names:
        return ""
    return (
        f", though {len(names)} could not be read to the end: {first_names(names)}"
        " (stg_landing__quarantine says why)"
    )
