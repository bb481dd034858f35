"""Reads files of the landing zone: each row as JSON text, whatever state it is in.

What a row means is decided in SQL, in `stg_landing__rows`. Here a row is only found and numbered, and gets
its parse error where it cannot be text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline.landing.formats import PARQUET, UnreadableError, file_format, text_rows
from pipeline.landing.json_rows import Row
from pipeline.landing.parquet import parquet_query, parquet_source
from pipeline.landing.path_properties import PathProperties, path_properties
from pipeline.landing.zone import file_name

UNREADABLE = "a file that cannot be read, or not to its end"
BATCH_BYTES = 16_000_000
SCHEMA = pa.schema(
    [
        ("file_id", pa.int64()),
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("parse_error", pa.string()),
        ("text", pa.string()),
        ("folder_fields", pa.string()),
        ("is_ad_spend", pa.bool_()),
        ("is_tracked", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class FileVersion:
    """A file as it is now.

    file_id: grows from file version to file version; version: another one once the file was changed.
    """

    file_id: int
    path: Path
    version: str


def rows_of_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, files: list[FileVersion]
) -> duckdb.DuckDBPyRelation:
    """All rows of some files below a folder. The relation can be read once.

    Columns: `file_id`; `file`; `row_number` from 1, and 0 for a file that cannot be read, or not to its end;
    `parse_error`, null where the row is text; `text`; and those of `PathProperties`.
    """
    parquet, unreadable = {}, {}
    for file in files:
        if file_format(file.path) == PARQUET:
            try:
                parquet[file] = parquet_source(connection, file.path)
            except UnreadableError as error:
                unreadable[file] = str(error)
    batches = row_batches(folder, files, unreadable)
    # As a capsule: given a reader, DuckDB would import pyarrow.dataset first, for 0.07 s.
    stream = pa.RecordBatchReader.from_batches(SCHEMA, batches).__arrow_c_stream__()
    connection.register("found_rows", stream)
    queries = [
        parquet_query(connection, file.file_id, file.path, source, path_properties(folder, file.path))
        for file, source in parquet.items()
    ]
    return connection.sql(" union all ".join(["from found_rows", *queries]))


def row_batches(
    folder: Path, files: list[FileVersion], unreadable: dict[FileVersion, str]
) -> Iterator[pa.RecordBatch]:
    for file in files:
        properties = path_properties(folder, file.path)
        batch: list[Row] = []
        size = 0
        for row in file_rows(file.path, unreadable.get(file)):
            batch.append(row)
            size += len(row[2] or "") + 100
            if size > BATCH_BYTES:
                yield record_batch(file, batch, properties)
                batch, size = [], 0
        yield record_batch(file, batch, properties)


def file_rows(path: Path, why_unreadable: str | None) -> Iterator[Row]:
    """The rows of a text file, and row 0 of a file that cannot be read, whose text says why."""
    try:
        if why_unreadable:
            raise UnreadableError(why_unreadable)
        if file_format(path) != PARQUET:
            yield from text_rows(path)
    except FileNotFoundError:
        pass
    except UnreadableError as error:
        yield 0, UNREADABLE, str(error)


def record_batch(file: FileVersion, rows: list[Row], properties: PathProperties) -> pa.RecordBatch:
    numbers, parse_errors, texts = zip(*rows, strict=True) if rows else ([], [], [])
    count = len(rows)
    return pa.record_batch(
        [
            *([file.file_id] * count, [file_name(file.path)] * count, numbers, parse_errors, texts),
            *([each] * count for each in properties),
        ],
        schema=SCHEMA,
    )
