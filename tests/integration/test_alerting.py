"""Alerts and the weekly digest, posted to a webhook that may fail."""

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess

import pytest

from pipeline.paths import ROOT
from serve.alerting.service import Alerting
from serve.alerting.settings import AlertingSettings
from serve.response_settings import DEFAULT_SETTINGS
from tests.support.forked import run_module, start_module, stop
from tests.support.shop import NOW, Shop, event
from tests.support.watcher import Watcher
from tests.support.webhook import Webhook, listening

ADDRESS = "ana@example.com"


def error_now(number: int = 0) -> dict[str, object]:
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    return event("payment_error", at, session_id=f"s{number}", user_id=ADDRESS, error_message=ADDRESS)


@contextmanager
def alerting(shop: Shop, webhook: str, **variables: str) -> Iterator[BaseProcess]:
    """What the watcher starts where ALERT_WEBHOOK is set; what it logs is in the shop's `alerting.log`."""
    environment = {
        **shop.environment,
        "WAREHOUSE_DIR": str(shop.warehouse),
        "ALERT_WEBHOOK": webhook,
        "ALERT_SECONDS": "1",
        **variables,
    }
    log = shop.folder / "alerting.log"
    process = start_module("serve.alerting", folder=ROOT, environment=environment, log=log)
    try:
        yield process
    finally:
        assert stop(process, 20) == 0, log.read_text()


@pytest.fixture(scope="module")
def shop_of_today(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("troubled"))
    shop.land("a.ndjson", [error_now()])
    return shop.built()


@pytest.fixture
def troubled_shop(shop_of_today: Shop) -> Shop:
    """A shop with a payment error a moment ago, of which nothing was told yet."""
    for name in (shop_of_today.warehouse / "alerts.json", shop_of_today.folder / "alerting.log"):
        name.unlink(missing_ok=True)
    return shop_of_today


def test_watcher_posts_an_alert_once_and_stops_the_alerting_process(shop: Shop) -> None:
    with listening() as webhook:
        shop.environment |= {"ALERT_WEBHOOK": webhook.url, "ALERT_SECONDS": "1"}
        shop.land("a.ndjson", [event("page_view", "2026-03-01T10:00:00Z")])
        watcher = Watcher(shop)
        try:
            watcher.until(shop.link.exists)
            shop.land("b.ndjson", [error_now()])
            webhook.until(lambda: webhook.taken)
            version = shop.link.readlink()
            shop.land("c.ndjson", [error_now(1)])
            watcher.until(lambda: shop.link.readlink() != version)
            checked_at = (shop.warehouse / "alerts.json").stat().st_mtime_ns
            webhook.until(lambda: (shop.warehouse / "alerts.json").stat().st_mtime_ns > checked_at)
        finally:
            assert watcher.stop(60) == 0
        assert webhook.types == ["payment_errors"]
        (message,) = webhook.taken
        assert message["text"] == message["message"] == "Errores de pago en la última hora: 1."
        assert message["severity"] == "critical"
        log = watcher.log.read_text(encoding="utf-8")
        assert "posted payment_errors" in log
        for text in (log, json.dumps(webhook.taken), (shop.warehouse / "alerts.json").read_text()):
            assert ADDRESS not in text
            assert "/secret" not in text


@pytest.mark.parametrize("behaviour", ["500", "404", "302", "silent", "drip"])
def test_message_refused_by_a_webhook_is_retried(troubled_shop: Shop, behaviour: str) -> None:
    with listening(behaviour) as webhook, alerting(troubled_shop, webhook.url, ALERT_LANG="en"):
        webhook.until(lambda: webhook.tried)
        written_at = (troubled_shop.warehouse / "alerts.json").stat().st_mtime_ns
        # Checks go on meanwhile.
        webhook.until(lambda: (troubled_shop.warehouse / "alerts.json").stat().st_mtime_ns > written_at)
        webhook.behaviour = "take"
        webhook.until(lambda: webhook.taken)
        assert [message["text"] for message in webhook.taken] == ["Payment errors in the last hour: 1."]
    log = (troubled_shop.folder / "alerting.log").read_text()
    assert log.count("the webhook does not take a message; trying again (127.0.0.1") == 1
    assert "/secret" not in log


