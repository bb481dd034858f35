"""`python -m bench.order`: what it is worth that tables of events lie in the order of time."""

import argparse
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb

from bench.shop import Shop

TRIES = 9
QUERY = """
    select count(distinct session_id)
    from {}
    where occurred_at between timestamp '2026-02-20 10:00:00' and timestamp '2026-02-20 18:00:00'
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.order", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    with TemporaryDirectory(prefix="bench-") as folder:
        shop = Shop(Path(folder, "shop"), events)
        with duckdb.connect(Path(folder, "copies.duckdb")) as connection:
            connection.execute(f"attach '{shop.link}' as published (read_only)")
            for order in ("occurred_at", "session_id"):
                connection.execute(f"create table by_{order} as from published.fct_events order by {order}")
            seconds: dict[str, list[float]] = {"by_occurred_at": [], "by_session_id": []}
            for _ in range(TRIES):
                for table, taken in seconds.items():
                    began_at = time.perf_counter()
                    connection.execute(QUERY.format(table)).fetchall()
                    taken.append(time.perf_counter() - began_at)
    by_time, by_session = map(median, seconds.values())
    print(
        f"{events:,} events, sessions of 8 hours: {1000 * by_time:.1f} ms in the order of time,"
        f" {1000 * by_session:.1f} ms in another: ratio {by_session / by_time:.0f}"
    )


if __name__ == "__main__":
    main()
