"""The landing zone as a data source of Spark, which finds it by the name of this module.

Each task reads some files as a build on DuckDB does, and asks the query of `stg_landing__rows` of their
rows in a DuckDB of its own: what a row means is then the same on both engines, malformed ones included.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from pipeline.addresses import define_addresses
from pipeline.landing.load import create_files
from pipeline.landing.rows import FileVersion, rows_of_files
from pipeline.landing.zone import (
    SAMPLE,
    LandingError,
    file_versions,
    landing_files,
    landing_folder,
    landing_zone,
)
from pipeline.paths import ROOT
from pipeline.pseudonyms import Pseudonyms, pseudonyms_of
from pipeline.robots import define_is_robot

SEEDS = ("event_names", "event_types")
TASK_BYTES = 64_000_000
SPARK_TYPES = {"VARCHAR": "string", "INTEGER": "int", "TIMESTAMP": "timestamp_ntz"}


class DefaultSource(DataSource):
    """Options: `raw_events` and `warehouse`, as the variables; `query`, which asks `source_table`."""

    @classmethod
    def name(cls) -> str:
        return "landing"

    def query(self) -> "Query":
        return Query(self.options["query"], has_rows=self.options["source_table"] == "rows")

    def schema(self) -> str:
        with duckdb.connect() as connection:
            columns = self.query().answer(connection, Path(), [], Pseudonyms("", []))
            described = zip(columns.columns, columns.types, strict=True)
            return ", ".join(f"{name} {SPARK_TYPES.get(str(kind), kind)}" for name, kind in described)

    def reader(self, schema: object) -> "LandingReader":
        zone = landing_zone(self.options["raw_events"] or str(ROOT / SAMPLE))
        return LandingReader(zone, self.query(), pseudonyms_of(Path(self.options["warehouse"])))


@dataclass(frozen=True)
class Query:
    """A query of the source `landing`; has_rows: whether it asks for rows, or for files only."""

    text: str
    has_rows: bool

    def answer(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        files: list[FileVersion],
        pseudonyms: Pseudonyms,
    ) -> duckdb.DuckDBPyRelation:
        """What it gives for these files; hashes, for which Spark has no type, as text of the same order."""
        define_addresses(connection, pseudonyms)
        define_is_robot(connection)
        create_files(connection, files)
        if self.has_rows:
            # A table, because the rows can be read once only, and the query reads them twice.
            rows_of_files(connection, folder, files).create("landed.rows")
        for seed in SEEDS:
            connection.read_csv(str(ROOT / "seeds" / f"{seed}.csv")).create_view(seed)
        rows = connection.sql(self.text)
        types = zip(rows.columns, rows.types, strict=True)
        hashes = [name for name, kind in types if str(kind) == "UHUGEINT"]
        replaced = ", ".join(f"lpad(to_hex({name}), 32, '0') as {name}" for name in hashes)
        return rows.project(f"* replace ({replaced})" if replaced else "*")


class Files(InputPartition):
    """Some files, to be read by one task."""

    def __init__(self, files: list[FileVersion]) -> None:
        self.files = files


class LandingReader(DataSourceReader):
    def __init__(self, zone: str, query: Query, pseudonyms: Pseudonyms) -> None:
        self.zone = zone
        self.query = query
        self.pseudonyms = pseudonyms

    def partitions(self) -> list[Files]:
        parts: list[Files] = []
        size = TASK_BYTES
        versions = file_versions(landing_files(self.zone)[0])
        for file_id, (path, version) in enumerate(versions.items(), 1):
            if size >= TASK_BYTES:
                parts.append(Files([]))
                size = 0
            parts[-1].files.append(FileVersion(file_id, path, version))
            with suppress(FileNotFoundError):
                size += path.stat().st_size
        return parts or [Files([])]

    def read(self, partition: Files) -> Iterator[pa.RecordBatch]:
        for file in partition.files:
            if not file.path.parent.exists():
                raise LandingError(
                    f"{file.path.parent} is not there: is it on a disk that all executors see?"
                )
        folder = landing_folder(self.zone)
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            rows = self.query.answer(connection, folder, partition.files, self.pseudonyms)
            yield from rows.to_arrow_reader()
