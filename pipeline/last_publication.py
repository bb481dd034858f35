"""The last publication of the build file; changes of the next build count from it."""

from typing import NamedTuple

import duckdb

from pipeline.build_file import FILES, LEFT_OUT, ROWS

LAST_PUBLICATION = """
    create table if not exists last_publication
    (name varchar, digest varchar, inputs varchar, last_file_id bigint)
"""
SUPERSEDED = "select file_id from stg_landing__superseded_files"


class LastPublication(NamedTuple):
    """name: the version's file; digest: `versions.digest` of it; inputs: `definition.hash_of_inputs`."""

    name: str
    digest: str
    inputs: str


def last_publication(connection: duckdb.DuckDBPyConnection) -> LastPublication | None:
    found = connection.execute("select name, digest, inputs from last_publication").fetchone()
    return LastPublication._make(found) if found else None


def record_publication(
    connection: duckdb.DuckDBPyConnection, publication: LastPublication, definition: str
) -> None:
    """Record a publication by the code of this hash, and delete the rows of superseded file versions."""
    connection.execute("begin")
    connection.execute(f"delete from {ROWS} where file_id in ({SUPERSEDED})")
    connection.execute(f"delete from {FILES} where file_id in ({SUPERSEDED}) or file_version = '{LEFT_OUT}'")
    connection.execute("delete from last_publication")
    connection.execute(
        f"insert into last_publication select ?, ?, ?, coalesce(max(file_id), 0) from {FILES}", publication
    )
    connection.execute("update definition set hash = ?", [definition])
    connection.execute("commit")
