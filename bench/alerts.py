"""`python -m bench.alerts`: how often `alerts/` finds something unusual in shops in which nothing is.

It asks at each hour of the history of the sample and of the bench's shop, whose events come by chance only.
"""

import argparse
import asyncio
import shutil
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench import events
from bench.__main__ import log, write_results
from bench.shop import Shop
from pipeline.paths import ROOT
from serve.endpoints.alerts.endpoint import unusual_today
from serve.endpoints.alerts.unusual import FEWEST_DAYS, Unusual
from serve.reader import Readers
from serve.snapshot import ReadSnapshot
from serve.warehouse import Warehouse
from serve.window import resolve

RESULTS = Path(__file__).with_suffix(".md")
HOUR = timedelta(hours=1)
QUERY_SECONDS = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.alerts", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="how many the shop has in its 90 days")
    count = parser.parse_args().events
    with TemporaryDirectory(prefix="bench-") as folder:
        shops = {
            "the sample": Shop(Path(folder, "sample"), 0, write=write_sample),
            f"{count:,} events": Shop(Path(folder, "shop"), count, write=events.write),
            f"{count // 20:,} events": Shop(Path(folder, "small"), count // 20, write=events.write),
        }
        rows = []
        for name, shop in shops.items():
            log(f"Asking at each hour of {name}")
            rows += replayed(name, asyncio.run(replay(shop)))
        write_results(rows, RESULTS)


def write_sample(landed: Path, _: int) -> None:
    shutil.copy(ROOT / "seeds" / "sample_events.csv", landed.with_suffix(".csv"))


async def replay(shop: Shop) -> dict[datetime, list[Unusual]]:
    """What is unusual at each hour from when there are enough weeks before it."""
    with duckdb.connect(shop.link, read_only=True) as published:
        ((first, last),) = published.sql(
            "select min(occurred_at), max(occurred_at) from fct_events"
        ).fetchall()
    warehouse = Warehouse(shop.warehouse)
    readers = Readers(warehouse.database, QUERY_SECONDS)
    newest = warehouse.newest()
    assert newest
    version = warehouse.open(newest)
    now = first.replace(minute=0, second=0, microsecond=0) + timedelta(days=7 * FEWEST_DAYS + 1)
    found = {}
    while now <= last:
        with closing(ReadSnapshot(warehouse.database, version)) as snapshot:
            window = resolve(snapshot, now, None, None)
        async with readers.limited(readers.snapshot(version)) as reader:
            found[now] = await unusual_today(reader, window)
        now += HOUR
    return found


def replayed(name: str, found: dict[datetime, list[Unusual]]) -> list[str]:
    """Rows about warnings and about what is good to know; an incident is a number on a day."""
    weeks = len(found) / (7 * 24)
    rows = []
    for kind, is_bad in (("warnings", True), ("good to know", False)):
        kept = {now: [each.what for each in those if each.is_bad == is_bad] for now, those in found.items()}
        asked = sum(bool(those) for those in kept.values())
        days = {(what, now.date()) for now, those in kept.items() for what in those}
        incidents = Counter(what for what, _ in days)
        named = ", ".join(f"{what} {number}" for what, number in sorted(incidents.items())) or "none"
        rows.append(
            f"| {name}, {kind} | {asked} of {len(found):,} hourly checks ({asked / len(found):.1%});"
            f" {incidents.total()} in {weeks:.1f} weeks, {incidents.total() / weeks:.1f} a week: {named} |"
        )
    return rows


if __name__ == "__main__":
    main()
