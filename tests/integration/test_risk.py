"""Money at risk: what was begun and not bought, in the marts and over any window of the endpoint."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.reference import ALL_ERRORS, cleaned, differences, half_up, window
from tests.support.reference_carts import finished_checkouts
from tests.support.reference_marts import (
    Begun,
    Dated,
    begun_checkouts,
    left_behind,
    mart_differences,
)
from tests.support.reference_orders import persons
from tests.support.shop import MONEY_AT_RISK, Server, Shop, event

ZONE = "America/Havana"
NOW = datetime(2025, 11, 5, 15, 4, 5, tzinfo=UTC)
TYPES = [*["begin_checkout"] * 20, *["purchase"] * 2, "whatsapp_purchase", *ALL_ERRORS, "page_view"]


def busy_days() -> list[dict[str, Any]]:
    """Few buyers with much to do, around the hour that Havana has twice, and dated after now too."""
    random = Random(7)
    return [
        event(
            random.choice(TYPES),
            (
                NOW + timedelta(hours=5) - timedelta(seconds=random.randrange(10 * 86_400) // 60 * 60)
            ).isoformat(),
            session_id=random.choice("abcdefgh"),
            user_id=random.choice([None, None, "ana@example.com"]),
            product_slug=random.choice([None, "gorra", "buzo"]),
            price=random.choice(["10.005", "79900", "nothing", 0.0001]),
            metadata={"quantity": random.choice([1, 2, 3])}
            | random.choice([{}, {}, {"cart_total": 150_000}]),
            source=random.choice([None, "google", "instagram"]),
        )
        for _ in range(400)
    ]


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return busy_days()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]) -> Iterator[Server]:
    shop = Shop(tmp_path_factory.mktemp("busy"), ZONE)
    shop.land("events.ndjson", events)
    with shop.built().published() as published:
        assert mart_differences(published, events, ZONE) == []
    with shop.serving(NOW) as server:
        yield server


def expected(
    events: list[dict[str, Any]], start: str | None = None, end: str | None = None
) -> dict[str, Any]:
    """The answer by brute force."""
    zone = ZoneInfo(ZONE)
    first, _, last = window(NOW, zone, start, end)
    known = list(cleaned(events))
    finished = finished_checkouts((each for each in known if each.at <= NOW), persons(known))
    inside = [Dated(each, each.at.astimezone(zone).date()) for each in known if first <= each.at <= last]
    begun = list(begun_checkouts(inside, finished))
    sources: defaultdict[str, list[Begun]] = defaultdict(list)
    errors: defaultdict[str, list[Begun]] = defaultdict(list)
    for each in begun:
        sources[each.source].append(each)
        if each.last_error and each.is_abandoned:
            errors[each.last_error].append(each)

    def abandoned(those: list[Begun]) -> int:
        return sum(each.is_abandoned for each in those)

    def ranked(groups: dict[str, list[Begun]]) -> list[tuple[str, list[Begun]]]:
        return sorted(groups.items(), key=lambda item: (-left_behind(item[1]), item[0]))

    return {
        "checkouts": len(begun),
        "abandoned_checkouts": abandoned(begun),
        "abandoned_value": half_up(left_behind(begun), 2),
        "error_checkouts": sum(map(len, errors.values())),
        "error_value": half_up(sum(map(left_behind, errors.values()), Fraction(0)), 2),
        "abandoned_by_source": [
            {
                "source": source,
                "checkouts": len(those),
                "abandoned_checkouts": abandoned(those),
                "abandoned_value": half_up(left_behind(those), 2),
            }
            for source, those in ranked(sources)
        ],
        "abandoned_by_error": [
            {
                "error_type": error,
                "abandoned_checkouts": len(those),
                "abandoned_value": half_up(left_behind(those), 2),
            }
            for error, those in ranked(errors)
        ],
    }


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "2025-11-02", "end": "2025-11-02"},
        {"start": "2025-10-27", "end": "2025-11-04"},
        {"start": "2025-11-05"},
        {"end": "2025-11-02"},
        {"end": "2025-10-31"},
        {"start": "2025-01-01", "end": "2025-01-02"},
    ],
)
def test_any_window_gives_the_answer_of_the_definitions(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str]
) -> None:
    answer = busy.get(MONEY_AT_RISK, **query)
    assert answer.status_code == 200, answer.text
    assert differences(expected(events, **query), answer.json()) == []


def test_money_at_risk_has_the_same_authentication_and_validation(busy: Server) -> None:
    assert busy.client.get(MONEY_AT_RISK).status_code == 401
    assert busy.get(MONEY_AT_RISK.rstrip("/"), start="2025-11-02", end="2025-11-01").status_code == 422
    assert busy.get(MONEY_AT_RISK, mode="unknown").content == busy.get(MONEY_AT_RISK).content
