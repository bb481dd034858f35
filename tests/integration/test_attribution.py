"""Attribution: which visits led to an order, and their shares."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.random_logs import visits_and_orders
from tests.support.reference import differences
from tests.support.reference_attribution import answer
from tests.support.reference_marts import mart_differences
from tests.support.shop import ATTRIBUTION, NOW, ZONE, Server, Shop, event


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return visits_and_orders(seed=4)


@pytest.mark.parametrize("model", ["first", "last", "last_non_direct", "linear", "position", "time_decay"])
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"include": "campaigns"},
        {"start": "2026-02-20", "end": "2026-02-20", "by": "campaign"},
        {"start": "2025-12-01", "by": "medium", "include": "paths,campaigns"},
    ],
)
def test_any_window_gives_the_answer_of_the_definitions(
    busy: Server, events: list[dict[str, Any]], query: dict[str, str], model: str
) -> None:
    asked = query | {"model": model}
    given = busy.get(ATTRIBUTION, **asked).json()
    assert differences(answer(events, NOW, ZONE, **asked), given) == []


def test_marts_equal_the_definitions(whole: Shop, events: list[dict[str, Any]]) -> None:
    with whole.published() as published:
        assert mart_differences(published, events, ZONE) == []
        ((most, without),) = published.sql(
            "select max(touches), count(*) filter (where touched_at is null) from fct_order_touches"
        ).fetchall()
    assert most > 10
    assert without == 1


def visit(at: str, session_id: str = "phone", kind: str = "page_view", **fields: Any) -> dict[str, Any]:
    return event(kind, at, session_id=session_id, **fields)


def test_login_in_a_later_file_links_visits_of_another_browser_to_the_order(shop: Shop) -> None:
    shop.land(
        "first.ndjson",
        [
            visit("2026-03-01T10:00:00Z", source="instagram", utm_campaign="mayo"),
            visit("2026-03-04T10:00:00Z", "desk", source="google"),
            visit("2026-03-08T10:00:00Z", "desk", "purchase", user_id="ana@example.com", price="100"),
        ],
    )
    revenue = (
        "select source, revenue from mart_attribution where model = '{}' and revenue > 0 order by 2 desc"
    )
    assert shop.built().query(revenue.format("first")) == [("google", 100)]
    shop.land("login.ndjson", [visit("2026-03-02T10:00:00Z", user_id="ana@example.com")])
    shop.built("mart_attribution", "mart_paths")
    assert shop.query(revenue.format("first")) == [("instagram", 100)]
    assert shop.query(revenue.format("position")) == [("direct", 50), ("instagram", 40), ("google", 10)]
    assert shop.query("select path, orders, revenue, touches, days from mart_paths") == [
        ("instagram > direct > google > direct", 1, 100, 4, 7)
    ]


CAMPAIGNS = [*(f"c{number}" for number in range(205)), "other"]
MANY_CAMPAIGNS = [
    visit("2026-01-20T10:00:00Z", f"s{number}", "purchase", utm_campaign=campaign, price=str(1000 - number))
    for number, campaign in enumerate(CAMPAIGNS)
]
SOURCE_NAMED_OTHER = [
    visit("2026-01-10T10:00:00Z", source, "purchase", source=source, price=price)
    for source, price in (("google", "1"), ("other", "2"))
]
REFUND_OF_TOMORROW = [
    visit("2026-03-08T09:00:00Z", source="google"),
    visit("2026-03-08T10:00:00Z", source="tiktok"),
    visit("2026-03-08T10:01:00Z", kind="purchase", order_id="7", price="0.05"),
    visit("2026-03-09T10:00:00Z", kind="refund", order_id="7", metadata={"amount": 0.02}),
]


AD_SPEND = """\
date,source,campaign,cost
2026-02-10,google,mayo,80.50
2026-02-10,google,junio,19.50
2026-02-10,google,junio,20
2026-02-09,tiktok,,9
2026-01-01,google,mayo,7
yesterday,google,mayo,1
2026-02-10,,mayo,1
2026-02-10,x,mayo,a lot
"""
ADVERTISED = [
    visit("2026-02-10T09:00:00Z", "tablet", source="google", utm_campaign="mayo"),
    visit("2026-02-10T09:01:00Z", "tablet", "purchase", price="300"),
]


@pytest.fixture(scope="module")
def edge_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The events of four tests, each on days of their own."""
    # What lies above the landing zone says nothing of its files.
    shop = Shop(tmp_path_factory.mktemp("ad_spend of all shops"))
    shop.land("events.ndjson", [*MANY_CAMPAIGNS, *SOURCE_NAMED_OTHER, *REFUND_OF_TOMORROW, *ADVERTISED])
    (shop.landing / "ad_spend.csv").write_text(AD_SPEND, encoding="utf-8")
    return shop.built()


