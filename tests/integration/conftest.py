"""One shop of all the events that a module has, in the zone ZONE, and its API at NOW."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.shop import NOW, ZONE, Server, Shop


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("whole"), ZONE)
    shop.land("events.ndjson", events)
    return shop.built()


@pytest.fixture(scope="module")
def busy(whole: Shop) -> Iterator[Server]:
    with whole.serving(NOW) as server:
        yield server
