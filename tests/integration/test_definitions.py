"""One definition: page, API, marts, dbt's metrics and Parquet files give the same numbers."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from pipeline.paths import ROOT
from tests.support.browser import NEWEST, Tab, field, needs_chromium, number
from tests.support.reference import CHECKOUT
from tests.support.shop import MONEY_AT_RISK, ORDERS, TARGET, Server, Shop

FIRST, LAST = "2026-02-23", "2026-03-01"  # An ISO week.

FUNNEL = "from mart_funnel_daily where event_date between $first and $last and step ="
WEEK = "from mart_funnel_weekly where week_date = $first and step ="
SALES = "from mart_sales where event_date between $first and $last"
# The endpoints' field, which the page shows under the same name; decimals; the marts' answer; dbt's metric.
NUMBERS = [
    ("total_sales", 0, f"select sum(purchases) {SALES}", "total_sales"),
    ("total_revenue", 2, f"select sum(revenue) {SALES}", "total_revenue"),
    ("average_order_value", 2, f"select sum(revenue) / sum(purchases) {SALES}", "average_order_value"),
    ("event_counts.product_view", 0, f"select sum(events) {FUNNEL} 'product_view'", "product_view_events"),
    ("event_counts.add_to_cart", 0, f"select sum(events) {FUNNEL} 'add_to_cart'", "add_to_cart_events"),
    (
        "conversion_rates.visit_to_cart",
        1,
        f"select event_conversion_rate {WEEK} 'add_to_cart'",
        "visit_to_cart",
    ),
    ("session_stats.sessions_with_purchase", 0, f"select sessions {WEEK} 'purchase'", "purchase_sessions"),
    (
        "payment_info_entered_count",
        0,
        f"select sum(events) {FUNNEL} 'payment_info_entered'",
        "payment_info_entered_count",
    ),
    (
        "error_counts.payment_error",
        0,
        "select sum(errors) from mart_errors where error_type = 'payment_error'"
        " and event_date between $first and $last",
        "payment_errors",
    ),
    (
        "abandoned_value",
        2,
        "select sum(abandoned_value) from mart_checkouts where event_date between $first and $last",
        "abandoned_value",
    ),
]


@pytest.fixture(scope="module")
def server(sample_shop: Shop) -> Iterator[Server]:
    with sample_shop.serving(NEWEST) as server:
        yield server


@pytest.fixture(scope="module")
def asked(server: Server) -> list[float]:
    """What the API answers."""
    days = {"start": FIRST, "end": LAST}
    answer = server.stats(**days) | server.get(MONEY_AT_RISK, **days).json()
    answers = [field(answer, path) for path, *_ in NUMBERS]
    assert all(answers)
    return answers


def rounded(answers: list[float]) -> list[float]:
    return [round(answer, decimals) for answer, (_, decimals, *_) in zip(answers, NUMBERS, strict=True)]


@needs_chromium
def test_page_agrees(browser: Browser, server: Server, asked: list[float]) -> None:
    tab = Tab(browser.new_context(base_url=str(server.client.base_url)))
    page = tab.sign_in(f"?lang=en&start={FIRST}&end={LAST}")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    shown = tab.numbers()
    page.context.close()
    assert [number(shown[path]) for path, *_ in NUMBERS] == asked


def test_marts_agree(sample_shop: Shop, asked: list[float]) -> None:
    with sample_shop.published() as published:
        assert answers_of(published) == asked


def test_parquet_files_agree(sample_shop: Shop, asked: list[float]) -> None:
    with duckdb.connect() as files:
        for path in (sample_shop.warehouse / "parquet").glob("mart_*.parquet"):
            files.read_parquet(str(path)).create_view(path.stem)
        assert answers_of(files) == asked


def answers_of(connection: duckdb.DuckDBPyConnection) -> list[float]:
    answers = []
    for _, _, query, _ in NUMBERS:
        ((answer,),) = connection.execute(
            query, {name: day for name, day in (("first", FIRST), ("last", LAST)) if f"${name}" in query}
        ).fetchall()
        answers.append(float(answer))
    return rounded(answers)


@pytest.fixture(scope="module")
def metrics(sample_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """All of dbt's metrics, as MetricFlow's own command answers."""
    project = tmp_path_factory.mktemp("project")
    # It reads what dbt knows of the project from its folder `target` only.
    for part in ("dbt_project.yml", "profiles.yml", "macros", "models", "seeds", "pipeline", "tests"):
        (project / part).symlink_to(ROOT / part)
    (project / "target").symlink_to(TARGET)
    names = [each["name"] for each in json.loads((TARGET / "semantic_manifest.json").read_bytes())["metrics"]]
    of_published = {"DBT_TARGET": "published", "WAREHOUSE_DIR": str(sample_shop.warehouse)}
    result = subprocess.run(
        [
            *[str(Path(sys.executable).with_name("mf")), "query", "--csv", "answers.csv"],
            *["--metrics", ",".join(names), "--start-time", FIRST, "--end-time", LAST],
        ],
        cwd=project,
        env=sample_shop.environment | of_published,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
    with (project / "answers.csv").open(newline="") as file:
        (answers,) = csv.DictReader(file)
    return {name: float(answer) for name, answer in answers.items()}


def test_semantic_layer_agrees(metrics: dict[str, float], asked: list[float]) -> None:
    assert rounded([metrics[name] for *_, name in NUMBERS]) == asked


def test_every_other_metric_is_a_field_of_the_endpoints_too(
    metrics: dict[str, float], server: Server
) -> None:
    days = {"start": FIRST, "end": LAST}
    total, unique = (server.stats(mode=mode, **days) for mode in ("total", "unique"))
    risk = server.get(MONEY_AT_RISK, **days).json()
    orders = server.get(ORDERS, **days).json()
    rates, errors, sessions = total["conversion_rates"], total["error_counts"], total["session_stats"]
    same = {name: field(total, path) for path, _, _, name in NUMBERS if name != "abandoned_value"} | {
        **{f"{step}_events": count for step, count in total["event_counts"].items() if step != "purchase"},
        **{f"{step}_sessions": count for step, count in unique["event_counts"].items()},
        **{name: round(rate, 1) for name, rate in rates.items()},
        **{f"{kind}s": count for kind, count in errors.items()},
        **{f"{step}_count": total[f"{step}_count"] for step in CHECKOUT},
        **{name: total[name] for name in ("whatsapp_sessions", "whatsapp_purchases")},
        **{name: value for name, value in risk.items() if not isinstance(value, list)},
        **{name: orders[name] for name in ("orders", "gross_revenue", "net_revenue", "refund_rate")},
        "refunded_revenue": orders["refunded"],
        "attributed_orders": orders["orders"],
        "attributed_revenue": orders["net_revenue"],
        "attributed_new_buyers": orders["new_buyers"],
        "unique_sessions": sessions["unique_sessions"],
        "avg_events_per_session": sessions["avg_events_per_session"],
    }
    decimals = dict.fromkeys([*rates, "avg_events_per_session", "refund_rate"], 1)
    given = {name: round(metrics[name], decimals.get(name, 2)) for name in same}
    assert given == same
    # By day or of no field: see docs/decisions/0025.
    assert metrics.keys() - same.keys() == {
        *("abandonment_rate", "checkouts_without_purchase"),
        *("units_sold", "all_events", "refunded_orders", "attribution_models"),
        *(f"{name}_of_all_models" for name in ("orders", "revenue", "new_buyers")),
    }
