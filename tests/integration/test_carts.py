"""Carts: their persons, values and outcomes."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.random_logs import carts
from tests.support.reference import differences
from tests.support.reference_carts import answer
from tests.support.reference_marts import mart_differences
from tests.support.shop import CARTS, NOW, ZONE, Server, Shop


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return carts(seed=5)


@pytest.mark.parametrize("query", [{}, {"start": "2026-03-02", "end": "2026-03-02"}, {"start": "2026-02-20"}])
@pytest.mark.parametrize("hours", [0, 1, 29, 75, 200])
def test_cart_outcomes_depend_on_now(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str], hours: int
) -> None:
    busy.now = NOW + timedelta(hours=hours)
    given = busy.get(CARTS, **query).json()
    assert differences(answer(events, busy.now, ZONE, **query), given) == []
    states = ("bought", "sold_over_whatsapp", "emptied", "abandoned", "open")
    assert given["opened"]["carts"] == sum(given[state]["carts"] for state in states)


def test_marts_equal_the_definitions(whole: Shop, events: list[dict[str, Any]]) -> None:
    with whole.published() as published:
        assert mart_differences(published, events, ZONE) == []
        ((outcomes, recovered),) = published.sql(
            "select count(distinct outcome), count(*) filter (where is_recovered) from fct_carts"
        ).fetchall()
    assert outcomes == 4 and recovered
