"""What became of the rows that a build has read."""

import duckdb

KEPT, DUPLICATES = "kept", "duplicates"
FATES = f"""
    select
        coalesce(parsed.quarantine_reason, if(later.file is null, '{KEPT}', '{DUPLICATES}')) as fate,
        count(*) as rows
    from {{parsed}} as parsed
    left join {{later_deliveries}} as later
        on
            parsed.file = later.file
            and parsed.row_number = later.row_number
            and parsed.item_number = later.item_number
    where parsed.row_number > 0 and parsed.item_number = 1 and {{is_read}}
    group by fate
    order by rows desc, fate
"""


def account(
    cursor: duckdb.DuckDBPyConnection, parsed: str, later_deliveries: str, is_read: str = "true"
) -> dict[str, int]:
    """How many rows were kept, duplicates of others and quarantined, by the reason.

    parsed, later_deliveries: where the rows of those tables are; is_read: which of them this build has read.
    """
    query = FATES.format(parsed=parsed, later_deliveries=later_deliveries, is_read=is_read)
    return {KEPT: 0, DUPLICATES: 0} | dict(cursor.execute(query).fetchall())


def in_words(rows: dict[str, int]) -> str:
    """The same for a build's last line."""
    reasons = {fate: count for fate, count in rows.items() if fate not in (KEPT, DUPLICATES)}
    named = ", ".join(f"{reason}: {count}" for reason, count in reasons.items())
    return (
        f"{sum(rows.values())} rows read: {rows[KEPT]} kept, {rows[DUPLICATES]} duplicates,"
        f" {sum(reasons.values())} quarantined{f' ({named})' if named else ''}"
    )
