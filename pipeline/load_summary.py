"""What became of the rows that a build has read."""

from dataclasses import dataclass

import duckdb

COUNTED, DUPLICATES = "kept", "duplicates"
AD_SPEND = "advertising spend"  # As the macro `ad_spend` says.
DEFECTS = ("price", "quantity", "metadata", "text")
OUTCOMES = f"""
    select
        coalesce(
            nullif(read_rows.quarantine_reason, '{AD_SPEND}'),
            if(duplicates.file_id is null, '{COUNTED}', '{DUPLICATES}')
        ) as outcome,
        count(*) filter (where read_rows.item_number = 1) as rows,
        {", ".join(f"count(*) filter (where read_rows.has_unreadable_{name}) as {name}" for name in DEFECTS)}
    from {{rows}} as read_rows
    left join {{duplicates}} as duplicates
        on
            read_rows.file_id = duplicates.file_id
            and read_rows.row_number = duplicates.row_number
            and read_rows.item_number = duplicates.item_number
    where read_rows.row_number > 0 and {{is_read}}
    group by outcome
    order by rows desc, outcome
"""


@dataclass(frozen=True)
class LoadSummary:
    """What became of some rows.

    rows: how many were kept, duplicates of others and quarantined, by the reason.
    defects: how many of the events that were kept have an unreadable price, quantity, metadata or text.
    """

    rows: dict[str, int]
    defects: dict[str, int]

    def __str__(self) -> str:
        """The same for a build's last line."""
        reasons = {
            outcome: count for outcome, count in self.rows.items() if outcome not in (COUNTED, DUPLICATES)
        }
        defects = listed({name: count for name, count in self.defects.items() if count})
        return (
            f"{sum(self.rows.values())} rows read: {self.rows[COUNTED]} kept,"
            f" {self.rows[DUPLICATES]} duplicates,"
            f" {sum(reasons.values())} quarantined{f' ({listed(reasons)})' if reasons else ''}"
            f"{f'; counted though unreadable ({defects})' if defects else ''}"
        )


def load_summary(
    connection: duckdb.DuckDBPyConnection, rows: str, duplicates: str, is_read: str = "true"
) -> LoadSummary:
    """What became of the rows of a build.

    rows, duplicates: the relations `stg_landing__rows` and `int_duplicate_events`.
    is_read: a condition for the rows, as `read_rows`, that this build has read.
    """
    query = OUTCOMES.format(rows=rows, duplicates=duplicates, is_read=is_read)
    found = {outcome: numbers for outcome, *numbers in connection.execute(query).fetchall()}
    counts = {COUNTED: 0, DUPLICATES: 0} | {outcome: count for outcome, (count, *_) in found.items()}
    _, *defects = found.get(COUNTED, [0] * (1 + len(DEFECTS)))
    return LoadSummary(counts, dict(zip(DEFECTS, defects, strict=True)))


def listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.items())
