"""The dashboard's page in a browser with an empty cache."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.shop import Server

VISITS = 5
FIRST_SECOND = 40_000
# The first numbers with their lines; the section of days comes last.
VIEWS = {"first": ".card polyline", "whole": "#timeline"}
WATCH = """
globalThis.seen = {};
new MutationObserver(() => {
  for (const [name, what] of Object.entries(%s))
    if (document.querySelector(what)) seen[name] ??= performance.now();
}).observe(document, { childList: true, subtree: true });
"""
LOADED = """() => ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
  .map(({ name, startTime, encodedBodySize }) => [name, startTime, encodedBodySize])"""
API = "/api/"
# What Lighthouse takes for a phone on a slow network: Mbit/s, ms and by how much the processor is slower.
SLOW_MBIT, SLOW_MS, SLOW_CPU = 1.6, 150, 4


@dataclass
class Visit:
    """Milliseconds since the navigation; bytes as they travel; requests to the API before the first view."""

    empty: float
    first: float
    whole: float
    size: int
    requests: int


def rows(server: Server, chromium: str) -> list[str]:
    """The rows about the page."""
    quick: list[Visit] = []
    slow: list[Visit] = []
    for number in range(VISITS):
        for visits, prepare in ((quick, lambda _: None), (slow, slow_down)):
            server.set_clock(
                FIRST_SECOND + 2 * number + (visits is slow)
            )  # At another second nothing is cached.
            visits.append(visit(server, chromium, prepare))
    empty, first, whole = (
        median(getattr(one, name) for one in quick) for name in ("empty", "first", "whole")
    )
    empty_slow, first_slow = (median(getattr(one, name) for one in slow) for name in ("empty", "first"))
    return [
        f"| page in a cold browser, against an empty one | first view with its lines {first:.0f} ms, all"
        f" {whole:.0f} ms; empty {empty:.0f} ms: ratio {first / empty:.1f} |",
        f"| the same at {SLOW_MBIT} Mbit/s, {SLOW_MS} ms, a {SLOW_CPU} times slower processor"
        f" | first view {first_slow:.0f} ms;"
        f" empty {empty_slow:.0f} ms: ratio {first_slow / empty_slow:.1f} |",
        f"| the page with all its answers, as it travels | {quick[0].size / 1e3:,.0f} kB;"
        f" {quick[0].requests} requests to the API before the first view |",
    ]


def visit(server: Server, chromium: str, prepare: Callable[[Page], None]) -> Visit:
    """Open an empty page, then the dashboard, in a browser that has just started."""
    address = f"{server.client.base_url}".rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(WATCH % VIEWS)
        prepare(page)
        page.goto(f"{address}/empty")
        empty = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        page.goto(f"{address}/#token={server.authorization.removeprefix('Bearer ')}")
        page.wait_for_selector(VIEWS["whole"], state="attached")
        seen: dict[str, float] = page.evaluate("seen")
        loaded: list[tuple[str, float, int]] = page.evaluate(LOADED)
        browser.close()
    early = [name for name, started_at, _ in loaded if API in name and started_at < seen["first"]]
    return Visit(empty, seen["first"], seen["whole"], sum(size for _, _, size in loaded), len(early))


def slow_down(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    rate = SLOW_MBIT * 1e6 / 8
    conditions: dict[str, Any] = {"latency": SLOW_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
