"""The baseline: the same numbers by plain SQL over raw events, in DuckDB with default settings."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

QUERIES = sorted((Path(__file__).parent / "raw").glob("*.sql"))
COUNTED = {"total": "count(*)", "unique": "count(distinct session_id)"}


class RawEvents:
    """A DuckDB file with the table `raw_events`: each event once, and typed, which spares the SQL much."""

    def __init__(self, path: Path, landed: Path) -> None:
        self.connection = duckdb.connect(path)
        self.connection.execute(
            "create table raw_events as select"
            " * exclude (idempotency_key, price, metadata),"
            " coalesce(cast(metadata ->> '$.quantity' as integer), 1) as quantity,"
            " cast(price as decimal(17, 4)) * quantity as revenue"
            f" from (select distinct * from '{landed}') order by created_at"
        )

    def answer(self, now: datetime, mode: str) -> dict[str, Any]:
        """The dashboard's answer for the 7 days until `now`, whose days are those of UTC."""
        parameters = {
            "now": now,
            "starts_at": now - timedelta(days=7),
            "ends_at": now,
            "retention_starts_at": now - timedelta(days=90),
        }
        answer: dict[str, Any] = {"mode": mode}
        for path in QUERIES:
            sql = path.read_text(encoding="utf-8").replace("counted()", COUNTED[mode])
            names = {name for name in parameters if f"${name}" in sql}
            found = self.connection.execute(sql, {name: parameters[name] for name in names})
            columns = [column[0] for column in found.description or []]
            answer |= zip(columns, *found.fetchall(), strict=True)
        if mode == "total":
            for product in answer["product_performance"]:
                del product["purchases_units"]
        shaped: dict[str, Any] = as_json(answer)
        return shaped


def as_json(value: Any) -> Any:
    """The value as it is once written as JSON and read again."""
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
