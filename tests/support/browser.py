"""A tab of a real browser: Debian's Chromium, driven by playwright."""

import shutil
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.tokens import token

NEWEST = datetime(2026, 3, 8, 15, 4, 5, tzinfo=UTC)  # The newest event of the sample shop.
PARTS = ("overview", "why", "carts", "customers")
CARDS = ("total_revenue", "total_sales", "average_order_value", "abandonment_rate")
# The shell takes a third less processor time than the browser, which has windows too.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
expect.set_options(timeout=20_000)  # A busy machine draws late.
needs_chromium = pytest.mark.skipif(
    not CHROMIUM, reason="there is no Chromium (apt-get install chromium-headless-shell)"
)


class Tab:
    """A tab whose clock the test moves; it notes what the console complains about and whom it asks."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page = context.new_page()
        self.page.clock.install()
        self.page.on(
            "console", lambda message: self.complaints.extend([message.text] * (message.type == "error"))
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def sign_in(self, query: str = "?lang=en", with_token: str | None = None) -> Page:
        self.page.goto(f"/{query}#token={with_token or token()}")
        return self.page

    def numbers(self) -> dict[str, str]:
        """The text of each number on the page, by the field of the JSON that it shows."""
        fields: dict[str, str] = self.page.eval_on_selector_all(
            "main [data-field]:not(table)",
            "all => Object.fromEntries(all.map(one => [one.dataset.field, one.textContent]))",
        )
        return fields


def number(text: str) -> float:
    """A number as the English page writes it, money of Colombia included."""
    return float(text.removeprefix("$").replace(",", "").removesuffix(" %"))


def field(answer: Any, path: str) -> Any:
    for name in path.split("."):
        answer = answer[int(name)] if isinstance(answer, list) else answer[name]
    return answer
