"""What became of the rows that a build has read."""

from dataclasses import dataclass

import duckdb

KEPT, DUPLICATES = "kept", "duplicates"
DEFECTS = ("price", "quantity", "metadata", "text")
FATES = f"""
    select
        coalesce(parsed.quarantine_reason, if(later.file is null, '{KEPT}', '{DUPLICATES}')) as fate,
        count(*) filter (where parsed.item_number = 1) as rows,
        {", ".join(f"count(*) filter (where parsed.has_unreadable_{name}) as {name}" for name in DEFECTS)}
    from {{parsed}} as parsed
    left join {{later_deliveries}} as later
        on
            parsed.file = later.file
            and parsed.row_number = later.row_number
            and parsed.item_number = later.item_number
    where parsed.row_number > 0 and {{is_read}}
    group by fate
    order by rows desc, fate
"""


@dataclass(frozen=True)
class Account:
    """What became of some rows.

    rows: how many were kept, duplicates of others and quarantined, by the reason.
    defects: how many of the events that were kept have an unreadable price, quantity, metadata or text.
    """

    rows: dict[str, int]
    defects: dict[str, int]

    def __str__(self) -> str:
        """The same for a build's last line."""
        reasons = {fate: count for fate, count in self.rows.items() if fate not in (KEPT, DUPLICATES)}
        defects = listed({name: count for name, count in self.defects.items() if count})
        return (
            f"{sum(self.rows.values())} rows read: {self.rows[KEPT]} kept,"
            f" {self.rows[DUPLICATES]} duplicates,"
            f" {sum(reasons.values())} quarantined{f' ({listed(reasons)})' if reasons else ''}"
            f"{f'; counted though unreadable ({defects})' if defects else ''}"
        )


def account(
    cursor: duckdb.DuckDBPyConnection, parsed: str, later_deliveries: str, is_read: str = "true"
) -> Account:
    """What became of the rows of a build.

    parsed, later_deliveries: where the rows of those tables are; is_read: which of them this build has read.
    """
    query = FATES.format(parsed=parsed, later_deliveries=later_deliveries, is_read=is_read)
    found = {fate: counts for fate, *counts in cursor.execute(query).fetchall()}
    rows = {KEPT: 0, DUPLICATES: 0} | {fate: count for fate, (count, *_) in found.items()}
    _, *defects = found.get(KEPT, [0] * (1 + len(DEFECTS)))
    return Account(rows, dict(zip(DEFECTS, defects, strict=True)))


def listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.items())
