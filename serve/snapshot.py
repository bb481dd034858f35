"""Queries on a published version."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import duckdb
from jinja2 import Environment, StrictUndefined

from pipeline.paths import ROOT
from serve.database import Database
from serve.errors import QueryOutOfMemory, QueryTimeout
from serve.version import RefCounted, Version

# DuckDB looks for pandas at each parameter; this makes it find out at once that there is none.
sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

QUERIES = Path(__file__).parent / "queries"
WINDOW_TABLES = sorted((QUERIES / "days").glob("*.sql"))
RULES = [ROOT / "macros" / name for name in ("attribution.sql", "checkouts_of.sql", "customers.sql")]
SUBQUERIES = ("orders_so_far",)
# Renders macros of ours only. Parameters go to DuckDB, never through here.
ENVIRONMENT = Environment(undefined=StrictUndefined)

Parameters = Mapping[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True)
class SqlQuery(Generic[Row]):
    """A query of `queries/<name>.sql`; row: what makes a row of it, given its columns by name."""

    name: str
    row: Callable[..., Row]


class ReadSnapshot:
    """Queries on one version, whose file stays open until the snapshot is closed. Thread-safe."""

    def __init__(self, database: Database, version: Version) -> None:
        self.database = database
        self.version = version
        self.search_path = version.schema
        self.read: list[RefCounted] = [version]
        self.cursors: set[duckdb.DuckDBPyConnection] = set()
        self.is_stopped = False
        database.acquire(version)

    def close(self) -> None:
        """Release what was read; no query may follow."""
        for shared in self.read:
            self.database.release(shared)

    def rows(self, query: SqlQuery[Row], parameters: Parameters) -> list[Row]:
        """The rows of a query, which is given the parameters it names.

        Raises QueryTimeout once the snapshot is stopped, and QueryOutOfMemory.
        """
        sql, names = prepared(query.name)
        with self.cursor() as cursor:
            cursor.execute(sql, {name: parameters[name] for name in names})
            columns = [column[0] for column in cursor.description or []]
            return [query.row(**dict(zip(columns, values, strict=True))) for values in cursor.fetchall()]

    def ensure_window_tables(self, parameters: Parameters) -> None:
        """Show to queries, as `days_<name>`, the rows of `queries/days` for the days in the parameters.

        The first caller for these days computes them. Raises QueryTimeout as `rows` does.
        """
        days = (parameters["first_date"], parameters["last_date"], parameters["retention_first_date"])
        tables = self.database.acquire_window_tables(self.version, days)
        if tables is None:
            tables = self.make_window_tables(parameters)
            self.database.add_window_tables(self.version, days, tables)
        self.read.append(tables)
        self.search_path = f"{tables.schema},{self.version.schema}"

    def make_window_tables(self, parameters: Parameters) -> RefCounted:
        schema = f"memory.days_{next(self.database.numbers)}"
        made = RefCounted(schema, f"drop schema if exists {schema} cascade")
        try:
            with self.cursor() as cursor:
                cursor.execute(f"create schema {schema}")
                for path in WINDOW_TABLES:
                    sql, names = prepared(f"days/{path.stem}")
                    values = {name: parameters[name] for name in names}
                    cursor.execute(f"create table {schema}.days_{path.stem} as\n{sql}", values)
        except BaseException:
            self.database.connection.execute(made.drop)
            raise
        return made

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.database.connection.cursor()
        self.cursors.add(cursor)
        try:
            if self.is_stopped:
                raise duckdb.InterruptException
            cursor.execute(f"set search_path = '{self.search_path}'")
            yield cursor
        except duckdb.InterruptException:
            raise QueryTimeout("The answer took too long; ask again later, or for fewer days.") from None
        except duckdb.OutOfMemoryException:
            raise QueryOutOfMemory(
                "The answer needs too much memory; ask again later, or for fewer days."
            ) from None
        finally:
            self.cursors.discard(cursor)
            cursor.close()

    def stop(self) -> None:
        """End the queries that are running and refuse further ones.

        A query that is just about to start may slip through, so call it until the snapshot is closed.
        """
        self.is_stopped = True
        for cursor in list(self.cursors):
            with suppress(duckdb.ConnectionException):
                cursor.interrupt()


@cache
def rules() -> dict[str, object]:
    """What queries share: macros of dbt with the marts, and queries with one another."""
    text = "".join(path.read_text(encoding="utf-8") for path in RULES)
    for name in SUBQUERIES:
        query = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        text += f"{{% macro {name}() %}}({query}){{% endmacro %}}"
    return vars(ENVIRONMENT.from_string(text).module)


@cache
def prepared(name: str) -> tuple[str, set[str]]:
    """The text of `queries/<name>.sql` and the names of its parameters."""
    text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    sql = ENVIRONMENT.from_string(text, rules()).render()
    (statement,) = duckdb.extract_statements(sql)
    return sql, statement.named_parameters
