"""Shops that several tests look at; building one takes some seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from pipeline.durable import locked
from pipeline.landing.zone import SAMPLE
from pipeline.paths import ROOT
from tests.support.browser import CHROMIUM
from tests.support.shop import NOW, Server, Shop, event

LONGEST = (
    "test_incremental.py",
    "test_faults.py",
    "test_alerting.py",
    "test_erasure.py",
    "test_publish.py",
    "test_watch.py",
    "test_real_shops.py",
    "test_tracker.py",
    "test_track.py",
    "test_serving.py",
    "test_golden.py",
    "test_attribution.py",
    "test_operations.py",
    "test_page_numbers.py",
    "test_orders_and_deals.py",
    "test_page_visit.py",
    "test_page_layout.py",
    "test_http_security.py",
    "test_property.py",
    "test_landing.py",
    "test_openapi.py",
    "test_dashboard_stats.py",
    "test_alerts.py",
    "test_malformed_input.py",
    "test_corrupt_versions.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process is left with one at the end."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A customer's purchase, a guest who leaves at the checkout, and what belongs in no mart."""
    shop = Shop(tmp_path_factory.mktemp("small"))
    customer = {"session_id": "laptop", "user_id": "ana@example.com", "product_slug": "gorra"}
    address = {"quantity": 2, "address": "Calle 1 # 2-3"}
    shop.land(
        "events.ndjson",
        [
            event("product_view", "2026-03-07T10:00:00Z", **customer, product_name="Gorra"),
            event("product_view", "2026-03-07T10:00:30Z", **customer),
            event("begin_checkout", "2026-03-07T10:01:00Z", **customer),
            event("purchase", "2026-03-07T10:02:00Z", **customer, price="49900.50", metadata=address),
            event(
                "begin_checkout", "2026-03-08T15:04:05Z", session_id="phone", source="google", metadata="none"
            ),
            event("whatsapp_cart_click", "2026-03-08T15:04:05Z", session_id="phone", source="google"),
            event(
                "payment_error", "2026-03-08T15:04:06Z", session_id="phone", error_message="bob@example.com"
            ),
            event("purchase", "ayer", session_id="phone", user_id="eva@example.com"),
        ],
    )
    (shop.landing / "ad_spend.csv").write_text("date,source,campaign,cost\n2026-03-08,google,,20000\n")
    return shop.built()


@pytest.fixture(scope="session")
def sample_shop(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Shop:
    """The sample shop, built once for all processes of a run. Tests only read it."""
    run = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        run = run.parent
    folder = run / "sample"
    with locked(run):
        folder.mkdir(exist_ok=True)
        shop = Shop(folder, raw_events=ROOT / SAMPLE)
        return shop if shop.link.exists() else shop.built()


@pytest.fixture(scope="session")
def server(small_shop: Shop) -> Iterator[Server]:
    tracked_events = small_shop.folder / "tracked"
    tracked_events.mkdir()
    settings = {"cors_origins": ("https://shop.example",), "tracked_events": tracked_events}
    with small_shop.serving(NOW, **settings) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop whose landing zone is empty and that was never built."""
    return Shop(tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
