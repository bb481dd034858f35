"""Makes the events of a shop, the same ones every time, as one Parquet file."""

from datetime import date, timedelta
from pathlib import Path
from string import Template

import duckdb

LAST_DAY = date(2026, 3, 31)
DAYS = 90

EVENTS = Template(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def write(path: Path, events: int) -> None:
    """Write so many events, spread over the DAYS that end with LAST_DAY, and some of them twice."""
    microseconds = timedelta(days=DAYS) / timedelta(microseconds=1) / events
    first_day = LAST_DAY - timedelta(days=DAYS - 1)
    with duckdb.connect() as connection:
        connection.execute(
            EVENTS.substitute(path=path, events=events, first_day=first_day, microseconds=microseconds)
        )


def write_more(path: Path, source: Path, events: int) -> None:
    """Write so many of the newest events of another file once more, as events of their own."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (idempotency_key || ' {path.stem}' as idempotency_key) from '{source}'"
            f" order by created_at desc limit {events}) to '{path}' (format parquet)"
        )


def write_skewed(path: Path, events: int) -> None:
    """Write them so that one session has a tenth of all events, and one product half of all views."""
    even = path.with_stem("even")
    write(even, events)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * exclude (is_busy) replace ("
            " if(hash(idempotency_key) % 10 = 0, 'busy', session_id) as session_id,"
            " if(is_busy, 'busy', product_slug) as product_slug,"
            " if(is_busy, 'Busy', product_name) as product_name)"
            " from (select *, event_type = 'product_view' and hash(idempotency_key, 1) % 2 = 0 as is_busy"
            f" from '{even}')) to '{path}' (format parquet)"
        )
    even.unlink()
