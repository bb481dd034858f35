"""Property test: for any log, instant and window, the response equals a brute-force computation."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support import (
    reference_alerts,
    reference_attribution,
    reference_carts,
    reference_deals,
    reference_funnel,
    reference_orders,
    reference_segments,
)
from tests.support.marts_client import Analyst
from tests.support.reference import answer, differences
from tests.support.reference_marts import mart_differences
from tests.support.scenario import Question, Scenario
from tests.support.shop import ALERTS, ATTRIBUTION, CARTS, FUNNEL, ORDERS, RFM, WHATSAPP, Server, Shop

LOGS = 2
FILES = 3
REFERENCES = {
    ORDERS: reference_orders,
    CARTS: reference_carts,
    WHATSAPP: reference_deals,
    FUNNEL: reference_funnel,
    RFM: reference_segments,
    ALERTS: reference_alerts,
    ATTRIBUTION: reference_attribution,
}
UNKNOWN_TO_REFERENCES = (
    ("open_deals", "items"),
    ("rfm", "visitor_id"),
    ("alerts", "message"),
    ("alerts", "timestamp"),
)


class BusyShop:
    """A shop that is being served while its log and its zone are replaced."""

    def __init__(self, shop: Shop, server: Server) -> None:
        self.shop = shop
        self.server = server
        self.asked_before: list[Question] = []

    def becomes(self, scenario: "Scenario") -> None:
        """Publish a scenario, then ask what it asks and what the one before did."""
        for number in range(FILES):
            self.shop.land(f"events-{number}.ndjson", scenario.events[number::FILES])
        self.shop.environment["STORE_TIMEZONE"] = scenario.timezone
        self.shop.built()
        self.server.follows()
        with self.shop.published() as published:
            assert mart_differences(published, scenario.events, scenario.timezone) == []
            self.ask_the_marts(published, scenario)
        for now, query in [*scenario.queries, *self.asked_before]:
            for asked_at in (now, now + timedelta(seconds=1)):
                self.server.now = asked_at
                expected = answer(scenario.events, asked_at, scenario.timezone, **query)
                asked = f"{query} at {asked_at} in {scenario.timezone}"
                for _ in ("computed", "cached"):
                    different = differences(expected, self.server.stats(**query))
                    assert not different, "\n".join([asked, *different])
            days = {name: query[name] for name in ("start", "end") if name in query}
            for path, reference in REFERENCES.items():
                asks = dict(days)
                if path == FUNNEL:
                    asks |= scenario.draw_funnel_query()
                elif path == ATTRIBUTION:
                    asks |= scenario.draw_attribution_query()
                expected = reference.answer(scenario.events, asked_at, scenario.timezone, **asks)
                given = self.server.get(path, **asks).json()
                for named, name in UNKNOWN_TO_REFERENCES:
                    for each in given.get(named, []):
                        del each[name]
                different = differences(expected, given)
                assert not different, "\n".join([path, str(asks), asked, *different])
        # A start must not lie in the future anywhere.
        self.asked_before = [
            (now, query) for now, query in scenario.queries if query.get("start", "") < str(now.date())
        ]

    def ask_the_marts(self, published: duckdb.DuckDBPyConnection, scenario: "Scenario") -> None:
        """Whole days, when all has happened: sums over the marts are what the endpoint answers."""
        self.server.now = scenario.moments[0] + timedelta(days=60)
        for first, last in scenario.ranges:
            for mode, expected in Analyst(published, first, last).answers().items():
                given = self.server.stats(mode=mode, start=first.isoformat(), end=last.isoformat())
                different = differences(expected, {field: given[field] for field in expected})
                assert not different, "\n".join([f"{mode}, {first} to {last}", *different])


@pytest.fixture(scope="module")
def busy_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusyShop]:
    shop = Shop(tmp_path_factory.mktemp("shop"))
    with shop.serving() as server:
        yield BusyShop(shop, server)


@settings(
    max_examples=LOGS,
    deadline=None,
    print_blob=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # A smaller seed is not a smaller log.
)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_log_and_window_gives_the_answer_of_the_definitions(busy_shop: BusyShop, seed: int) -> None:
    busy_shop.becomes(Scenario(seed))
