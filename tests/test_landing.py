"""What may lie in the landing zone."""

import gzip
from pathlib import Path

import duckdb
import pytest

from tests.conftest import NOW
from tests.shop import Shop, event


def land_gzip(shop: Shop, day: str) -> None:
    shop.land(
        "events.ndjson",
        [
            event(
                "purchase", f"{day}T10:00:00Z", price="10.50", metadata='{"quantity": 2}', product_slug="a,b"
            ),
            event("purchase", f"{day}T11:00:00-05:00", user_id="ana@example.com", product_slug='señal "x"'),
        ],
    )
    plain = shop.landing / "events.ndjson"
    (shop.landing / "day").mkdir()
    (shop.landing / "day" / "events.JSONL.gz").write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes())
    )
    plain.unlink()


def land_csv(shop: Shop, day: str) -> None:
    (shop.landing / "events.csv").write_text(
        "price,created_at,event_type,session_id,product_slug,metadata,user_id\n"
        f'10.50,{day}T10:00:00Z,purchase,s,"a,b","{{""quantity"": 2}}",\n'
        f',{day}T11:00:00-05:00,purchase,s,"señal ""x""",,ana@example.com\n',
        encoding="utf-8",
    )


def land_parquet(shop: Shop, day: str) -> None:
    duckdb.sql(
        f"""
        select 10.5 as price, timestamptz '{day} 10:00:00+00' as created_at, 'purchase' as event_type,
            's' as session_id, 'a,b' as product_slug, {{'quantity': 2}} as metadata, null as user_id
        union all
        select null, '{day} 11:00:00-05', 'purchase', 's', 'señal "x"', null, 'ana@example.com'
        """
    ).write_parquet(str(shop.landing / "it's events.parquet"))


def test_every_format_gives_the_same_numbers(shop: Shop) -> None:
    """The same two purchases, in each format on a day of its own."""
    landed = {"2026-03-05": land_gzip, "2026-03-06": land_csv, "2026-03-07": land_parquet}
    for day, land in landed.items():
        land(shop, day)
    shop.built()
    with shop.serving(NOW) as server:
        for day in landed:
            answer = server.stats(start=day, end=day)
            assert (answer["total_sales"], answer["total_revenue"]) == (2, 21.0)
            assert answer["sales_by_day"] == [{"date": day, "count": 2}]
            assert answer["top_products"] == [{"slug": "a,b", "count": 2}, {"slug": 'señal "x"', "count": 1}]
            assert answer["retention_metrics"]["total_unique_buyers"] == 2


def test_rows_that_are_no_events_are_quarantined_with_file_reason_and_text(shop: Shop) -> None:
    (shop.landing / "a.ndjson").write_bytes(
        b'{"event_type": "purchase", "session_id": "s", "created_at": "2026-03-07"}\r\n'
        b"\n"
        b'{"event_type": "purchase", \n'
        b'{"event_type": "purchase\xff", "session_id": "s", "created_at": "2026-03-07"}\n'
        b'{"event_type": "purchase", "session_id": "s", "created_at": "a\x00b"}\n'
        b'{"session_id": "s", "created_at": "2026-03-07"}'
    )
    (shop.landing / "b.csv").write_text("event_type,session_id\npurchase,s,2026-03-07\n", encoding="utf-8")
    shop.built()
    rows = shop.build_database().sql("from stg_quarantine order by file, row_number").fetchall()
    assert [(Path(file).name, row_number, reason) for file, row_number, reason, _ in rows] == [
        ("a.ndjson", 3, "not a JSON object"),
        ("a.ndjson", 4, "not UTF-8"),
        ("a.ndjson", 5, "not a JSON object"),
        ("a.ndjson", 6, "no readable event_type"),
        ("b.csv", 1, "not as many fields as the header"),
    ]
    assert "purchase\\xff" in rows[1][3]
    assert dict(shop.published().sql("from mart_quarantine").fetchall())["not a JSON object"] == 2
    with shop.serving(NOW) as server:
        assert server.stats()["total_sales"] == 1


@pytest.mark.parametrize("name", ["events.ndjson.gz", "events.parquet"])
def test_an_unreadable_file_is_named_and_nothing_is_published(shop: Shop, name: str) -> None:
    (shop.landing / name).write_bytes(b"neither gzip nor Parquet")
    result = shop.build()
    assert result.returncode != 0
    assert name in result.stdout
    assert not (shop.warehouse / "current.duckdb").exists()


def test_a_landing_zone_that_does_not_exist_is_named(shop: Shop) -> None:
    shop.environment["RAW_EVENTS"] = str(shop.folder / "nowhere")
    result = shop.build()
    assert result.returncode != 0
    assert "nowhere, which does not exist" in result.stdout


def test_a_glob_takes_its_files_only(shop: Shop) -> None:
    shop.land("march.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.land("april.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.environment["RAW_EVENTS"] = str(shop.landing / "m*.ndjson")
    shop.built()
    with shop.serving(NOW) as server:
        assert server.stats()["total_sales"] == 1
