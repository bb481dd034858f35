"""Prometheus metrics of real worker processes."""

import os
import signal
import time
from pathlib import Path

from tests.support.metrics import metrics
from tests.support.shop import DASHBOARD, SECRET, Shop, authorized


def test_metrics_are_correct_with_several_workers_after_one_is_killed(small_shop: Shop) -> None:
    counted = f"request_duration_seconds_count {DASHBOARD} 200"
    with small_shop.deployed(WORKERS="2", METRICS_TOKEN=SECRET) as (process, client):

        def ask() -> None:
            for _ in range(10):
                assert client.get(DASHBOARD, headers=authorized() | {"Connection": "close"}).is_success

        ask()
        told = [metrics(client) for _ in range(6)]
        assert [each[counted] for each in told] == [10] * 6
        assert sum(value for name, value in told[0].items() if name.startswith("answers_total ")) == 10
        *_, worker = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(worker), signal.SIGKILL)
        while Path("/proc", worker).exists():
            time.sleep(0.01)
        ask()
        assert metrics(client)[counted] == 20


def test_metrics_describe_data_and_builds(small_shop: Shop) -> None:
    with small_shop.deployed(METRICS_TOKEN=SECRET) as (_, client):
        health, told = client.get("/healthz").json(), metrics(client)
        for headers in ({}, authorized(), {"Authorization": SECRET}):
            refused = client.get("/metrics", headers=headers)
            assert (refused.status_code, list(refused.json())) == (401, ["detail"])
    assert told["quarantined_rows no readable created_at"] == 1
    # Of eight events one cannot be read. The row of advertising spend is kept, and may be read less often.
    unread = told["build_rows_total no readable created_at"]
    assert 7 * unread < told["build_rows_total kept"] <= 8 * unread
    assert told["builds_total"] >= 1 and (told["stale"], told["damaged_versions"]) == (0, 0)
    assert 0 < told["last_build_duration_seconds"] <= told["build_duration_seconds_total"]
    assert health["version"] and told["version_built_timestamp_seconds"] < told["checked_timestamp_seconds"]
    with small_shop.deployed() as (_, client):
        assert client.get("/metrics").status_code == 404
