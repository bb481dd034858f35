"""The tracker script on a page of another origin, in a real browser."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import needs_chromium
from tests.support.shop import Shop, free_port

pytestmark = needs_chromium

# A headless browser is a robot, and its events are quarantined.
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TRACK = "fields => storefront.track('purchase', fields)"


class Site:
    """A shop's page with the tracker under a strict policy, and the server that takes its events."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.server_port, self.port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def taking_events(self) -> Iterator[None]:
        with self.shop.tracking(PORT=str(self.server_port), CORS_ORIGINS=self.address):
            yield

    @contextmanager
    def served(self) -> Iterator[None]:
        server = f"http://127.0.0.1:{self.server_port}"
        body = f'<!doctype html><title>Shop</title><script src="{server}/storefront.js"></script>'.encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                policy = f"default-src 'none'; script-src {server}; connect-src {server}"
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", self.port), Handler) as site:
            Thread(target=site.serve_forever, daemon=True).start()
            yield
            site.shutdown()

    def events(self, count: int) -> list[dict[str, Any]]:
        """The events that have been taken, in their order, once there are so many; one for each key."""
        deadline = time.monotonic() + 20
        while True:
            files = self.shop.landing.glob("tracked/**/[!.]*.ndjson")
            rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
            events = {row["idempotency_key"]: row for row in rows}
            if len(events) >= count or time.monotonic() > deadline:
                assert len(events) == count
                return sorted(events.values(), key=lambda row: row["created_at"])
            time.sleep(0.05)


@pytest.fixture
def site(shop: Shop) -> Iterator[Site]:
    shop.landing.mkdir(exist_ok=True)
    site = Site(shop)
    with site.served():
        yield site


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=site.address, user_agent=FIREFOX) as context:
        yield context


def paths(events: list[dict[str, Any]]) -> list[str]:
    return [event["metadata"]["path"] for event in events if event["event_type"] == "page_view"]


def test_single_page_app_sends_each_page_view_once(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        page = visitor.new_page()
        page.goto("/")
        for address in ("/caps", "/caps", "/caps?size=m"):
            page.evaluate("address => history.pushState(null, '', address)", address)
        page.evaluate("history.replaceState({ scroll: 7 }, '')")
        page.go_back()
        page.go_back()
        events = site.events(4)
    assert paths(events) == ["/", "/caps", "/caps", "/caps"]
    assert len({event["session_id"] for event in events}) == 1
    assert page.evaluate("localStorage.getItem('session_id')") == events[0]["session_id"]
    assert visitor.cookies() == []


def test_campaign_applies_to_all_events_of_a_visit(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        page = visitor.new_page()
        page.clock.install()
        page.goto("/caps?utm_source=instagram&utm_medium=social&utm_campaign=mother&fbclid=f1")
        # As who pays comes back from the site of the payment.
        page.goto("/thanks", referer="https://checkout.example/pay?email=a@b.co")
        page.evaluate(TRACK, {"price": 79_900, "order_id": "7"})
        page.clock.run_for(31 * 60_000)
        page.goto("/", referer="https://www.google.com/search?q=caps")
        events = site.events(4)
    asked = ("event_type", "source", "utm_campaign", "fbclid", "landing_path", "referrer")
    mother = ("instagram", "mother", "f1", "/caps", None)
    assert [tuple(event.get(name) for name in asked) for event in events] == [
        ("page_view", *mother),
        ("page_view", *mother),
        ("purchase", *mother),
        ("page_view", "google.com", None, None, "/", "https://www.google.com/search"),
    ]
    assert (events[2]["price"], events[2]["order_id"]) == (79_900, "7")


def test_purchase_is_sent_when_the_page_closes_at_once(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        for order in range(5):
            page = visitor.new_page()
            page.goto("/thanks")
            page.evaluate(TRACK, {"order_id": str(order)})
            page.close()
        events = site.events(10)
    orders = {event["order_id"] for event in events if event["event_type"] == "purchase"}
    assert orders == set("01234")


def test_events_during_an_outage_arrive_later(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        page = visitor.new_page()
        page.clock.install()
        page.goto("/")
        site.events(1)
    page.evaluate(TRACK, {"order_id": "a"})
    page.clock.run_for(30_000)
    page.reload()  # The browser still has the script.
    page.evaluate(TRACK, {"order_id": "b"})
    page.clock.run_for(30_000)
    with site.taking_events():
        page.clock.run_for(60_000)
        events = site.events(4)
        page.wait_for_function("Object.keys(localStorage).every(key => !key.startsWith('storefront_event'))")
    assert [event.get("order_id") for event in events] == [None, "a", None, "b"]


def test_two_tabs_lose_no_events(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        tabs = [visitor.new_page() for _ in range(2)]
        for tab in tabs:
            tab.goto("/")
        site.events(2)
        visitor.set_offline(True)
        for number in range(60):
            tabs[number % 2].evaluate(TRACK, {"order_id": str(number)})
        visitor.set_offline(False)
        events = site.events(62)
    assert {event.get("order_id") for event in events} == {None, *map(str, range(60))}


def test_rejected_event_does_not_block_the_queue(site: Site, visitor: BrowserContext) -> None:
    with site.taking_events():
        page = visitor.new_page()
        page.goto("/")
        visitor.set_offline(True)
        for created_at in ("2026-03-07T10:00:00Z", "yesterday", "2026-03-08T10:00:00Z"):
            page.evaluate(TRACK, {"created_at": created_at})
        with page.expect_console_message(lambda message: "was refused" in message.text):
            visitor.set_offline(False)
        assert [event["event_type"] for event in site.events(3)].count("purchase") == 2


@pytest.mark.parametrize(
    "wish",
    [
        "Object.defineProperty(navigator, 'doNotTrack', { value: '1' })",
        "navigator.globalPrivacyControl = true",
    ],
)
def test_do_not_track_is_respected(site: Site, visitor: BrowserContext, wish: str) -> None:
    with site.taking_events():
        page = visitor.new_page()
        asked = list[str]()
        page.on("request", lambda request: asked.append(request.method))
        page.add_init_script(wish)
        page.goto("/")
        page.evaluate(TRACK, {})
        page.goto("/bye")  # What waits is sent when a page goes away.
    assert "POST" not in asked
    assert page.evaluate("localStorage.length") == 0
    assert site.events(0) == []


def test_tracker_script_is_small_and_cacheable(site: Site) -> None:
    with site.shop.tracking() as (_, client):
        script = client.get("/storefront.js")
        assert script.headers["Content-Encoding"] == "gzip"
        assert int(script.headers["Content-Length"]) < 3_000
        assert script.headers["Cache-Control"] == "public, max-age=3600"
        again = client.get("/storefront.js", headers={"If-None-Match": script.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
