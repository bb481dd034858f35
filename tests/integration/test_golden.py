"""The golden cases: raw events and the exact answers that the contract asks for."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.golden import FOLDERS, STORES, cases, computed_fields, contents, landed
from tests.support.reference import differences
from tests.support.reference_marts import mart_differences
from tests.support.shop import ALERTS, ATTRIBUTION, CARTS, FUNNEL, ORDERS, RFM, WHATSAPP, Server, Shop
from tests.support.tables import table_differences as differences_of_tables


@pytest.fixture(scope="module")
def golden_shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def built(name: str, store_timezone: str) -> Shop:
        folder = tmp_path_factory.mktemp(name)
        return Shop(folder, store_timezone, raw_events=FOLDERS[name] / "events").built()

    return built


@pytest.fixture(scope="module")
def golden_server(golden_shop: Any) -> Iterator[Any]:
    with ExitStack() as servers:

        @cache
        def started(name: str, store_timezone: str) -> Server:
            shop: Shop = golden_shop(name, store_timezone)
            return servers.enter_context(shop.serving())

        def serving(name: str, case: dict[str, Any]) -> Server:
            server = started(name, case["store_timezone"])
            server.now = datetime.fromisoformat(case["now"])
            return server

        yield serving


@pytest.mark.parametrize(("name", "case"), cases())
def test_golden_case(golden_server: Any, name: str, case: dict[str, Any]) -> None:
    server = golden_server(name, case)
    assert differences(case["answer"], server.stats(**case["query"])) == []


@pytest.mark.parametrize("case", json.loads((FOLDERS["tracker"] / "trend.json").read_text(encoding="utf-8")))
def test_golden_trend(golden_server: Any, case: dict[str, Any]) -> None:
    server = golden_server("tracker", case)
    assert differences(case["answer"]["trend"], server.stats(**case["query"])["trend"]) == []


@pytest.mark.parametrize(
    ("path", "case"),
    [
        (path, case)
        for path in (ORDERS, CARTS, WHATSAPP, FUNNEL, RFM, ALERTS, ATTRIBUTION)
        for case in json.loads(
            (FOLDERS["tracker"] / f"{path.split('/')[-2]}.json").read_text(encoding="utf-8")
        )
    ],
)
def test_golden_case_of_another_endpoint(golden_server: Any, path: str, case: dict[str, Any]) -> None:
    """A golden answer has some of the fields."""
    given = golden_server("tracker", case).get(path, **case["query"]).json()
    if path == ALERTS:
        # Only of rules with thresholds.
        given["alerts"] = [each for each in given["alerts"] if "expected" not in each]
    assert differences(case["answer"], computed_fields(case["answer"], given)) == []


@pytest.mark.parametrize(("name", "store_timezone"), STORES)
def test_marts_equal_a_count_by_hand(golden_shop: Any, name: str, store_timezone: str) -> None:
    published = golden_shop(name, store_timezone).published()
    assert mart_differences(published, list(landed(name)), store_timezone) == []


def test_golden_cases_in_two_builds_give_the_same_responses(golden_shop: Any, tmp_path: Path) -> None:
    shop = Shop(tmp_path, "America/Bogota")
    for number in range(2):
        for file in (FOLDERS["plain"] / "events").iterdir():
            lines = contents(file).splitlines(keepends=True)[number::2]
            (shop.landing / f"{number}-{file.name.removesuffix('.gz')}").write_bytes(b"".join(lines))
        shop.built()
    assert differences_of_tables(shop, golden_shop("plain", "America/Bogota")) == []
