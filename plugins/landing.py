"""Finds the files of the landing zone and reads them: each row as JSON text, whatever state it is in.

What a row means is decided in SQL, in `stg_landing__rows`; here a row is only found, numbered
and, where it cannot be text at all, marked with its defect.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from glob import glob, has_magic
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from formats import PARQUET, UnreadableError, kind, text_rows
from json_rows import Row
from versions import reading_settings, shown

ROOT = Path(__file__).parents[1]
READERS = (
    "dbt_project.yml",
    "plugins/landing.py",
    "plugins/formats.py",
    "plugins/json_rows.py",
    "plugins/robots.py",
    "plugins/addresses.py",
    "requirements.lock",
    "macros/landed_names.sql",
    "macros/raw_values.sql",
    "models/staging/landing/stg_landing__rows.sql",
    "seeds/event_names.csv",
    "seeds/event_types.csv",
)
SAMPLE = "seeds/sample_events.csv"  # Read where RAW_EVENTS is not set; builds run in the project's folder.
UNREADABLE = "a file that cannot be read, or not to its end"
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # The name of a folder of nulls.
BATCH_BYTES = 16_000_000
SCHEMA = pa.schema(
    [
        ("file_id", pa.int64()),
        ("file", pa.string()),
        ("row_number", pa.int64()),
        ("defect", pa.string()),
        ("text", pa.string()),
        ("folder_fields", pa.string()),
    ]
)


class LandingError(Exception):
    """A landing zone that cannot hold events, or may not be read; the message names it."""


@dataclass(frozen=True)
class FileVersion:
    """A file as it is now.

    file_id: grows from file version to file version; version: another one once the file was changed.
    """

    file_id: int
    path: Path
    version: str


def landing_zone(raw_events: str | None) -> str:
    """The absolute name of RAW_EVENTS, a folder, a file or a glob, or the sample where it is not set."""
    return os.path.abspath(raw_events) if raw_events else SAMPLE


def rows_of_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, files: list[FileVersion]
) -> duckdb.DuckDBPyRelation:
    """All rows of some files of a landing zone, to be asked for once.

    Columns: `file_id`; `file`; `row_number` from 1, and 0 for a file that cannot be read, or not to its end;
    `defect`, null where the row is text; `text`; `folder_fields`, a JSON object of what the file's folders
    say of its rows, or null.
    """
    parquet, unreadable = {}, {}
    for file in files:
        if kind(file.path) == PARQUET:
            try:
                parquet[file] = parquet_source(connection, file.path)
            except UnreadableError as error:
                unreadable[file] = str(error)
    batches = row_batches(folder, files, unreadable)
    # As a capsule: given a reader, DuckDB would import pyarrow.dataset first, for 0.07 s.
    stream = pa.RecordBatchReader.from_batches(SCHEMA, batches).__arrow_c_stream__()
    connection.register("found_rows", stream)
    selects = [
        "from found_rows",
        *(parquet_rows(connection, folder, file, source) for file, source in parquet.items()),
    ]
    return connection.sql(" union all ".join(selects))


def landing_files(raw_events: str) -> tuple[list[Path], list[Path]]:
    """The files of the landing zone that can hold events, and what is left alone.

    Left alone are other files, hidden ones, and links that lead out of the landing zone. Raises LandingError.
    """
    landing = Path(raw_events)
    links: list[Path] = []
    if landing.is_dir():
        paths, links = files_below(landing)
    elif has_magic(raw_events) or landing.exists():
        found = [Path(name) for name in glob(raw_events, recursive=True) if Path(name).is_file()]
        inside = leads_nowhere_else(landing_folder(raw_events))
        paths = [path for path in found if inside(path)]
        links = [path for path in found if not inside(path)]
    else:
        raise LandingError(f"RAW_EVENTS names {raw_events}, which does not exist")
    found = sorted(path for path in paths if kind(path) and not path.name.startswith((".", "_")))
    left_alone = sorted({*paths, *links}.difference(found))
    if left_alone and not found:
        raise LandingError(
            f"RAW_EVENTS names {raw_events}, which holds no NDJSON, CSV or Parquet file{naming(left_alone)}"
        )
    return found, left_alone


def landing_folder(raw_events: str) -> Path:
    """The folder below which all files of a landing zone lie."""
    folder = Path(raw_events)
    while has_magic(str(folder)) or folder.is_file():
        folder = folder.parent
    return folder


def files_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files in a folder and its folders, and the links that lead out of it. Raises LandingError."""
    inside = leads_nowhere_else(folder)
    files, links, folders = [], [], [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False) or (inside(path) and path.is_file()):
                        files.append(path)
                    elif entry.is_symlink() and not inside(path):
                        links.append(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise LandingError(f"{error.filename} may not be read: {error.strerror}") from None
    return files, links


def leads_nowhere_else(folder: Path) -> Callable[[Path], bool]:
    """What tells whether a path below a folder is still below it when all links are followed."""
    # Not `Path.resolve`, for which a link to itself is an error.
    real_folder = os.path.realpath(folder)
    real_parent = cache(os.path.realpath)

    def inside(path: Path) -> bool:
        real = os.path.realpath(path) if path.is_symlink() else real_parent(path.parent)
        return Path(real).is_relative_to(real_folder)

    return inside


def naming(paths: list[Path]) -> str:
    """The first names of some paths, as an aside."""
    names = ", ".join(shown(name_of(path.name)) + ", a link" * path.is_symlink() for path in paths[:3])
    return f" ({names}{', …' if len(paths) > 3 else ''})" if paths else ""


def name_of(path: Path | str) -> str:
    """Its name, in which bytes that are not UTF-8 are written as backslash escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


@cache
def link_to(path: Path) -> Path:
    """Another name of a file, for as long as this process lives."""
    link = Path(folder_of_links().name, f"{md5(os.fsencode(path)).hexdigest()}{PARQUET}")
    link.symlink_to(path.absolute())
    return link


@cache
def folder_of_links() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="landed-")


def parser_version() -> str:
    """Another one once the code that reads, or a setting of it, was changed."""
    return md5("\0".join([*reading_settings(), *parser_code()]).encode()).hexdigest()


@cache
def parser_code() -> list[str]:
    return [(ROOT / name).read_text(encoding="utf-8") for name in READERS]


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


def parquet_rows(connection: duckdb.DuckDBPyConnection, folder: Path, file: FileVersion, source: str) -> str:
    columns = connection.sql(f"from {source}").columns
    # DuckDB's own count keeps both cores busy, but a column of that name hides it.
    is_hidden = "file_row_number" in [column.lower() for column in columns]
    row_number = "row_number() over ()" if is_hidden else "file_row_number + 1"
    fields = fields_of_folders(folder, file.path)
    return (
        f"select {file.file_id}, {quoted(name_of(file.path))}, {row_number}, null,"
        f" cast(to_json(landed) as varchar), {quoted(fields) if fields else 'null'} from {source} as landed"
    )


def parquet_source(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """What reads a Parquet file: bytes as text, unless they are none.

    Looks at every value, as a bad one would stop the build later. Raises UnreadableError.
    """
    # DuckDB takes a name for a pattern, and knows names in UTF-8 only.
    known = path if name_of(path) == str(path) else link_to(path)
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


def fields_of_folders(folder: Path, path: Path) -> str | None:
    """What the names `key=value` of a file's folders in the landing zone say of its rows, as JSON."""
    names = path.relative_to(folder).parts[:-1] if path.is_relative_to(folder) else ()
    names = tuple(map(name_of, names))
    pairs = [name.split("=", 1) for name in names if "=" in name]
    fields = {unquote(key): unquote(value) for key, value in pairs if value != NO_VALUE}
    return json.dumps(fields, ensure_ascii=False) if fields else None


def quoted(path: Path | str) -> str:
    return "'{}'".format(str(path).replace("'", "''"))


def row_batches(
    folder: Path, files: list[FileVersion], unreadable: dict[FileVersion, str]
) -> Iterator[pa.RecordBatch]:
    for file in files:
        fields = fields_of_folders(folder, file.path)
        batch: list[Row] = []
        size = 0
        for row in rows_of(file.path, unreadable.get(file)):
            batch.append(row)
            size += len(row[2] or "") + 100
            if size > BATCH_BYTES:
                yield record_batch(file, batch, fields)
                batch, size = [], 0
        yield record_batch(file, batch, fields)


def rows_of(path: Path, defect: str | None) -> Iterator[Row]:
    """The rows of text files, and row 0 of a file that cannot be read, which says why."""
    try:
        if defect:
            raise UnreadableError(defect)
        if kind(path) != PARQUET:
            yield from text_rows(path)
    except FileNotFoundError:
        pass
    except UnreadableError as error:
        yield 0, UNREADABLE, str(error)


def record_batch(file: FileVersion, batch: list[Row], folder_fields: str | None) -> pa.RecordBatch:
    columns = zip(*batch, strict=True) if batch else ([], [], [])
    numbers, defects, texts = columns
    count = len(batch)
    return pa.record_batch(
        [
            [file.file_id] * count,
            [name_of(file.path)] * count,
            numbers,
            defects,
            texts,
            [folder_fields] * count,
        ],
        schema=SCHEMA,
    )
