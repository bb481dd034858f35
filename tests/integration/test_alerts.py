"""Alerts: rules with thresholds, and what is not normal for the weekday and time of day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from serve.alert_thresholds import alert_thresholds
from serve.response_settings import ResponseSettings
from serve.settings import SettingsError, settings_from_environment
from tests.support import reference_alerts
from tests.support.reference import cleaned, differences
from tests.support.shop import ALERTS, FUNNEL, RFM, SECRET, ZONE, Shop, event

TODAY = datetime(2026, 3, 8, tzinfo=UTC)
SILENT, POOR, RICH = TODAY - timedelta(days=1), TODAY - timedelta(days=2), TODAY - timedelta(days=3)
DAYS = 60


def log() -> Iterator[dict[str, Any]]:
    """Sixty days of about a hundred sessions from 14:00 to 20:00 UTC; three are not as the others."""
    random = Random(1)
    for number in range(DAYS):
        day = TODAY - timedelta(days=number)
        share = {SILENT: 0.0, POOR: 0.3, RICH: 2.0}.get(day, 1.0)
        for visit in range(round(share * (90 + random.randrange(20)))):
            began_at = day + timedelta(hours=14, seconds=random.randrange(6 * 3600))
            types = ["page_view", "product_view"]
            types += ["add_to_cart"] * (random.random() < 0.6)
            types += ["begin_checkout"] * (random.random() < 0.5)
            types += ["purchase"] * (random.random() < (0.1 if day == POOR else 0.4))
            types += ["payment_error"] * (random.random() < (0.3 if day == POOR else 0.01))
            types += ["whatsapp_cart_click"] * (random.random() < 0.02)
            for place, kind in enumerate(types):
                at = (began_at + timedelta(minutes=place)).isoformat()
                yield event(
                    kind, at, session_id=f"{number}-{visit}", price=1000, product_slug=f"p{visit % 30}"
                )


EVENTS = [*log()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("shop"), ZONE)
    shop.land("a.ndjson", EVENTS)
    return shop.built()


def asked(shop: Shop, now: datetime, **query: str) -> dict[str, Any]:
    with shop.serving(now) as server:
        alerts = server.get(ALERTS, **query).json()["alerts"]
        return {each["type"]: each for each in alerts}


def test_anomalies_equal_brute_force(shop: Shop) -> None:
    found = set()
    everything = list(cleaned(EVENTS))
    with shop.serving() as server:
        for hours in range(-4 * 24, 24, 11):
            server.now = TODAY + timedelta(hours=hours, minutes=7)
            expected = reference_alerts.alerts_of(everything, server.now, ZONE)
            given = server.get(ALERTS).json()
            for each in given["alerts"]:
                found.add(each["type"])
                del each["message"], each["timestamp"]
            assert differences(expected, given) == [], server.now
    assert found >= {
        *("unusual_events", "unusual_orders", "unusual_sessions", "unusual_net_revenue"),
        *("unusual_payment_errors", "payment_errors", "high_abandonment", "all_clear"),
    }


def test_day_without_events_raises_one_critical_alert(shop: Shop) -> None:
    alerts = asked(shop, SILENT + timedelta(hours=23), lang="en")
    assert [each for each in alerts if each.startswith("unusual")] == ["unusual_events"]
    silence = alerts["unusual_events"]
    assert (silence["severity"], silence["actual"]) == ("critical", 0)
    assert silence["expected"] > 200
    assert silence["money"] < 0
    assert silence["message"].startswith(
        "Events received today so far: 0. Usual on a Saturday by this time: "
    )


def test_unusually_high_is_info_and_unusually_low_is_a_warning(shop: Shop) -> None:
    rich = asked(shop, RICH + timedelta(hours=23))["unusual_orders"]
    poor = asked(shop, POOR + timedelta(hours=23))["unusual_orders"]
    assert (rich["severity"], poor["severity"]) == ("info", "warning")
    assert rich["money"] > 0 > poor["money"]
    assert poor["message"].startswith("Pedidos hoy hasta esta hora: ")
    assert "Lo habitual en viernes" in poor["message"]


def test_thresholds_are_settings(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    now = POOR + timedelta(hours=20)
    assert "payment_errors" in asked(shop, now)
    with shop.serving(
        now, responses=ResponseSettings(alert_thresholds("payment_errors=1000, unusual_score=1e9"), "EUR")
    ) as server:
        types = {each["type"] for each in server.get(ALERTS).json()["alerts"]}
        assert "payment_errors" not in types
        assert "unusual_sessions" not in types
    monkeypatch.setenv("JWT_SECRET", SECRET)
    for wrong, said in (
        ("payment_error=3", "payment_error is no threshold; there are abandoned_carts, abandonment_buyers"),
        ("payment_errors=few", "payment_errors must be a number, not 'few'"),
        ("payment_errors=-1", "payment_errors must be 0 or more, not -1"),
    ):
        monkeypatch.setenv("ALERT_THRESHOLDS", wrong)
        with pytest.raises(SettingsError, match=f"ALERT_THRESHOLDS: {said}"):
            settings_from_environment()


def test_admin_page_has_every_field_it_needs(shop: Shop) -> None:
    """It asks without parameters, and with days as `start` and `end`."""
    with shop.serving(TODAY + timedelta(hours=20)) as server:
        for query in ({}, {"start": "2026-02-01", "end": "2026-02-28"}):
            funnel = server.get(FUNNEL, **query).json()
            assert [sorted(step) for step in funnel["funnel"]] == [["count", "step"]] * 5
            assert sorted(funnel) == ["end_date", "funnel", "start_date"]
            rfm = server.get(RFM, **query).json()
            assert sorted(rfm) == ["end_date", "rfm", "segments", "start_date"]
            for alert in server.get(ALERTS, **query).json()["alerts"]:
                assert {*alert} >= {"type", "message", "severity", "timestamp"}