def test_messages_for_an_unavailable_webhook_survive_a_restart(troubled_shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/secret"
    kept = troubled_shop.warehouse / "alerts.json"
    with alerting(troubled_shop, url):
        Webhook().until(lambda: kept.exists() and json.loads(kept.read_bytes())["pending"])
    with listening(port=port) as webhook, alerting(troubled_shop, url):
        webhook.until(lambda: webhook.taken)
        webhook.until(lambda: not json.loads(kept.read_bytes())["pending"])
    with alerting(troubled_shop, url) as process:
        written_at = kept.stat().st_mtime_ns
        webhook.until(lambda: kept.stat().st_mtime_ns > written_at)
        assert process.is_alive()
    assert webhook.types == ["payment_errors"]


def checked(alerting: Alerting, now: datetime) -> list[str]:
    """The types of the messages that a check at this instant adds."""
    before = len(alerting.incidents.pending)
    # In a thread of its own, because the browser of other tests has an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, alerting.check(now.replace(tzinfo=None))).result()
    return [message["type"] for message in alerting.incidents.pending[before:]]


def settings_of(shop: Shop) -> AlertingSettings:
    return AlertingSettings(shop.warehouse, "http://127.0.0.1/", 60, "es", DEFAULT_SETTINGS)


def test_alert_is_repeated_only_after_two_checks_without_it(shop: Shop) -> None:
    first, second = NOW, NOW + timedelta(hours=3)
    shop.land("a.ndjson", [event("payment_error", at.isoformat()) for at in (first, second)])
    told = Alerting(settings_of(shop.built()))
    minutes = (0, 30, 61, 62, 181, 182)
    assert [checked(told, first + timedelta(minutes=each)) for each in minutes] == [
        *(["payment_errors"], [], [], [], ["payment_errors"], []),
    ]
    again = Alerting(settings_of(shop))
    assert checked(again, second) == []
    assert len(again.incidents.pending) == 2
    # Gone for one check only.
    assert checked(again, second + timedelta(minutes=61)) == []
    assert checked(again, second) == []


def test_the_digest_comes_on_monday_at_eight_or_later_in_the_week(shop: Shop) -> None:
    shop.environment["STORE_TIMEZONE"] = "America/Bogota"
    days = [(datetime(2026, 3, 3, 20, tzinfo=UTC), 3), (datetime(2026, 2, 24, 20, tzinfo=UTC), 2)]
    shop.land(
        "a.ndjson",
        [
            event(
                kind,
                (at + number * timedelta(minutes=5)).isoformat(),
                price=15_000,
                product_slug="gorra",
                user_id=ADDRESS,
            )
            for at, count in days
            for number in range(count)
            for kind in ("page_view", "purchase")
        ],
    )
    told = Alerting(settings_of(shop.built()))
    monday = datetime(2026, 3, 9, 13, tzinfo=UTC)  # 08:00 in Bogota.
    assert checked(told, monday - timedelta(days=3)) == []
    assert checked(told, monday - timedelta(seconds=1)) == []
    assert checked(told, monday) == ["weekly_digest"]
    assert checked(told, monday + timedelta(hours=5)) == []
    assert checked(Alerting(settings_of(shop)), monday + timedelta(days=6)) == []
    assert checked(told, monday + timedelta(days=8)) == ["weekly_digest"]
    digest = told.incidents.pending[0]
    assert (digest["start_date"], digest["end_date"]) == ("2026-03-02", "2026-03-08")
    assert digest["text"].splitlines() == [
        "Resumen de la semana del 2026-03-02 al 2026-03-08",
        "Pedidos: 3 (+50 % frente a la semana anterior)",
        "Ingresos netos: 45.000 COP (+50 % frente a la semana anterior)",
        "Pedido promedio: 15.000 COP (+0 % frente a la semana anterior)",
        "Sesiones: 1 (+0 % frente a la semana anterior)",
        "Carritos abandonados: 0, por 0 COP; recuperados: 0 %",
        "Ventas por WhatsApp: 0, por 0 COP; tratos abiertos: 0",
        "Lo más vendido: gorra (3)",
    ]


def test_make_digest_prints_the_last_week_or_says_why_there_is_none(shop: Shop) -> None:
    said = shop.run("serve.alerting", "digest").stdout
    assert said == "There is no digest, because nothing is published.\n"
    last_week = datetime.now(UTC) - timedelta(days=7)
    shop.land("a.ndjson", [event("purchase", last_week.isoformat(), user_id=ADDRESS)])
    shop.built()
    printed = shop.run("serve.alerting", "digest").stdout
    assert printed.startswith("Resumen de la semana del ")
    assert "Pedidos: 1 (la semana anterior: 0)" in printed
    assert ADDRESS not in printed


def test_invalid_webhook_address_is_refused(shop: Shop) -> None:
    for name, value, said in (
        ("ALERT_WEBHOOK", "hooks.example", "ALERT_WEBHOOK must be an address such as https://"),
        ("ALERT_SECONDS", "0", "ALERT_SECONDS must lie between 1 and 86400, not be 0."),
        ("ALERT_LANG", "fr", "ALERT_LANG must be es or en, not 'fr'."),
        ("ALERT_WEBHOOK", "", "ALERT_WEBHOOK is not set: there is nobody to tell."),
    ):
        environment = {**os.environ, "ALERT_WEBHOOK": "http://127.0.0.1/", name: value}
        refused = run_module("serve.alerting", folder=ROOT, environment=environment)
        assert refused.returncode == 1
        assert refused.stderr.startswith(said)
