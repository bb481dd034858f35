"""Copies the tables of a database without erased addresses and buyers."""

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from pipeline.addresses import SIGN
from pipeline.described_tables import Tables

NO_TEXT = "select null, null, null"
# Whatever they are called, the columns that hold the hashes of people.
PEOPLE = ("buyer_id", "person_id", "visitor_id")


def descriptions(connection: duckdb.DuckDBPyConnection, database: str) -> Tables:
    """The tables of a database with their comments."""
    tables: Tables = {}
    found = connection.execute(
        """
        select table_name, coalesce(tables.comment, ''), column_name, coalesce(columns.comment, '')
        from duckdb_tables() as tables
        join duckdb_columns() as columns using (database_name, schema_name, table_name)
        where database_name = ?
        """,
        [database],
    )
    for table, description, column, column_description in found.fetchall():
        described = tables.setdefault(table, {"description": description, "columns": {}})
        described["columns"][column] = column_description
    return tables


def text_columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """The columns of each table that hold texts, but for the names of landed files."""
    columns = defaultdict(list)
    found = connection.execute(
        """
        select table_name, column_name
        from duckdb_columns()
        where database_name = ? and not internal and data_type = 'VARCHAR' and column_name != 'file'
        """,
        [database],
    )
    for table, column in found.fetchall():
        columns[table].append(column)
    return columns


def copy_redacted(connection: duckdb.DuckDBPyConnection, database: str, tables: Iterable[str]) -> None:
    """Write the tables into the database `target`, without erased addresses and buyers."""
    columns = text_columns(connection, database)
    texts = [
        f"select '{table}', '{column}', {column} from {database}.{table}"
        for table in tables
        for column in columns[table]
        if column not in PEOPLE
    ]
    # In two steps: DuckDB plans an expression above a union once for each part of it. `redacted`
    # takes 40 ms, and the build file has a hundred columns of texts.
    connection.execute(f"""
        create or replace temporary table suspected as
        select distinct *
        from ({" union all ".join(texts) or NO_TEXT}) as texts (table_name, column_name, text)
        where regexp_matches(text, '{SIGN}');

        create or replace temporary table replaced as
        select *, landed.redacted(text) as instead
        from suspected
        where instead != text
    """)
    found = connection.execute("select distinct table_name, column_name from replaced").fetchall()
    for table in tables:
        values = {column: replaced_text(table, column) for name, column in found if name == table}
        values |= {column: f"landed.stranger({column})" for column in columns[table] if column in PEOPLE}
        replaced = ", ".join(f"{value} as {column}" for column, value in values.items())
        selected = f"* replace ({replaced})" if replaced else "*"
        connection.execute(f"create table target.{table} as select {selected} from {database}.{table} as old")


def replaced_text(table: str, column: str) -> str:
    """An expression for a text of a column, or for what replaces it."""
    instead = (
        "select any_value(instead) from replaced"
        f" where table_name = '{table}' and column_name = '{column}' and text = old.{column}"
    )
    return f"coalesce(({instead}), {column})"
