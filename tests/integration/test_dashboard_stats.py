"""Responses of the dashboard that a shop owner could check by hand."""

from datetime import UTC, datetime
from typing import Any

from tests.support.shop import NOW, Server, Shop, event


def test_one_purchase_and_one_abandoned_checkout(server: Server) -> None:
    answer = server.stats()
    assert answer["total_sales"] == 1
    assert answer["total_revenue"] == answer["average_order_value"] == 99801.0
    assert answer["top_products"] == [{"slug": "gorra", "count": 2}]
    assert answer["sales_by_day"] == [{"date": "2026-03-07", "count": 1}]
    assert answer["abandonment_rate"] == 50.0
    assert answer["traffic_sources"] == [
        {"source": "direct", "sessions": 1},
        {"source": "google", "sessions": 1},
    ]
    assert answer["whatsapp_sessions_list"] == ["phone"]


def test_future_event_counts_once_its_time_has_come(small_shop: Shop) -> None:
    with small_shop.serving(NOW) as server:
        assert server.stats()["error_counts"]["payment_error"] == 0
        server.now = datetime(2026, 3, 8, 15, 4, 6, tzinfo=UTC)
        assert server.stats()["error_counts"]["payment_error"] == 1


def test_unique_mode_counts_a_reloading_session_once(server: Server) -> None:
    total, unique = server.stats(), server.stats(mode="unique")
    assert (total["event_counts"]["product_view"], unique["event_counts"]["product_view"]) == (2, 1)
    assert "purchases_units" not in total["product_performance"][0]
    assert unique["product_performance"] == [
        {
            "slug": "gorra",
            "name": "Gorra",
            "views": 1,
            "add_to_cart": 0,
            "purchases": 1,
            "conversion_rate": 100.0,
            "purchases_units": 2,
        }
    ]


def test_the_rolling_window_is_exact_to_the_second(small_shop: Shop) -> None:
    with small_shop.serving() as server:

        def views(now: str) -> int:
            server.now = datetime.fromisoformat(now)
            count: int = server.stats()["event_counts"]["product_view"]
            return count

        assert views("2026-03-14T10:00:00Z") == 2
        assert views("2026-03-14T10:00:00.999Z") == 2
        assert views("2026-03-14T10:00:01Z") == 1
        assert views("2026-03-14T10:00:31Z") == 0


def test_an_end_without_a_start_gives_seven_whole_days(server: Server) -> None:
    timeline = server.stats(end="2026-03-07")["events_timeline"]
    assert [timeline[0]["date"], timeline[-1]["date"], len(timeline)] == ["2026-03-01", "2026-03-07", 7]


def test_an_empty_landing_zone_gives_every_field_and_zeros(shop: Shop) -> None:
    shop.built()
    with shop.serving(NOW) as server:
        answer = server.stats(mode="unique")
    assert len(answer) == 25
    days = answer.pop("events_timeline") + answer.pop("errors_timeline")
    assert {day["date"] for day in days} == {f"2026-03-0{day}" for day in range(1, 9)}
    assert answer["retention_metrics"].pop("period_days") == 90
    assert answer.pop("mode") == "unique"
    assert numbers([answer, [list(day.values())[1:] for day in days]]) == {0}


def numbers(value: Any) -> set[float]:
    """Every number in an answer whose lists are all empty."""
    if isinstance(value, dict):
        return numbers(list(value.values()))
    if isinstance(value, list):
        return set().union(*map(numbers, value))
    return {value}


def test_page_shows_a_shop_with_a_single_event(shop: Shop) -> None:
    shop.land("one.ndjson", [event("purchase", "2026-03-08T15:04:05Z", price=0.125, product_slug="x")])
    shop.built()
    with shop.serving(NOW) as server:
        answer = server.stats()
        assert (answer["total_sales"], answer["total_revenue"]) == (1, 0.13)
        assert answer["retention_metrics"]["total_unique_buyers"] == 1
        assert answer["session_stats"]["avg_events_per_session"] == 1.0
        server.now = datetime(2026, 3, 8, 15, 4, 4, tzinfo=UTC)
        assert server.stats()["total_sales"] == 0


def test_days_follow_the_store_zone_when_clocks_change_at_midnight(tmp_path: Any) -> None:
    """In Havana 2026-03-08 began at 01:00, which was 05:00 UTC, and 2026-11-01 had two midnights."""
    shop = Shop(tmp_path, store_timezone="America/Havana")
    instants = [
        "2026-03-08T04:59:59Z",
        "2026-03-08T05:00:00Z",
        "2026-11-01T03:59:59Z",
        "2026-11-01T04:00:00Z",
    ]
    shop.land(
        "events.ndjson", [event("purchase", instant) for instant in [*instants, "2026-11-01T05:00:00Z"]]
    )
    shop.built()
    with shop.serving(datetime(2026, 11, 2, tzinfo=UTC)) as server:

        def sales(day: str) -> int:
            count: int = server.stats(start=day, end=day)["total_sales"]
            return count

        assert [sales(day) for day in ("2026-03-07", "2026-03-08")] == [1, 1]
        assert [sales(day) for day in ("2026-10-31", "2026-11-01")] == [1, 2]


def test_compare_uses_the_previous_window_of_equal_length(small_shop: Shop) -> None:
    with small_shop.serving() as server:

        def views(now: str) -> tuple[int, int]:
            server.now = datetime.fromisoformat(now)
            stats = server.stats(compare="previous")
            return stats["event_counts"]["product_view"], stats["previous"]["event_counts"]["product_view"]

        assert views("2026-03-14T10:00:00Z") == (2, 0)
        assert views("2026-03-14T10:00:01Z") == (1, 1)
        assert views("2026-03-14T10:00:31Z") == (0, 2)
        assert views("2026-03-21T10:00:00Z") == (0, 2)
        assert views("2026-03-21T10:00:01Z") == (0, 1)

        day, day_before = (
            {"start": "2026-03-08", "end": "2026-03-08"},
            {"start": "2026-03-07", "end": "2026-03-07"},
        )
        compared = server.stats(**day, compare="previous")
        assert compared.pop("previous") == server.stats(**day_before)
        assert compared == server.stats(**day)


def test_previous_window_is_empty_when_the_day_has_just_begun(small_shop: Shop) -> None:
    with small_shop.serving(datetime(2026, 3, 8, tzinfo=UTC)) as server:
        previous = server.stats(start="2026-03-08", compare="previous")["previous"]
    assert previous["session_stats"] == {
        "unique_sessions": 0,
        "avg_events_per_session": 0,
        "sessions_with_purchase": 0,
    }
    assert [day["date"] for day in previous["events_timeline"]] == ["2026-03-08"]
    assert previous["total_sales"] == previous["total_revenue"] == previous["whatsapp_sessions"] == 0
