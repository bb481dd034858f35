"""Reads Parquet files with DuckDB, without a step through Python."""

import os
import re
from functools import cache
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.landing.formats import PARQUET, UnreadableError
from pipeline.landing.path_properties import PathProperties
from pipeline.landing.zone import file_name
from pipeline.quoting import quoted


def parquet_source(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The table function that reads a Parquet file, with bytes as text where they are UTF-8.

    Reads every value once, because a bad one would fail the build later. Raises UnreadableError.
    """
    # DuckDB takes a name for a pattern, and knows names in UTF-8 only.
    known = path if file_name(path) == str(path) else link_to(path)
    pattern = re.sub(r"([*?[\]{}])", r"[\1]", str(known))
    for is_text in ("true", "false"):
        source = f"read_parquet({quoted(pattern)}, binary_as_string = {is_text}, hive_partitioning = false)"
        try:
            connection.execute(f"select bit_xor(hash(landed)) from {source} as landed")
        except duckdb.Error as error:
            reason = str(error)
        else:
            return source
    raise UnreadableError(f"{reason}: land it whole")


def parquet_query(
    connection: duckdb.DuckDBPyConnection,
    file_id: int,
    path: Path,
    source: str,
    properties: PathProperties,
) -> str:
    """A query of a file's rows, with the columns of `rows.SCHEMA`."""
    columns = connection.sql(f"from {source}").columns
    # DuckDB's own row number keeps both cores busy, but a column of that name hides it.
    is_hidden = "file_row_number" in [column.lower() for column in columns]
    row_number = "row_number() over ()" if is_hidden else "file_row_number + 1"
    folder_fields, *flags = properties
    return (
        f"select {file_id}, {quoted(file_name(path))}, {row_number}, null,"
        f" cast(to_json(landed) as varchar), {quoted(folder_fields) if folder_fields else 'null'},"
        f" {', '.join(map(str, flags))} from {source} as landed"
    )


@cache
def link_to(path: Path) -> Path:
    """A link to a file, whose name is ASCII; it exists as long as this process."""
    link = Path(folder_of_links().name, f"{md5(os.fsencode(path)).hexdigest()}{PARQUET}")
    link.symlink_to(path.absolute())
    return link


@cache
def folder_of_links() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="landed-")
