"""What became of the rows that a build has read, for its last line."""

import duckdb

FATES = """
    select
        coalesce(parsed.quarantine_reason, if(later.file is null, 'kept', 'duplicates')) as fate,
        count(*) as rows
    from {parsed} as parsed
    left join {later_deliveries} as later
        on parsed.file = later.file and parsed.row_number = later.row_number
    where parsed.row_number > 0 and {is_read}
    group by fate
    order by rows desc, fate
"""


def account(
    cursor: duckdb.DuckDBPyConnection, parsed: str, later_deliveries: str, is_read: str = "true"
) -> str:
    """How many rows were read, and how many of them kept, duplicates of others and quarantined, by reason.

    parsed, later_deliveries: where the rows of those tables are; is_read: which of them this build has read.
    """
    query = FATES.format(parsed=parsed, later_deliveries=later_deliveries, is_read=is_read)
    fates = dict(cursor.execute(query).fetchall())
    kept, duplicates = fates.pop("kept", 0), fates.pop("duplicates", 0)
    quarantined = sum(fates.values())
    reasons = ", ".join(f"{reason}: {count}" for reason, count in fates.items())
    return (
        f"{kept + duplicates + quarantined} rows read: {kept} kept, {duplicates} duplicates,"
        f" {quarantined} quarantined{f' ({reasons})' if reasons else ''}"
    )
