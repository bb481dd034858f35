"""The landing zone as a data source of Spark, which finds it by the name of this module.

Each task reads some files as a build on DuckDB does, and asks the query of `stg_parsed_events` of their
rows in a DuckDB of its own: what a row means is then the same on both engines, down to the dirt.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import landing
import pyarrow as pa
from addresses import Pseudonyms, define_addresses, pseudonyms_of
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from robots import define_is_robot

EVENT_NAMES = landing.ROOT / "seeds" / "event_names.csv"
TASK_BYTES = 64_000_000
SPARK_TYPES = {"VARCHAR": "string", "INTEGER": "int", "TIMESTAMP": "timestamp_ntz"}


class DefaultSource(DataSource):
    """Options: `raw_events` and `warehouse`, as the variables; `query`, which reads `stg_rows`."""

    @classmethod
    def name(cls) -> str:
        return "landing"

    def schema(self) -> str:
        with duckdb.connect() as connection:
            columns = parsed(connection, Path(), {}, "", self.options["query"], Pseudonyms("", []))
            described = zip(columns.columns, columns.types, strict=True)
            return ", ".join(f"{name} {SPARK_TYPES.get(str(kind), kind)}" for name, kind in described)

    def reader(self, schema: object) -> "LandingReader":
        raw_events = Path(self.options["raw_events"] or landing.ROOT / landing.SAMPLE).absolute()
        warehouse = Path(self.options["warehouse"])
        return LandingReader(str(raw_events), self.options["query"], pseudonyms_of(warehouse))


class Files(InputPartition):
    """Some files and their versions, to be read by one task."""

    def __init__(self, versions: dict[Path, str]) -> None:
        self.versions = versions


class LandingReader(DataSourceReader):
    def __init__(self, raw_events: str, query: str, pseudonyms: Pseudonyms) -> None:
        self.raw_events = raw_events
        self.query = query
        self.pseudonyms = pseudonyms

    def partitions(self) -> list[Files]:
        parts: list[Files] = []
        size = TASK_BYTES
        for path, version in landing.versions_of_files(landing.landing_files(self.raw_events)[0]).items():
            if size >= TASK_BYTES:
                parts.append(Files({}))
                size = 0
            parts[-1].versions[path] = version
            with suppress(FileNotFoundError):
                size += path.stat().st_size
        return parts or [Files({})]

    def read(self, partition: Files) -> Iterator[pa.RecordBatch]:
        for path in partition.versions:
            if not path.parent.exists():
                raise landing.LandingError(
                    f"{path.parent} is not there: is it on a disk that all executors see?"
                )
        reader_version = landing.version_of_reader(self.raw_events)
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            rows = parsed(
                connection,
                landing.landing_folder(self.raw_events),
                partition.versions,
                reader_version,
                self.query,
                self.pseudonyms,
            )
            yield from rows.to_arrow_reader()


def parsed(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    versions: dict[Path, str],
    reader_version: str,
    query: str,
    pseudonyms: Pseudonyms,
) -> duckdb.DuckDBPyRelation:
    """What the query gives for the rows of these files.

    Hashes become text of the same order, as Spark has no such numbers.
    """
    # A table, because rows may be asked for once only and the query asks twice.
    landing.rows_of_files(connection, folder, versions, reader_version).create("stg_rows")
    connection.read_csv(str(EVENT_NAMES)).create_view("event_names")
    define_addresses(connection, pseudonyms)
    define_is_robot(connection)
    rows = connection.sql(query)
    hashes = [name for name, kind in zip(rows.columns, rows.types, strict=True) if str(kind) == "UHUGEINT"]
    replaced = ", ".join(f"lpad(to_hex({name}), 32, '0') as {name}" for name in hashes)
    return rows.project(f"* replace ({replaced})")
