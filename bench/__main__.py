"""`python -m bench` builds a shop, compares its answers with those of plain SQL, and measures both."""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from datetime import time as midnight
from importlib.metadata import version
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import page, watching
from bench.events import LAST_DAY
from bench.raw_events import RawEvents
from bench.shop import MORE_EVENTS, Server, Shop, memory, written_by_children
from serve.endpoint import Endpoint
from serve.endpoints import alerts, attribution, carts, dashboard, funnel, orders, rfm
from serve.query import Mode

ANSWERS = 30
RAW_ANSWERS = 6
CONNECTIONS = 50
LOAD_SECONDS = 10
BUILDS = 3
RESULTS = Path(__file__).parent / "results.md"
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "fastapi", "uvicorn")

# Spread over the last day, so that both its ends are ragged by up to a day.
SECONDS = [round(86_400 * (number + 0.5) / ANSWERS) for number in range(ANSWERS)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="how many the shop has in its 90 days")
    parser.add_argument("--compare-only", action="store_true", help="compare the answers, measure nothing")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        log(f"Building {arguments.events:,} events")
        shop = Shop(Path(folder, "shop"), arguments.events)
        raw = RawEvents(Path(folder, "raw.duckdb"), shop.landed)
        with shop.serving() as server:
            log("Comparing answers")
            compare(server, raw)
            rows = [] if arguments.compare_only else measure(shop, server, raw)
        if rows:
            tenth = Shop(Path(folder, "tenth"), arguments.events // 10)
            for each, count in ((shop, arguments.events), (tenth, arguments.events // 10)):
                rows += build_rows(each, count)
                log(f"Watching {count:,} events")
                rows += watching.rows(each, count)
            write_results([*rows, *track_rows(tenth)])


def compare(server: Server, raw: RawEvents) -> None:
    """End the bench unless the API answers as plain SQL does."""
    for seconds in SECONDS[:: ANSWERS // RAW_ANSWERS]:
        for mode in Mode:
            server.set_clock(seconds)
            given, expected = (
                server.get(dashboard.ENDPOINT.path, mode=mode).json(),
                raw.answer(at(seconds), mode),
            )
            different = [name for name in given | expected if given.get(name) != expected.get(name)]
            for name in different:
                log(f"{name}\n  API: {given.get(name)}\n  SQL: {expected.get(name)}")
            if different:
                sys.exit(f"Mode {mode} at {at(seconds)} differs in {', '.join(different)}.")
    log(f"All {2 * RAW_ANSWERS} are equal.")


def measure(shop: Shop, server: Server, raw: RawEvents) -> list[str]:
    """The rows of the table."""
    return [
        *(answer_row(server, raw, mode) for mode in Mode),
        endpoint_row(server, "orders", orders.ENDPOINT, seconds_later=2),
        endpoint_row(server, "carts", carts.ENDPOINT, seconds_later=3),
        endpoint_row(server, "funnel", funnel.ENDPOINT, seconds_later=4),
        endpoint_row(server, "funnel in strict order", funnel.ENDPOINT, seconds_later=5, order="strict"),
        endpoint_row(server, "rfm", rfm.ENDPOINT, seconds_later=6),
        endpoint_row(server, "alerts", alerts.ENDPOINT, seconds_later=7),
        endpoint_row(server, "attribution", attribution.ENDPOINT, seconds_later=8),
        endpoint_row(
            server,
            "attribution with paths and campaigns",
            attribution.ENDPOINT,
            seconds_later=9,
            include="paths,campaigns",
        ),
        *load_rows(shop, server),
        *page_rows(server),
        f"| raw file, build file, published file | {megabytes(shop.landed.stat().st_size)},"
        f" {megabytes((shop.warehouse / 'build.duckdb').stat().st_size)},"
        f" {megabytes(shop.link.stat().st_size)} |",
        f"| resident memory of the worker, after all this | {megabytes(memory(server.pid, 'VmRSS'))} |",
    ]


def build_rows(shop: Shop, count: int) -> list[str]:
    """A full build, the one before; then some of more events each and some of nothing new."""
    log(f"Building more on {count:,} events")
    full = seconds_text(shop.build_seconds, shop.seconds_in_models())
    rows = [f"| full build, {count:,} events | {full}, peak memory {megabytes(shop.build_peak_bytes)} |"]
    taken, written = [], written_by_children()
    for _ in range(BUILDS):
        shop.lands_more()
        seconds, _ = shop.build()
        taken.append((seconds, shop.seconds_in_models()))
    in_all, in_models = map(median, zip(*taken, strict=True))
    each = megabytes((written_by_children() - written) // BUILDS)
    rows.append(
        f"| build, {MORE_EVENTS:,} more, median of {BUILDS}"
        f" | {seconds_text(in_all, in_models)}, {each} written |"
    )
    seconds = median(shop.build()[0] for _ in range(BUILDS))
    rows.append(f"| build, nothing new, median of {BUILDS} | {seconds:.1f} s, dbt is not started |")
    return rows


def seconds_text(in_all: float, in_models: float) -> str:
    return f"{in_all:.1f} s, {in_models:.1f} s of it after dbt's start-up"


def endpoint_row(server: Server, name: str, endpoint: Endpoint, seconds_later: int, **query: str) -> str:
    """What asking an endpoint costs, and asking for the dashboard's answer, by turns.

    seconds_later: other seconds than those of the rows before, whose responses are cached.
    """
    log(f"Timing answers about {name}")
    taken: tuple[list[float], list[float]] = [], []
    for seconds in SECONDS:
        server.set_clock(seconds + seconds_later)
        for each, path, asked in zip(
            taken, (dashboard.ENDPOINT.path, endpoint.path), ({}, query), strict=True
        ):
            started_at = time.perf_counter()
            server.get(path, **asked)
            each.append(time.perf_counter() - started_at)
    stats, other = map(median, taken)
    return (
        f"| {name}, not cached, against the dashboard's answer | p50 {1000 * other:.1f} ms;"
        f" {1000 * stats:.1f} ms: ratio {other / stats:.2f} |"
    )


def answer_row(server: Server, raw: RawEvents, mode: Mode) -> str:
    log(f"Timing answers in mode {mode}")
    taken, raw_taken = [], []
    for number, seconds in enumerate(SECONDS):
        server.set_clock(seconds + 1)
        started_at = time.perf_counter()
        server.get(dashboard.ENDPOINT.path, mode=mode)
        taken.append(time.perf_counter() - started_at)
        if number % (ANSWERS // RAW_ANSWERS) == 0:
            started_at = time.perf_counter()
            raw.answer(at(seconds + 1), mode)
            raw_taken.append(time.perf_counter() - started_at)
    p50, p99, raw_p50 = median(taken), percentile(taken, 99), median(raw_taken)
    return (
        f"| response not cached, mode {mode}, against plain SQL |"
        f" p50 {1000 * p50:.1f} ms, p99 {1000 * p99:.1f} ms; SQL p50 {1000 * raw_p50:.0f} ms:"
        f" ratio {raw_p50 / p50:.1f} |"
    )


def load_rows(shop: Shop, server: Server) -> list[str]:
    if not shutil.which("wrk"):
        log("wrk is not installed (apt-get install wrk), so the load is left out.")
        return []
    log(f"Loading the server with {CONNECTIONS} connections")
    empty, cached = load(server, "/empty"), load(server, f"{dashboard.ENDPOINT.path}/")
    with shop.publishing_each_second(shop.link.resolve()) as versions:
        publishing = load(server, f"{dashboard.ENDPOINT.path}/")
    return [
        f"| empty route, {CONNECTIONS} connections, {LOAD_SECONDS} s | {load_text(empty)} |",
        f"| cached responses, likewise | {load_text(cached)}: ratio {cached[0] / empty[0]:.2f} |",
        f"| cached responses while {len(versions)} versions are published | {load_text(publishing)}:"
        f" ratio {publishing[0] / empty[0]:.2f} |",
    ]


def track_rows(shop: Shop) -> list[str]:
    if not shutil.which("wrk"):
        return []
    log("Posting events")
    rate, lost = watching.tracked(shop)
    return [
        f"| events posted one by one, {watching.CONNECTIONS} connections, beside `make watch` |"
        f" {rate:,.0f} taken a second, {lost} lost |"
    ]


def load(server: Server, path: str) -> tuple[float, str, int]:
    """Answers a second, the 99th percentile of their latency in wrk's words, errors."""
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{LOAD_SECONDS}", "--latency", "--timeout", "10"]
    address = f"{server.client.base_url}".rstrip("/") + path
    printed = subprocess.run(
        ["wrk", *options, "-H", f"Authorization: {server.authorization}", address],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    rate = re.search(r"Requests/sec: +([\d.]+)", printed)
    p99 = re.search(r"99% +(\S+)", printed)
    assert rate and p99, printed
    lines = re.findall(r"(?:Non-2xx or 3xx responses|Socket errors):(.*)", printed)
    return float(rate[1]), p99[1], sum(map(int, re.findall(r"\d+", " ".join(lines))))


def load_text(loaded: tuple[float, str, int]) -> str:
    rate, p99, errors = loaded
    return f"{rate:,.0f} a second, p99 {p99}, {errors} errors"


def page_rows(server: Server) -> list[str]:
    chromium = shutil.which("chromium")
    if not chromium:
        log("chromium is not installed (apt-get install chromium), so the page is left out.")
        return []
    log("Opening the page")
    return page.rows(server, chromium)


def write_results(rows: list[str], results: Path = RESULTS) -> None:
    """Print the table, and write it to a file."""
    module = "bench" if results == RESULTS else f"bench.{results.stem}"
    packages = PACKAGES if results == RESULTS else (*PACKAGES, "dbt-spark", "pyspark")
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    lines = [
        "# Measured",
        "",
        f"`{' '.join([f'python -m {module}', *sys.argv[1:]])}` with {', '.join(versions)},"
        f" on {len(os.sched_getaffinity(0))} cores:",
        "",
        "| what | measured |",
        "|---|---|",
        *rows,
    ]
    print("\n".join(lines))
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")


def at(seconds: int) -> datetime:
    return datetime.combine(LAST_DAY, midnight()) + timedelta(seconds=seconds)


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


def megabytes(count: float) -> str:
    return f"{count / 1e6:,.0f} MB"


def log(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
