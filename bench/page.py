"""The dashboard's page in a browser with an empty cache."""

from dataclasses import dataclass

from playwright.sync_api import sync_playwright

from bench.shop import Server

# Tells when the cards are there, and when the first chart is.
WATCH = """
globalThis.seen = {};
new MutationObserver(() => {
  for (const [name, what] of [["view", ".card"], ["charts", ".chart .main-svg"]])
    if (document.querySelector(what)) seen[name] ??= performance.now();
}).observe(document, { childList: true, subtree: true });
"""
LOADED = """() => ["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])"""


@dataclass
class Visit:
    """Milliseconds from the navigation on, and bytes as they travelled: the charts' library, all else."""

    empty: float
    view: float
    charts: float
    library_bytes: int
    other_bytes: int


def visit(server: Server, chromium: str) -> Visit:
    """Open an empty page, then the dashboard, in a browser that has just started."""
    address = f"{server.client.base_url}".rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{address}/empty")
        empty = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        page.goto(f"{address}/#token={server.authorization.removeprefix('Bearer ')}")
        page.wait_for_selector(".chart .main-svg")
        seen, loaded = page.evaluate("seen"), page.evaluate(LOADED)
        browser.close()
    library = sum(size for name, size in loaded if "plotly" in name)
    return Visit(empty, seen["view"], seen["charts"], library, sum(size for _, size in loaded) - library)
