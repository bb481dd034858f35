"""`GET /metrics`: metrics of the server, its data and the builds, for Prometheus."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hmac import compare_digest
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from pipeline.paths import LAST_BUILD, WATCHER
from pipeline.status import read_status
from serve.errors import Unauthorized
from serve.health import DATA_QUALITY, QUARANTINE, Health, HealthChecks

WATCHER_STATES = ("waiting", "building", "failing", "stopped")
REQUEST_SECONDS = Histogram(
    "storefront_request_duration_seconds",
    "From a request's head to the end of its answer.",
    ("route", "status"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
RESPONSES = Counter("storefront_answers", "Responses to queries: cached, or computed.", ("how",))


@dataclass(frozen=True)
class MetricsServices:
    """What `get_metrics` uses; in `app.state.metrics`."""

    checks: HealthChecks
    token: str


class StaticCollector(Collector):
    """Metrics that are the same in each worker."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def add_metrics(app: FastAPI, checks: HealthChecks, token: str) -> None:
    """Serve the metrics to requests with the operator's token.

    Each worker writes its own into the folder PROMETHEUS_MULTIPROC_DIR.
    """
    app.state.metrics = MetricsServices(checks, token)
    app.get("/metrics", include_in_schema=False)(get_metrics)


async def get_metrics(request: Request) -> Response:
    services: MetricsServices = request.app.state.metrics
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {services.token}".encode()):
        raise Unauthorized("The metrics need the operator's token, which METRICS_TOKEN sets.")
    checks = services.checks
    health, quarantined = await checks.health(), await checks.counts(QUARANTINE)
    unreadable = await checks.counts(DATA_QUALITY)
    text = await asyncio.to_thread(render, checks.watcher.warehouse.folder, health, quarantined, unreadable)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def render(warehouse: Path, health: Health, quarantined: dict[str, int], unreadable: dict[str, int]) -> bytes:
    """All metrics in Prometheus' text format; reads the files of the workers and the status files."""
    build, watcher = (read_status(warehouse, name) for name in (LAST_BUILD, WATCHER))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(StaticCollector(shop_metrics(health, quarantined, unreadable, build, watcher)))
    return generate_latest(registry)


def shop_metrics(
    health: Health,
    quarantined: dict[str, int],
    unreadable: dict[str, int],
    build: dict[str, Any],
    watcher: dict[str, Any],
) -> list[Metric]:
    """The metrics of what is served, and of the status files of builds and of the watcher."""
    gauge, counter = partial(metric, GaugeMetricFamily), partial(metric, CounterMetricFamily)
    states = {state: int(state == watcher.get("state")) for state in WATCHER_STATES} if watcher else None
    return [
        gauge("version_built_timestamp_seconds", "When the version served was built.", health.built_at),
        gauge("checked_timestamp_seconds", "When it was known to hold all that landed.", health.checked_at),
        gauge("newest_event_timestamp_seconds", "When its newest event happened.", health.newest_event_at),
        gauge("stale", "1 where no build or watcher has checked it for STALE_AFTER.", health.is_stale),
        gauge("damaged_versions", "Versions that cannot be read.", len(health.damaged_versions)),
        gauge("quarantined_rows", "Rows in quarantine, by the reason.", quarantined, "reason"),
        gauge("unreadable_events", "Events that count with a defect, by the defect.", unreadable, "defect"),
        gauge("last_build_timestamp_seconds", "When the last build succeeded.", build.get("at")),
        gauge("last_build_duration_seconds", "How long that took.", build.get("last_seconds")),
        counter("builds", "Builds that succeeded.", build.get("builds")),
        counter("build_duration_seconds", "How long they took in all.", build.get("seconds")),
        counter("build_rows", "Rows they read, by what became of them.", build.get("rows"), "outcome"),
        gauge("watcher_state", "1 for what the watcher is doing.", states, "state"),
        gauge("watcher_failures", "Its failures since a build succeeded.", watcher.get("failures")),
        gauge("watcher_timestamp_seconds", "When it last said so.", watcher.get("at")),
    ]


def metric(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    description: str,
    value: float | datetime | dict[str, int] | None,
    label: str = "",
) -> Metric:
    """A metric with its samples: one by label, none where there is no value; instants become seconds."""
    family = kind(f"storefront_{name}", description, labels=[label] if label else [])
    if isinstance(value, datetime):
        value = value.replace(tzinfo=UTC).timestamp()
    if isinstance(value, dict):
        for each, number in value.items():
            family.add_metric([each], number)
    elif value is not None:
        family.add_metric([], value)
    return family
