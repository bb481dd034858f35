"""Publishing: only whole builds, and no reader is blocked."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.paths import ROOT
from pipeline.versions import NOT_AS_PARQUET
from tests.support.projects import copy_project
from tests.support.shop import NOW, TARGET, Shop, event


def purchases(count: int) -> list[dict[str, str]]:
    return [event("purchase", f"2026-03-07T10:00:{second:02}Z") for second in range(count)]


def test_failed_build_is_not_published_and_the_old_version_is_served(shop: Shop) -> None:
    shop.land("a.ndjson", purchases(1))
    shop.built()
    with shop.serving(NOW) as server:
        version = server.get().headers["X-Data-Version"]
        shop.land("b.ndjson", purchases(2))
        shop.use_project(project_with_a_failing_test(shop.folder / "project"))
        result = shop.build()
        assert result.returncode != 0
        assert "Nothing was published, as these failed: nothing_is_ever_right" in result.stdout
        assert server.get().headers["X-Data-Version"] == version
        assert server.stats()["total_sales"] == 1


def project_with_a_failing_test(folder: Path) -> Path:
    copy_project(folder)
    # Of a view, which the build itself leaves out.
    (folder / "tests" / "data" / "nothing_is_ever_right.sql").write_text(
        "select * from {{ ref('fct_events') }}", encoding="utf-8"
    )
    return folder


def test_partial_build_is_not_published(shop: Shop) -> None:
    without_a_table = shop.build("--exclude", "mart_funnel_daily")
    (shop.warehouse / "build.duckdb").unlink()
    without_a_view = shop.build("--exclude", "api_cart_states")
    for result in without_a_table, without_a_view:
        assert result.returncode == 0, result.stdout
        assert "not a whole build" in result.stdout
    assert not shop.link.exists()


def test_debug_log_level_logs_statements(shop: Shop) -> None:
    statement = "create view"
    assert statement not in shop.build("--select", "mart_dates").stdout
    assert statement in shop.build("--select", "mart_dates", "--log-level", "debug").stdout


def test_dbts_empty_flag_is_refused_with_a_reason(shop: Shop) -> None:
    result = shop.build("--empty")
    assert result.returncode != 0
    assert "--empty would take all rows out of the build file" in result.stdout
    assert "Traceback" not in result.stdout


def test_damaged_version_is_replaced_but_an_empty_build_replaces_none(shop: Shop) -> None:
    shop.land("a.ndjson", purchases(50))
    damaged = shop.built().link.resolve()
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    version = shop.built().link.resolve()
    assert version != damaged
    with shop.serving(NOW) as server:
        assert server.stats()["total_sales"] == 50

    (shop.landing / "a.ndjson").unlink()
    refused = shop.reread()
    assert refused.returncode != 0
    assert "This build has no event" in refused.stdout
    assert shop.link.resolve() == version
    shop.link.unlink()
    shop.built()
    assert shop.published().sql("from fct_events").fetchall() == []
    asked_at = datetime.now(UTC).isoformat()
    assert f"Nothing is new since {shop.link.readlink().stem}: nothing was published" in shop.build().stdout
    with shop.serving() as server:
        health = server.client.get("/healthz").json()
        assert health["built_at"] < asked_at < health["checked_at"]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("STORE_TIMEZONE", "Bogota'", "STORE_TIMEZONE is 'Bogota'', which is not an IANA time zone"),
        ("WAREHOUSE_DIR", "/dev/null/here", "WAREHOUSE_DIR cannot be made: Not a directory: /dev/null/here"),
        ("BUILD_MEMORY", "much", "BUILD_MEMORY is 'much', which is no amount of memory such as 2GB"),
        ("BUILD_THREADS", "0", "BUILD_THREADS is '0', which is no number of threads such as 2"),
    ],
)
def test_invalid_setting_of_a_build_is_refused_with_a_reason(
    shop: Shop, variable: str, value: str, words: str
) -> None:
    shop.environment[variable] = value
    result = shop.build()
    assert result.returncode != 0
    assert words in result.stdout
    assert "Traceback" not in result.stdout


def test_concurrent_builds_publish_once_and_do_not_block_analysts(small_shop: Shop) -> None:
    def versions() -> int:
        return len(list((small_shop.warehouse / "versions").glob("*.duckdb")))

    before = versions()
    with small_shop.published() as published:
        comments = published.sql("select table_name, comment from duckdb_tables()").fetchall()
    queries = {table: example(comment) for table, comment in comments if table != "published_build"}
    (small_shop.landing / "events.ndjson").touch()
    builds = [small_shop.start_build(), small_shop.start_build()]
    while any(build.is_alive() for build in builds):
        with small_shop.published() as published:
            for table, query in queries.items():
                assert published.sql(query).fetchall(), table
        # Else the queries take a core from the builds all the while.
        builds[0].join(1)
    assert [build.exitcode for build in builds] == [0, 0]
    assert versions() == before + 1


def test_example_queries_of_unpublished_models_run_in_the_build_file(small_shop: Shop) -> None:
    manifest = json.loads((TARGET / "manifest.json").read_text(encoding="utf-8"))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    with small_shop.build_database() as build:
        for model in models:
            if model["access"] != "public":
                assert build.sql(example(model["description"])).fetchall(), model["name"]


def test_published_tables_exist_as_parquet(small_shop: Shop) -> None:
    folder = small_shop.warehouse / "parquet"
    with small_shop.published() as published:
        tables = [name for (name,) in published.sql("show tables").fetchall()]
        read = [name for name in tables if not name.startswith("api_") and name not in NOT_AS_PARQUET]
        assert sorted(path.name for path in folder.iterdir()) == [f"{name}.parquet" for name in read]
        for name in read:
            file = f"'{folder}/{name}.parquet'"
            for one, other in ((name, file), (file, name)):
                assert published.sql(f"from {one} except all from {other}").fetchall() == []
            described = "select column_name, column_type from (describe from {})"
            types = [published.sql(described.format(each)).fetchall() for each in (name, file)]
            assert types[0] == types[1]


def example(description: str) -> str:
    """The one query in a model's description."""
    (query,) = re.findall("```sql\n(.*?)```", description, re.DOTALL)
    return str(query)


def test_published_tables_hold_no_personal_data(small_shop: Shop) -> None:
    published = small_shop.published()
    for (table,) in published.sql("select table_name from information_schema.tables").fetchall():
        for row in published.sql(f"from {table}").fetchall():
            assert "@" not in str(row)
            assert "Calle" not in str(row)


def test_the_readme_lists_every_mart(small_shop: Shop) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    marts = small_shop.published().sql("select table_name from information_schema.tables").fetchall()
    assert [mart for (mart,) in marts if mart.startswith("mart_") and f"`{mart}`" not in readme] == []


def test_documented_analyst_queries_return_rows(small_shop: Shop) -> None:
    text = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    queries = re.findall("```sql\n(.*?)```", text, re.DOTALL) + re.findall('marts.sql\\("(.*?)"\\)', text)
    with small_shop.published() as published:
        for query in ";".join(queries).split(";"):
            if query.strip():
                assert published.sql(query).fetchall(), query


def test_published_tables_have_their_descriptions_as_comments(small_shop: Shop) -> None:
    published = small_shop.published()
    tables = dict(published.sql("select table_name, comment from duckdb_tables()").fetchall())
    assert [name for name, comment in tables.items() if not comment] == []
    assert tables["mart_sales"].startswith("What was sold per day")
    columns = published.sql(
        "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    )
    assert columns.fetchall() == []
