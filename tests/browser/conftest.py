"""The sample shop in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import NEWEST, Tab
from tests.support.shop import Server, Shop


@pytest.fixture(scope="session")
def sample(sample_shop: Shop) -> Iterator[Server]:
    """The sample shop, at the moment of its newest event."""
    with sample_shop.serving(NEWEST) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, sample: Server, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A tab that may ask nobody but the server, and whose console stays empty but for refusals."""
    address = str(sample.client.base_url)
    context = browser.new_context(base_url=address, **getattr(request, "param", {}))
    tab = Tab(context)
    yield tab
    context.close()
    assert [line for line in tab.complaints if "Failed to load resource" not in line] == []
    assert [url for url in tab.asked if not url.startswith((address, f"blob:{address}", "data:"))] == []
