"""Publishing as a data source of Spark: its one row says what a build on Spark was published as."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

from pipeline.build_file import known_files, unreadable_note
from pipeline.definition import hash_of_inputs
from pipeline.described_tables import Publication
from pipeline.durable import swap_symlink
from pipeline.load_summary import load_summary
from pipeline.paths import ERASED, SPARK
from pipeline.quoting import quoted
from pipeline.status import record_build
from pipeline.versions import publish_version

RETAINED_SECONDS = 86_400


class SparkPublication(Publication):
    """warehouse: the folder; folder: where Spark has written the tables, below its own folder."""

    warehouse: str
    folder: str


class DefaultSource(DataSource):
    """Option `build`: JSON of a SparkPublication."""

    @classmethod
    def name(cls) -> str:
        return "publication"

    def schema(self) -> str:
        return "message string"

    def reader(self, schema: object) -> "Publisher":
        return Publisher(json.loads(self.options["build"]))


class Publisher(DataSourceReader):
    def __init__(self, build: SparkPublication) -> None:
        self.build = build
        self.warehouse = Path(build["warehouse"]).absolute()
        self.link = self.warehouse / SPARK / "current"
        self.folder = self.warehouse / SPARK / build["folder"]

    def partitions(self) -> list[InputPartition]:
        return [InputPartition(0)]

    def read(self, partition: InputPartition) -> Iterator[tuple[str]]:
        with duckdb.connect() as connection:
            self.refuse_if_erased_since_the_build_began()
            rows, file_versions, duplicates = map(
                self.parquet, ("stg_landing__rows", "stg_landing__files", "int_duplicate_events")
            )
            files = known_files(connection, file_versions)
            summary = load_summary(connection, rows, duplicates)
            inputs = hash_of_inputs(files, self.build["store_timezone"])
            version, _ = publish_version(
                connection,
                self.warehouse,
                self.build["tables"],
                self.build["store_timezone"],
                inputs,
                fill=lambda: self.fill(connection),
            )
        before = self.link.resolve()
        swap_symlink(self.link, self.folder)
        remove_ended(self.folder, before)
        record_build(self.warehouse, self.build["began_at"], summary.rows)
        yield (f"Published {version.stem}, {summary}{unreadable_note(files)}",)

    def refuse_if_erased_since_the_build_began(self) -> None:
        """An erasure does not wait for a build on Spark, which reads the list of the erased at its start."""
        erased = self.warehouse / ERASED
        began_at = datetime.fromisoformat(self.build["began_at"]).timestamp()
        if erased.exists() and erased.stat().st_mtime > began_at:
            raise RuntimeError(
                "A customer was erased while this build ran: nothing was published; build again."
            )

    def parquet(self, table: str) -> str:
        """What Spark has written of a table, as DuckDB reads it; a day may be called +10000-01-01."""
        folder = self.folder / table
        if not any(folder.glob("event_date=*")):
            return f"read_parquet({quoted(folder / '*.parquet')})"
        return (
            "(select * replace (cast(ltrim(event_date, '+') as date) as event_date) from read_parquet("
            f"{quoted(folder / '*/*.parquet')}, hive_partitioning = true, hive_types_autocast = false))"
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write every table, with the types of its contract, from what Spark has written."""
        for table, described in self.build["tables"].items():
            types = {column: kind for column, kind in described["types"].items() if kind}
            if not any((self.folder / table).rglob("*.parquet")):
                # Without rows there is no day, and so no file.
                columns = ", ".join(f"{column} {kind}" for column, kind in types.items())
                connection.execute(f"create table target.{table} ({columns})")
                continue
            casts = [f"cast({column} as {kind}) as {column}" for column, kind in types.items()]
            replaced = f" replace ({', '.join(casts)})" if casts else ""
            connection.execute(
                f"create table target.{table} as select *{replaced} from {self.parquet(table)}"
            )


def remove_ended(folder: Path, before: Path) -> None:
    """Remove the tables of the build published before, and of others so old that they must have failed."""
    for other in folder.parent.iterdir():
        is_old = other.stat().st_mtime < time.time() - RETAINED_SECONDS
        if other != folder and (other == before or is_old):
            shutil.rmtree(other, ignore_errors=True)
