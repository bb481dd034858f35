"""The same models on Apache Spark: what is published is what a build on DuckDB publishes, row for row."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.paths import SPARK_PYTHONPATH
from tests.support.erasure import ADDRESS, erase
from tests.support.forked import Builder
from tests.support.golden import FOLDERS, computed_fields
from tests.support.malformed import FILES, MALFORMED_LINES, VALID_EDGE_CASES
from tests.support.real_shops import land_forms
from tests.support.reference import differences
from tests.support.scenario import Scenario
from tests.support.shop import CARTS, DASHBOARD, FUNNEL, ORDERS, RFM, WHATSAPP, Shop
from tests.support.tables import table_differences as differences_of_tables

pytestmark = pytest.mark.skipif(
    not (shutil.which("java") and find_spec("pyspark")),
    reason="needs Java 17 and `make setup-spark`",
)


def settings_of_spark(folder: Path, master: str) -> dict[str, str]:
    """The environment of a build on Spark whose settings and parsed project lie in a folder.

    Its code is compiled quickly rather than well, as none of it runs for long, and its queries not at all.
    Java would set aside a fifth of the usual room for that, which the builds of one session fill. Files have
    no checksum beside them, because Java starts a process to set the rights of each file.
    """
    compiled = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"
    settings_file = folder / "spark-defaults.conf"
    settings_file.write_text(
        f"spark.master {master}\nspark.sql.shuffle.partitions 2\n"
        "spark.sql.adaptive.enabled false\nspark.sql.codegen.wholeStage false\n"
        "spark.hadoop.fs.file.impl org.apache.hadoop.fs.RawLocalFileSystem\n"
        f"spark.driver.extraJavaOptions {compiled}\nspark.executor.extraJavaOptions {compiled}\n",
        encoding="utf-8",
    )
    return {
        "DBT_TARGET": "spark",
        "PYTHONPATH": SPARK_PYTHONPATH,
        "DBT_TARGET_PATH": str(folder / "target"),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_CONF_DIR": str(folder),
    }


class SparkSession:
    """One session of Spark, which builds shop after shop."""

    def __init__(self, folder: Path) -> None:
        self.environment = settings_of_spark(folder, "local[2]")
        self.builder = Builder()

    def try_build(self, shop: Shop) -> tuple[int, str]:
        """Build on Spark; the exit code, and what was said."""
        arguments, root, environment, output = shop.command()
        code = self.builder.dbt(arguments, root, environment | self.environment, output)
        return code, output.read_text(encoding="utf-8")

    def builds(self, shop: Shop) -> Shop:
        """The same shop, built on Spark; fails where the build fails."""
        code, said = self.try_build(shop)
        assert code == 0, said
        return shop


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = SparkSession(tmp_path_factory.mktemp("spark"))
    yield session
    session.builder.end()


@settings(max_examples=1, deadline=None, print_blob=True, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1))
def test_any_log_gives_the_same_tables_as_duckdb_malformed_rows_included(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("engines")
    scenario = Scenario(seed)
    duckdb_shop = Shop(folder / "duckdb", scenario.timezone)
    spark_shop = Shop(folder / "spark", scenario.timezone, raw_events=duckdb_shop.landing)
    duckdb_shop.land("events.ndjson", scenario.events)
    lines = [line for line, _ in (*MALFORMED_LINES.values(), *VALID_EDGE_CASES.values())]
    holding = f'{{"user_id": "{ADDRESS}"}}'.encode()
    (duckdb_shop.landing / "dirt.ndjson").write_bytes(b"\n".join([*lines, holding]))
    for name, (content, _, _) in FILES.items():
        (duckdb_shop.landing / name).write_bytes(content)
    land_forms(duckdb_shop)
    assert erase(duckdb_shop.built()).returncode == 0
    spark_shop.warehouse.mkdir(parents=True)
    for name in ("key", "erased"):
        shutil.copy(duckdb_shop.warehouse / name, spark_shop.warehouse)
    assert differences_of_tables(spark.builds(spark_shop), duckdb_shop.built()) == []
    with duckdb_shop.build_database() as build:
        expected = build.sql("from stg_landing__quarantine order by file, row_number").fetchall()
    tables = spark_shop.warehouse / "spark" / "current"
    quarantined = duckdb.sql(f"from '{tables}/stg_landing__quarantine/*.parquet' order by file, row_number")
    assert quarantined.fetchall() == expected
    assert ADDRESS not in str(expected) and "address-" in str(expected)
    folders = {folder.name.removeprefix("event_date=") for folder in tables.glob("mart_traffic/event_date=*")}
    days = spark_shop.published().sql("select distinct cast(event_date as varchar) from mart_traffic")
    assert {folder.removeprefix("+") for folder in folders} == {
        day.replace("0001-12-31 (BC)", "0000-12-31") for (day,) in days.fetchall()
    }


@pytest.fixture(scope="module")
def tracker(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The golden shop, built by two executors, each a process; one is killed once rows have been read.

    Where that ends the build, nothing is published, and it is built again.
    """
    shop = Shop(tmp_path_factory.mktemp("tracker"), "America/Bogota", FOLDERS["tracker"] / "events")
    shop.environment |= settings_of_spark(shop.folder, "local-cluster[2,1,1024]")
    build = shop.start_build()
    until_rows_are_read(shop, build.is_alive)
    one, _ = executors(shop.folder)
    os.kill(one, signal.SIGKILL)
    build.join()
    assert shop.link.exists() == (build.exitcode == 0)
    return shop if shop.link.exists() else spark.builds(shop)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("cases", DASHBOARD),
        ("orders", ORDERS),
        ("carts", CARTS),
        ("whatsapp", WHATSAPP),
        ("funnel", FUNNEL),
        ("rfm", RFM),
    ],
)
def test_golden_cases_on_spark_though_an_executor_was_killed(tracker: Shop, file: str, path: str) -> None:
    for case in json.loads((FOLDERS["tracker"] / f"{file}.json").read_text(encoding="utf-8")):
        with tracker.serving(datetime.fromisoformat(case["now"])) as server:
            given = server.get(path, **case["query"]).json()
            whole = given if path == DASHBOARD else computed_fields(case["answer"], given)
            assert differences(case["answer"], whole) == []


