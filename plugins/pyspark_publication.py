"""Publishing as a data source of Spark: its one row says what a build on Spark was published as."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from versions import FILES, hash_of_inputs, naming_unreadable, publish_version, quoted


class DefaultSource(DataSource):
    """Option: `build`: JSON of what `publish_version` asks for, the `warehouse` and its `schema` in Spark."""

    @classmethod
    def name(cls) -> str:
        return "publication"

    def schema(self) -> str:
        return "message string"

    def reader(self, schema: object) -> "Publisher":
        return Publisher(json.loads(self.options["build"]))


class Publisher(DataSourceReader):
    def __init__(self, build: dict[str, Any]) -> None:
        self.build = build
        self.warehouse = Path(build["warehouse"]).absolute()

    def partitions(self) -> list[InputPartition]:
        return [InputPartition(0)]

    def read(self, partition: InputPartition) -> Iterator[tuple[str]]:
        with duckdb.connect() as connection:
            files = connection.execute(FILES.format(self.parquet("stg_parsed_events"))).fetchall()
            inputs = hash_of_inputs(files, self.build["store_timezone"])
            version = publish_version(
                connection, self.warehouse, self.build, inputs, fill=lambda: self.fill(connection)
            )
        yield (f"Published {version.stem}{naming_unreadable(files)}",)

    def parquet(self, table: str) -> str:
        """What Spark has written of a table, as DuckDB reads it."""
        return (
            f"read_parquet('{quoted(self.warehouse / 'spark' / self.build['schema'])}.db/{table}/*.parquet')"
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write every table, with the types of its contract, from what Spark has written."""
        for table, described in self.build["tables"].items():
            casts = [
                f"cast({column} as {kind}) as {column}" for column, kind in described["types"].items() if kind
            ]
            replaced = f" replace ({', '.join(casts)})" if casts else ""
            connection.execute(
                f"create table unfinished.{table} as select *{replaced} from {self.parquet(table)}"
            )
