"""Descriptions of tables, which come from dbt and become comments in published files."""

from typing import NotRequired, TypedDict

from pipeline.quoting import quoted


class DescribedTable(TypedDict):
    """A table as the macro `publish` describes it.

    columns: the description of each column.
    types: the data type of each column, null where the contract has none.
    changed: the condition for rows that this build may have changed; null for a table that is written whole.
    """

    description: str
    columns: dict[str, str]
    types: NotRequired[dict[str, str | None]]
    changed: NotRequired[str | None]


Tables = dict[str, DescribedTable]


class Publication(TypedDict):
    """What the macro `publish` gives to be published; began_at: when the build began, ISO 8601."""

    tables: Tables
    store_timezone: str
    began_at: str


PUBLISHED_BUILD: Tables = {
    "published_build": {
        "description": "Which build this is; one row.",
        "columns": {
            "version": "Its name, as in the API's X-Data-Version.",
            "store_timezone": "The IANA zone of its calendar days.",
            "built_at": "When it was built, UTC.",
            "inputs": "Hash of the files read, the code and the zone; the same ones give the same tables.",
        },
    }
}


def comments(tables: Tables) -> str:
    """Statements that write the descriptions into the database `target`."""
    statements = []
    for table, described in tables.items():
        statements.append(f"comment on table target.{table} is {quoted(described['description'])};")
        for column, description in described["columns"].items():
            statements.append(f"comment on column target.{table}.{column} is {quoted(description)};")
    return " ".join(statements)