@pytest.fixture(scope="module")
def edge_cases(edge_shop: Shop) -> Iterator[Server]:
    with edge_shop.serving(NOW) as server:
        yield server


def test_future_refund_is_not_deducted(edge_cases: Server) -> None:
    for now, tiktok, google in ((NOW, 0.02, 0.03), (NOW + timedelta(days=1), 0.01, 0.02)):
        edge_cases.now = now
        given = edge_cases.get(ATTRIBUTION, include="paths", start="2026-03-01").json()
        assert {row["name"]: row["revenue"] for row in given["models"]["linear"]} == {
            "google": google,
            "tiktok": tiktok,
        }
        assert given["paths"][0]["revenue"] == google + tiktok


def test_beyond_200_campaigns_the_rest_is_summed_as_other(edge_cases: Server) -> None:
    day = {"start": "2026-01-20", "end": "2026-01-20"}
    given = edge_cases.get(ATTRIBUTION, by="campaign", **day).json()
    (direct,) = edge_cases.get(ATTRIBUTION, include="campaigns", **day).json()["rows"]
    assert direct["campaigns"] == given["rows"]
    assert len(given["rows"]) == 200
    assert [row["name"] for row in given["rows"][:2]] == ["c0", "c1"]
    # c199 to c204, and the campaign of that name.
    rest = sum(1000 - number for number in range(199, 206))
    assert (given["rows"][-1]["name"], given["rows"][-1]["orders"], given["rows"][-1]["revenue"]) == (
        "other",
        7,
        rest,
    )
    assert given["models"]["linear"][-1] == {"name": "other", "revenue": rest}


def test_source_named_other_is_ranked_as_a_source(edge_cases: Server) -> None:
    given = edge_cases.get(ATTRIBUTION, start="2026-01-10", end="2026-01-10").json()
    assert [row["name"] for row in given["rows"]] == ["other", "google"]


def test_ad_spend_file_gives_cost_and_return_per_source(edge_shop: Shop, edge_cases: Server) -> None:
    days = {"start": "2026-02-09", "end": "2026-02-10"}
    unreadable = ["no readable cost", "no readable date", "no readable source"]
    assert sorted(edge_shop.query("from mart_quarantine")) == [(reason, 1) for reason in unreadable]
    assert edge_shop.query("select sum(cost) from fct_ad_spend") == [(136,)]
    rows = {row["name"]: row for row in edge_cases.get(ATTRIBUTION, **days).json()["rows"]}
    assert (rows["google"]["cost"], rows["google"]["roas"], rows["google"]["visits"]) == (120, 2.5, 1)
    assert (rows["tiktok"]["cost"], rows["tiktok"]["visits"], rows["tiktok"]["roas"]) == (9, 0, 0)
    google = edge_cases.get(ATTRIBUTION, include="campaigns", **days).json()["rows"][0]
    assert [(row["name"], row["revenue"], row["cost"], row["roas"]) for row in google["campaigns"]] == [
        ("mayo", 300, 80.5, 3.73),
        ("junio", 0, 39.5, 0),
    ]
    rows = {row["name"]: row for row in edge_cases.get(ATTRIBUTION, by="campaign", **days).json()["rows"]}
    assert (rows["mayo"]["cost"], rows["junio"]["cost"], rows["(none)"]["cost"]) == (80.5, 39.5, 9)
    (row,) = edge_cases.get(ATTRIBUTION, by="medium", **days).json()["rows"]
    assert (row["name"], row["cost"], row["roas"]) == ("(none)", None, None)


def test_later_ad_spend_file_replaces_the_costs_that_it_repeats(edge_shop: Shop) -> None:
    (edge_shop.landing / "ad_spend-april.ndjson").write_text(
        '{"Date": "2026-02-10T00:00:00Z", "source": "google", "campaign": "mayo", "cost": 160.5}'
    )
    edge_shop.built("fct_ad_spend", "fct_events")
    cost = "select sum(cost) from fct_ad_spend where source = 'google' and spend_date = '2026-02-10'"
    assert edge_shop.query(cost) == [(200,)]
    assert edge_shop.query("select count(*) from fct_events where event_date = '2026-02-10'") == [(2,)]
