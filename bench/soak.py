"""Asks one server for a minute while versions are published and events tracked: `make soak N=200000`.

Fails where an answer is no 200, is of no version or of two, or where the server's memory grows.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from statistics import mean, quantiles
from tempfile import TemporaryDirectory

import duckdb
import httpx

from bench import events
from bench.__main__ import megabytes
from bench.shop import Server, Shop, memory
from pipeline.durable import swap_symlink
from serve.endpoints import dashboard, money_at_risk

CONNECTIONS = 100  # Half of them ask what the page asks at first, the others something of their own each.
SECONDS = 60
PAUSE = 0.5  # Seconds between an answer and the next question on a connection.
TRACK_PAUSE = 0.05
MOST_GROWTH = 1.1  # Of the memory, from the second third of the time to the last.
TRACK = "/api/analytics/track/"
RESULTS = Path(__file__).with_suffix(".md")
HEADER = f"""# A server under load for {SECONDS} seconds

`make soak N={{count}}`: {CONNECTIONS} connections ask one worker, each {PAUSE} s after its last answer, half
of them for what the page shows at first and half for something of their own; every second another version
is published (by turns one of {{count:,}} events and one of twice as many), and events are tracked one by
one. Each answer about past days must be, byte for byte, that of the version it names; one of the last seven
days must agree with itself.

| | |
|---|---|
"""


def write_until_today(path: Path, count: int) -> None:
    """Write so many events of the last days, so that a real clock finds some."""
    shifted = path.with_stem("shifted")
    events.write(shifted, count)
    days = (datetime.now(UTC).date() - events.LAST_DAY).days
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (created_at + interval {days} day as created_at) from '{shifted}')"
            f" to '{path}' (format parquet)"
        )
    shifted.unlink()


def questions() -> list[str]:
    """A question for each connection that has one of its own: days that are over, in either mode."""
    today = datetime.now(UTC).date()
    asked = []
    for number in range(CONNECTIONS // 2):
        start, end = (today - timedelta(days=days) for days in (80 - number, 80 - number - number % 30))
        path = money_at_risk.ENDPOINT.path if number % 5 == 0 else dashboard.ENDPOINT.path
        modes = ("mode=total", "mode=unique", "mode=unique&compare=previous")
        asked.append(f"{path}?start={start}&end={end}&{modes[number % 3]}")
    return asked


@lru_cache
def is_whole(body: bytes) -> bool:
    """Whether an answer in total mode agrees with itself."""
    stats = json.loads(body)
    days = stats["events_timeline"]
    return stats["total_sales"] == sum(day["count"] for day in stats["sales_by_day"]) > 0 and all(
        count == sum(day[name] for day in days) for name, count in stats["event_counts"].items()
    )


@dataclass
class Load:
    """What the connections ask a server, and what they were answered.

    expected: the body of each answer about past days, by the version that was copied and the question.
    """

    server: Server
    expected: dict[tuple[str, str], bytes]
    ends_at: float
    own: list[float] = field(default_factory=list)
    common: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    tracked: int = 0

    async def ask(self, question: str, taken: list[float], is_right: Callable[[str, bytes], bool]) -> None:
        async with self.connection() as client:
            while time.monotonic() < self.ends_at:
                started_at = time.monotonic()
                try:
                    answer = (await client.get(question)).raise_for_status()
                    version = answer.headers["X-Data-Version"].partition("-")[0]
                    if not is_right(version, answer.content):
                        self.wrong.append(f"{question} was answered wrongly of {version}")
                except httpx.HTTPError as error:
                    self.wrong.append(f"{question}: {error!r}")
                taken.append(time.monotonic() - started_at)
                await asyncio.sleep(PAUSE)

    async def track(self) -> None:
        async with self.connection() as client:
            while time.monotonic() < self.ends_at:
                answer = await client.post(TRACK, json={"event_type": "page_view", "session_id": "soak"})
                if answer.status_code == 202:
                    self.tracked += 1
                else:
                    self.wrong.append(f"{TRACK}: {answer.status_code}")
                await asyncio.sleep(TRACK_PAUSE)

    def connection(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.server.client.base_url,
            headers={"Authorization": self.server.authorization},
            timeout=60,
        )

    async def all(self) -> None:
        own = [self.ask(question, self.own, partial(self.is_expected, question)) for question in questions()]
        common = [self.ask(dashboard.ENDPOINT.path, self.common, lambda _, body: is_whole(body)) for _ in own]
        await asyncio.gather(*own, *common, self.track(), self.sample())

    def is_expected(self, question: str, version: str, body: bytes) -> bool:
        return body == self.expected[version, question]

    async def sample(self) -> None:
        while time.monotonic() < self.ends_at:
            self.memory.append(memory(self.server.pid, "VmRSS"))
            await asyncio.sleep(1)


def answers_of(shop: Shop, server: Server, *versions: Path) -> dict[tuple[str, str], bytes]:
    """The body of each answer about past days, by version and question."""
    expected = {}
    for version in versions:
        swap_symlink(shop.link, version)
        while server.client.get("/healthz").json()["version"] != version.stem:
            time.sleep(0.05)
        for question in questions():
            answer = server.client.get(question, headers={"Authorization": server.authorization})
            expected[version.stem, question] = answer.raise_for_status().content
    return expected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    count = parser.parse_args().events
    with TemporaryDirectory() as name:
        shop = Shop(Path(name), count, write=write_until_today)
        single = shop.link.resolve()
        shop.lands_more(count)
        shop.build()
        double, began_at = shop.link.resolve(), time.perf_counter()
        with shop.serving("-m", "serve", TRACK="on") as server:
            start = time.perf_counter() - began_at
            expected = answers_of(shop, server, single, double)
            with shop.publishing_each_second(single, double) as copies:
                asked = Load(server, expected, time.monotonic() + SECONDS)
                asyncio.run(asked.all())
    third = len(asked.memory) // 3
    middle, end = mean(asked.memory[third : 2 * third]), mean(asked.memory[2 * third :])
    lines = [
        f"| answers, of them failed or mixed | {len(asked.common + asked.own):,}, {len(asked.wrong)} |",
        f"| p50, p99 of what the page shows at first | {latencies(asked.common)} |",
        f"| p50, p99 of the others | {latencies(asked.own)} |",
        f"| versions published, events tracked | {len(copies)}, {asked.tracked:,} |",
        f"| memory in the second third of the time, and the last | {megabytes(middle)}, {megabytes(end)} |",
        f"| from the start of the process to its first answer | {start:.1f} s |",
    ]
    print("\n".join([*lines, *asked.wrong[:10]]))
    RESULTS.write_text(HEADER.format(count=count) + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    sys.exit(bool(asked.wrong) or end > MOST_GROWTH * middle)


def latencies(taken: list[float]) -> str:
    hundredths = quantiles(taken, n=100)
    return f"{1000 * hundredths[49]:.0f} ms, {1000 * hundredths[98]:.0f} ms"


if __name__ == "__main__":
    main()
