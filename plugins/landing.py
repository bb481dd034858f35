"""Reads what is new in the landing zone: each row of each file as JSON text, whatever state it is in.

What a row means is decided in SQL, in `stg_parsed_events`; here a row is only found, numbered
and, where it cannot be text at all, marked with its defect.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from glob import glob, has_magic
from hashlib import md5
from pathlib import Path

import duckdb
import pyarrow as pa
from formats import Row, UnreadableError, kind, text_rows

ROOT = Path(__file__).parents[1]
READERS = (
    "plugins/landing.py",
    "plugins/formats.py",
    "macros/raw_values.sql",
    "models/staging/stg_parsed_events.sql",
)
UNREADABLE = "a file that cannot be read, or not to its end"
BATCH_BYTES = 16_000_000
SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("defect", pa.string()),
        ("text", pa.string()),
        ("file_version", pa.string()),
    ]
)


class LandingError(Exception):
    """A landing zone that cannot hold events, or may not be read; the message names it."""


def rows(
    connection: duckdb.DuckDBPyConnection, raw_events: str, is_full_refresh: bool
) -> duckdb.DuckDBPyRelation:
    """The rows of the files below the folder, or in the glob, `raw_events` that are new or were changed.

    Columns: those of `rows_of_files`. Raises LandingError.
    """
    found, left_alone = landing_files(raw_events)
    reader_version = version_of_reader(raw_events)
    known = {} if is_full_refresh else known_files(connection, reader_version)
    versions = versions_of_files(found)
    fresh = {path: version for path, version in versions.items() if known.get(str(path)) != version}
    print(
        f"Files: {len(fresh)} read, {len(versions) - len(fresh)} unchanged,"
        f" {len(left_alone)} left alone{naming(left_alone)}"
    )
    return rows_of_files(connection, fresh, reader_version)


def rows_of_files(
    connection: duckdb.DuckDBPyConnection, versions: dict[Path, str], reader_version: str
) -> duckdb.DuckDBPyRelation:
    """All rows of some files, to be asked for once.

    Columns: `file`; `row_number` from 1, and 0 for the file as such; `defect`, null where the row is text;
    `text`; `file_version`, another one once the file was changed; `reader_version`, another one once
    RAW_EVENTS or the code that reads was changed, after which every file is new.
    """
    unreadable = {path: defect for path in versions if (defect := parquet_defect(connection, path))}
    batches = row_batches(versions, unreadable)
    # As a capsule: given a reader, DuckDB would import pyarrow.dataset first, for 0.07 s.
    stream = pa.RecordBatchReader.from_batches(SCHEMA, batches).__arrow_c_stream__()
    connection.register("found_rows", stream)
    parquet = [path for path in versions if kind(path) == ".parquet" and path not in unreadable]
    selects = ["from found_rows", *(parquet_rows(connection, path, versions[path]) for path in parquet)]
    return connection.sql(
        f"select *, '{reader_version}' as reader_version from ({' union all '.join(selects)})"
    )


def landing_files(raw_events: str) -> tuple[list[Path], list[Path]]:
    """The files of the landing zone that can hold events, and those left alone: others and hidden ones."""
    landing = Path(raw_events)
    if landing.is_dir():
        paths = files_below(landing)
    elif has_magic(raw_events) or landing.exists():
        paths = [Path(name) for name in glob(raw_events, recursive=True) if Path(name).is_file()]
    else:
        raise LandingError(f"RAW_EVENTS names {raw_events}, which does not exist")
    found = sorted(path for path in paths if kind(path) and not path.name.startswith((".", "_")))
    left_alone = sorted(set(paths) - set(found))
    if left_alone and not found:
        raise LandingError(
            f"RAW_EVENTS names {raw_events}, which holds no NDJSON, CSV or Parquet file{naming(left_alone)}"
        )
    return found, left_alone


def files_below(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise LandingError(f"{error.filename} may not be read: {error.strerror}")

    return [
        path
        for parent, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if (path := Path(parent, name)).is_file()
    ]


def naming(paths: list[Path]) -> str:
    """The first names of some paths, as an aside."""
    names = ", ".join(path.name for path in paths[:3])
    return f" ({names}{', …' if len(paths) > 3 else ''})" if paths else ""


def version_of_reader(raw_events: str) -> str:
    code = [(ROOT / name).read_text(encoding="utf-8") for name in READERS]
    return md5("\0".join([raw_events, *code]).encode()).hexdigest()


def versions_of_files(paths: list[Path]) -> dict[Path, str]:
    """The version of each file that is still there: tracked ones are put together into others at times."""
    versions = {}
    for path in paths:
        with suppress(FileNotFoundError):
            versions[path] = version_of_file(path)
    return versions


def version_of_file(path: Path) -> str:
    """Changes with the file, also where its size or its time of change was kept: nobody can set ctime."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"


def known_files(connection: duckdb.DuckDBPyConnection, reader_version: str) -> dict[str, str]:
    """The versions of the files that builds before, by the same reader, have kept in `stg_parsed_events`."""
    try:
        found = connection.execute(
            "select file, file_version from stg_parsed_events where row_number = 0 and reader_version = ?",
            [reader_version],
        )
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}
    return dict(found.fetchall())


def parquet_rows(connection: duckdb.DuckDBPyConnection, path: Path, file_version: str) -> str:
    columns = connection.sql(f"from read_parquet({quoted(path)})").columns
    # DuckDB's own count keeps both cores busy, but a column of that name hides it.
    is_hidden = "file_row_number" in [column.lower() for column in columns]
    row_number = "row_number() over ()" if is_hidden else "file_row_number + 1"
    return (
        f"select {quoted(path)}, {row_number}, null, cast(to_json(landed) as varchar),"
        f" '{file_version}' from read_parquet({quoted(path)}) as landed"
    )


def parquet_defect(connection: duckdb.DuckDBPyConnection, path: Path) -> str | None:
    """What is wrong with a Parquet file; looks at every value, as a bad one would stop the build later."""
    if kind(path) == ".parquet":
        try:
            connection.execute(f"select bit_xor(hash(landed)) from read_parquet({quoted(path)}) as landed")
        except duckdb.Error as error:
            return f"{error}: land it whole"
    return None


def quoted(path: Path) -> str:
    return "'{}'".format(str(path).replace("'", "''"))


def row_batches(versions: dict[Path, str], unreadable: dict[Path, str]) -> Iterator[pa.RecordBatch]:
    for path, version in versions.items():
        batch: list[Row] = []
        size = 0
        for row in rows_of(path, unreadable.get(path)):
            batch.append(row)
            size += len(row[2] or "") + 100
            if size > BATCH_BYTES:
                yield record_batch(path, batch, version)
                batch, size = [], 0
        yield record_batch(path, batch, version)


def rows_of(path: Path, defect: str | None) -> Iterator[Row]:
    """The rows of text files, then row 0, which stands for the file and has what is wrong with it."""
    try:
        if defect:
            raise UnreadableError(defect)
        if kind(path) != ".parquet":
            yield from text_rows(path)
    except FileNotFoundError:
        pass
    except UnreadableError as error:
        yield 0, UNREADABLE, str(error)
    else:
        yield 0, None, None


def record_batch(path: Path, batch: list[Row], version: str) -> pa.RecordBatch:
    columns = zip(*batch, strict=True) if batch else ([], [], [])
    numbers, defects, texts = columns
    count = len(batch)
    return pa.record_batch([[str(path)] * count, numbers, defects, texts, [version] * count], schema=SCHEMA)
