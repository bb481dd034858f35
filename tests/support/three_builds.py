"""Events that come in three files, a build each."""

from typing import Any

from tests.support.reference_marts import mart_differences
from tests.support.shop import Shop
from tests.support.tables import table_differences


def three_builds(shop: Shop, events: list[dict[str, Any]], whole: Shop) -> None:
    """Assert that each build is as the definitions say, and the last one equal to `whole`, a single build."""
    for number in range(3):
        shop.land(f"{number}.ndjson", events[number::3])
        so_far = [event for file in range(number + 1) for event in events[file::3]]
        with shop.built().published() as published:
            assert mart_differences(published, so_far, shop.environment["STORE_TIMEZONE"]) == []
    assert table_differences(shop, whole) == []