def test_build_survives_a_killed_executor(tracker: Shop, tmp_path: Path) -> None:
    assert differences_of_tables(tracker, Shop(tmp_path, "America/Bogota", tracker.landing).built()) == []


def test_build_that_began_before_an_erasure_publishes_nothing(shop: Shop) -> None:
    """An erasure does not wait for a build on Spark, which has read at its start who is erased."""
    from pipeline.spark.pyspark_publication import Publisher

    shop.warehouse.mkdir()
    build: Any = {
        "warehouse": str(shop.warehouse),
        "folder": "a build",
        "tables": {},
        "store_timezone": "UTC",
        "began_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
    }
    (shop.warehouse / "erased").touch()
    publisher = Publisher(build)
    with pytest.raises(
        RuntimeError, match="A customer was erased while this build ran: nothing was published"
    ):
        next(publisher.read(publisher.partitions()[0]))
    assert not shop.link.exists()


def test_repeated_publication_on_spark_keeps_published_tables(tmp_path: Path) -> None:
    """Spark repeats a task whose executor died after its work: the build published last is then its own."""
    from pipeline.spark.pyspark_publication import remove_ended

    published, before = tmp_path / "published", tmp_path / "before"
    published.mkdir()
    before.mkdir()
    remove_ended(published, before)
    remove_ended(published, published)
    assert list(tmp_path.iterdir()) == [published]


def test_vanished_file_is_skipped_and_a_missing_disk_is_named(
    tmp_path: Path,
) -> None:
    from pipeline.pseudonyms import Pseudonyms
    from pipeline.spark.pyspark_landing import LandingReader, Query

    folder = tmp_path / "landing"
    shop = Shop(tmp_path)
    for name in "ab":
        shop.land(f"{name}.ndjson", [{}])
    query = Query("select file, md5_number(file) as file_hash from landed.rows where text = '{}'", True)
    reader = LandingReader(str(folder), query, Pseudonyms("", []))
    (files,) = reader.partitions()
    (folder / "a.ndjson").unlink()
    (rows,) = reader.read(files)
    assert rows.column(0).to_pylist() == [str(folder / "b.ndjson")]
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="a disk that all executors see"):
        next(reader.read(files))


def until_rows_are_read(shop: Shop, is_building: Callable[[], bool]) -> None:
    """Return when the build under way has written `stg_landing__rows`; fails where it ends before."""
    tables = shop.warehouse / "spark" / "storefront.db"
    deadline = time.monotonic() + 200
    while not list(tables.glob("*/stg_landing__rows/_SUCCESS")):
        assert is_building() and time.monotonic() < deadline
        time.sleep(0.1)


def executors(folder: Path) -> list[int]:
    """The processes in which tasks run, of the build whose settings lie in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_executor = b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes()
            if is_executor and str(folder).encode() in (process / "environ").read_bytes():
                found.append(int(process.name))
    return found
