"""Reads the landing zone: each row of each file as JSON text, whatever state it is in.

What a row means is decided in SQL, in `stg_parsed_events`; here a row is only found, numbered
and, where it cannot be text at all, marked with its defect.
"""

import csv
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa

LINES = (".ndjson", ".jsonl", ".json")
BATCH_BYTES = 16_000_000
SCHEMA = pa.schema(
    [("file", pa.string()), ("row_number", pa.int64()), ("defect", pa.string()), ("text", pa.string())]
)
Row = tuple[int, str | None, str]


class LandingError(Exception):
    """A landing zone or a file in it that cannot be read; the message names it."""


def rows(connection: duckdb.DuckDBPyConnection, raw_events: str) -> duckdb.DuckDBPyRelation:
    """The rows below the folder, or in the files of the glob, `raw_events`.

    Columns: `file`, `row_number` (from 1), `defect` (null where the row is text), `text`.
    Raises LandingError for a folder or file that cannot be read.
    """
    paths = landing_files(raw_events)
    tables = [path for path in paths if kind(path) == ".parquet"]
    batches = text_batches([path for path in paths if path not in tables])
    connection.register("text_rows", pa.RecordBatchReader.from_batches(SCHEMA, batches))
    selects = ["select * from text_rows", *(parquet_rows(connection, path) for path in tables)]
    return connection.sql(" union all ".join(selects))


def landing_files(raw_events: str) -> list[Path]:
    """The files of the landing zone that can hold events, sorted; hidden ones are left alone."""
    landing = Path(raw_events)
    if landing.is_dir():
        found = (path for path in landing.rglob("*") if path.is_file())
    elif has_magic(raw_events) or landing.exists():
        found = (Path(name) for name in glob(raw_events, recursive=True) if Path(name).is_file())
    else:
        raise LandingError(f"RAW_EVENTS names {raw_events}, which does not exist")
    return sorted(path for path in found if kind(path) and not path.name.startswith((".", "_")))


def kind(path: Path) -> str | None:
    """The format a file's name promises, as its ending without `.gz`; None for any other file."""
    name = path.name.lower()
    ending = Path(name.removesuffix(".gz")).suffix
    if ending == ".parquet" and name.endswith(".gz"):
        return None
    return ending if ending in (*LINES, ".csv", ".parquet") else None


def parquet_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    source = "read_parquet('{}')".format(str(path).replace("'", "''"))
    try:
        connection.execute(f"describe select * from {source}")
    except duckdb.Error as error:
        raise LandingError(f"{path} is not a readable Parquet file: {error}") from None
    name = str(path).replace("'", "''")
    return (
        f"select '{name}', row_number() over (), null, cast(to_json(landed) as varchar)"
        f" from (select * from {source}) as landed"
    )


def text_batches(paths: list[Path]) -> Iterator[pa.RecordBatch]:
    for path in paths:
        try:
            with gzip.open(path) if path.name.lower().endswith(".gz") else open(path, "rb") as stream:
                found = csv_rows(stream) if kind(path) == ".csv" else json_rows(stream)
                yield from batched(str(path), found)
        except (OSError, EOFError, zlib.error) as error:
            raise LandingError(f"{path} cannot be read: {error}") from None


def batched(file: str, found: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    batch: list[Row] = []
    size = 0
    for row in found:
        batch.append(row)
        size += len(row[2]) + 100
        if size > BATCH_BYTES:
            yield record_batch(file, batch)
            batch, size = [], 0
    if batch:
        yield record_batch(file, batch)


def record_batch(file: str, batch: list[Row]) -> pa.RecordBatch:
    numbers, defects, texts = zip(*batch, strict=True)
    return pa.record_batch([[file] * len(batch), numbers, defects, texts], schema=SCHEMA)


def json_rows(stream: BinaryIO) -> Iterator[Row]:
    """One row per line that is not blank."""
    for number, line in enumerate(stream, start=1):
        content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if content.strip():
            try:
                yield number, None, content.decode().rstrip("\r\n")
            except UnicodeDecodeError:
                yield number, "not UTF-8", content.decode(errors="backslashreplace").rstrip("\r\n")


def csv_rows(stream: BinaryIO) -> Iterator[Row]:
    """One row per record below the header, as a JSON object keyed by the header's names."""
    csv.field_size_limit(sys.maxsize)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    records = csv.reader(text)
    header = [name.strip() for name in next(records, [])]
    for number, record in enumerate((record for record in records if record), start=1):
        if len(record) != len(header):
            content, defect = json.dumps(record, ensure_ascii=False), "not as many fields as the header"
        else:
            content = json.dumps(dict(zip(header, record, strict=True)), ensure_ascii=False)
            defect = None if is_utf8(content) else "not UTF-8"
        yield number, defect, printable(content)


def is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    """The text with bytes that were not UTF-8 written as backslash escapes."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
