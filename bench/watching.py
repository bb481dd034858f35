"""From a file that lands to the number on the dashboard, and what can be posted, beside `make watch`."""

import json
import re
import subprocess
import time
from pathlib import Path
from statistics import median

from bench.events import LAST_DAY
from bench.shop import Server, Shop
from serve.endpoints import dashboard

FILES = 20
EVENTS = 100
CONNECTIONS = 50
SECONDS = 30
END_OF_DAY = 86_399
POSTS = Path(__file__).with_name("posts.lua")


def landed_to_counted(shop: Shop) -> list[float]:
    """Seconds from the rename of each of FILES files to the first answer that counts its EVENTS purchases."""
    taken = []
    files = [shop.folder / f"watched-{number}.ndjson" for number in range(FILES)]
    for number, written in enumerate(files):
        written.write_text("".join(purchase(f"{number}-{event}") for event in range(EVENTS)))
    with shop.serving() as server, shop.watching():
        server.set_clock(END_OF_DAY)
        for written in files:
            before = sales(server)
            started_at = time.perf_counter()
            written.rename(shop.landed.parent / written.name)
            while sales(server) != before + EVENTS:
                time.sleep(0.05)
            taken.append(time.perf_counter() - started_at)
    return taken


def tracked(shop: Shop) -> tuple[float, int]:
    """Events taken a second, one in each request, beside `make watch`; and how many of them were lost."""
    with shop.serving(TRACK="on") as server, shop.watching():
        printed = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-s", POSTS, str(server.client.base_url)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    answers = re.search(r"(\d+) requests in", printed)
    assert answers and "Non-2xx" not in printed, printed
    rows = sum(path.read_bytes().count(b"\n") for path in shop.landed.parent.glob("tracked/*.ndjson"))
    return int(answers[1]) / SECONDS, max(0, int(answers[1]) - rows)


def rows(shop: Shop, count: int) -> list[str]:
    taken = sorted(landed_to_counted(shop))
    return [
        f"| landed to counted, {FILES} files of {EVENTS}, on {count:,} events |"
        f" p50 {median(taken):.1f} s, p99 {taken[-1]:.1f} s |"
    ]


def sales(server: Server) -> int:
    """Those of the day, which stay the day's while the server's clock runs."""
    day = LAST_DAY.isoformat()
    count: int = server.get(dashboard.ENDPOINT.path, start=day, end=day).json()["total_sales"]
    return count


def purchase(session: str) -> str:
    event = {
        "event_type": "purchase",
        "session_id": session,
        "created_at": f"{LAST_DAY}T12:00:00Z",
        "price": 1,
    }
    return json.dumps(event) + "\n"
