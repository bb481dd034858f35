"""Compares what two shops have published."""

import duckdb

from tests.support.shop import Shop

# A pseudonym is another one in each warehouse; what its customer bought tells who is meant.
SAME_IN_ALL = {
    "api_customer_purchases": """(
        select * replace (
            cast(list(purchased_at order by purchased_at) over (partition by visitor_id) as varchar)
            as visitor_id
        )
        from {}.api_customer_purchases
    )"""
}


def table_differences(one: Shop, other: Shop) -> list[str]:
    """One line per published table that is not the same, row for row."""
    lines = []
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{one.link}' as one (read_only); attach '{other.link}' as other (read_only)"
        )
        tables = connection.execute("select table_name from duckdb_tables() where database_name = 'other'")
        for (table,) in tables.fetchall():
            if table != "published_build":
                rows = SAME_IN_ALL.get(table, f"{{}}.{table}")
                more, less = (
                    connection.sql(
                        f"from {rows.format(here)} except all from {rows.format(there)}"
                    ).fetchall()
                    for here, there in (("one", "other"), ("other", "one"))
                )
                if more or less:
                    lines.append(f"{table}: too many {more[:3]}, too few {less[:3]}")
    return lines
