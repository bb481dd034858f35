"""Incremental builds: however files arrive, change and disappear, they publish what one full build does."""

import json
import os
import shutil
import time
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.projects import copy_project
from tests.support.random_logs import carts, orders_and_deals, visits_and_orders
from tests.support.reference import instant
from tests.support.reference_marts import mart_differences
from tests.support.scenario import Scenario
from tests.support.shop import ZONE, Shop, event, only
from tests.support.tables import table_differences as differences

EXAMPLES = 1
BUILDS = 2
TYPES = ("product_view", "begin_checkout", "payment_error", "purchase", "whatsapp_cart_click")


class GrowingShop:
    """A shop whose landing zone is changed from build to build, and what a full build should read at last."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.scenario = Scenario(seed)
        self.shop = Shop(folder / "growing", self.scenario.timezone)
        self.folder = folder
        self.read: dict[str, bytes] = {}
        self.deletable: list[Path] = []

    def grows(self) -> None:
        for events in self.parts():
            self.change(events)
            if self.random.random() < 0.3:
                self.kill_a_build()
                self.change([])
            self.shop.built()
            self.remember()
        assert differences(self.shop, self.rebuilt()) == []

    def parts(self) -> list[list[dict[str, Any]]]:
        """The events of each build; they are of other days, of other sessions or buyers, or of any."""
        key = self.random.choice(
            [
                lambda raw: "",
                lambda raw: str(instant(raw.get("created_at"))),
                lambda raw: str(raw.get("session_id")),
                lambda raw: str(raw.get("user_id")),
            ]
        )
        events = sorted(self.scenario.events, key=key)
        size = -(-len(events) // BUILDS)
        parts = [events[first : first + size] for first in range(0, len(events), size)]
        return self.random.sample(parts, len(parts))

    def change(self, events: list[dict[str, Any]]) -> None:
        """Land events in new files and old ones, rewrite one and keep its time, delete one."""
        lines = [json.dumps(event).encode() + b"\n" for event in events]
        for number in range(3):
            name = f"{self.random.randrange(5)}-{self.random.choice(['a', 'b'])}.ndjson"
            with (self.shop.landing / name).open("ab") as file:
                file.write(b"".join(lines[number::3]))
        if self.deletable and self.random.random() < 0.6:
            self.rewrite(self.random.choice(self.deletable))
        if self.deletable and self.random.random() < 0.6:
            self.deletable.pop(self.random.randrange(len(self.deletable))).unlink()

    def rewrite(self, path: Path) -> None:
        """Other lines in place of some, with the time of change that the file had, and at times its size."""
        before = path.stat()
        lines = path.read_bytes().splitlines(keepends=True)
        if self.random.random() < 0.5:
            lines = [line.replace(b"s1", b"s2").replace(b"79900", b"89900") for line in lines]
        else:
            lines = self.random.sample(lines, len(lines) // 2)
        path.write_bytes(b"".join(lines))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def kill_a_build(self) -> None:
        build = self.shop.start_build()
        time.sleep(self.random.uniform(0.2, 6))
        build.kill()
        build.join()
        self.deletable = []  # Nobody knows whether it was read.

    def remember(self) -> None:
        self.deletable = list(self.shop.landing.iterdir())
        self.read |= {path.name: path.read_bytes() for path in self.deletable}

    def rebuilt(self) -> Shop:
        """Another shop that reads at once all that this one has read, deleted files too."""
        other = Shop(self.folder / "rebuilt", self.scenario.timezone)
        for name, content in self.read.items():
            (other.landing / name).write_bytes(content)
        # Of rows of one key and instant, the hash decides, which the warehouse's key goes into.
        other.warehouse.mkdir()
        shutil.copy(self.shop.warehouse / "key", other.warehouse)
        return other.built()


@settings(max_examples=EXAMPLES, deadline=None, print_blob=True, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1))
def test_incremental_builds_equal_a_full_build(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    GrowingShop(tmp_path_factory.mktemp("shop"), seed).grows()


# By build: a late day on which a session or a buyer does everything, which must not change earlier days.
LATE_DAYS = [(6, "session", "other"), (8, "other", "buyer"), (4, "session", "buyer"), (9, "session", "buyer")]
# By build: a product's name in the file of a day. The last one takes back that of the newest day.
NAMES = [{5: "Old"}, {7: "New", 6: "Late"}, {7: ""}, {}]


def test_four_builds_equal_the_definitions_and_a_full_build(tmp_path: Path) -> None:
    """Of carts, orders, deals, visits and names, which later, late and replaced files change."""
    random_events = [
        *visits_and_orders(seed=4, count=150),
        *carts(seed=5, count=150),
        *orders_and_deals(seed=7, count=150),
    ]
    shop, at_once = Shop(tmp_path / "four builds", ZONE), Shop(tmp_path / "at once", ZONE)
    landed: dict[str, list[dict[str, Any]]] = {}
    for number, ((day, session, buyer), names) in enumerate(zip(LATE_DAYS, NAMES, strict=True)):
        fields = {"session_id": session, "user_id": buyer, "product_slug": "x", "product_name": f"X {day}"}
        files = {
            f"random {number}": random_events[number::4],
            f"late {day}": [event(kind, f"2026-03-0{day}T10:00:00Z", **fields) for kind in TYPES],
        }
        for named_day, name in names.items():
            views = [{"product_slug": "named", "product_name": name}, {"product_slug": "other"}]
            instant = f"2026-03-0{named_day}T11:00:00Z"
            files[f"named {named_day}"] = [event("product_view", instant, "n", **view) for view in views]
        for name, events in files.items():
            shop.land(f"{name}.ndjson", events)
        landed |= files
        with shop.built().published() as published:
            so_far = [event for events in landed.values() for event in events]
            assert mart_differences(published, so_far, ZONE) == []
    at_once.land("events.ndjson", so_far)
    assert differences(shop, at_once.built()) == []
    names_at_last = "select distinct product_name from mart_products where product_slug = 'named'"
    assert shop.query(names_at_last) == [("Late",)]


def test_build_processes_only_new_files_and_recomputes_for_another_zone(shop: Shop) -> None:
    def dates() -> list[str]:
        return [str(day) for (day,) in shop.published().sql("select event_date from mart_sales").fetchall()]

    shop.land("a.ndjson", [event("purchase", "2026-03-07T03:00:00Z")])
    assert "1 rows read: 1 kept" in shop.build().stdout
    assert shop.made().stdout.startswith("Nothing is new since")
    shop.land("bad.ndjson", [{}])
    assert "Files: 1 read, 1 unchanged" in shop.build().stdout
    assert shop.published().sql("from mart_quarantine").fetchall() == [("no readable created_at", 1)]
    shop.environment["STORE_TIMEZONE"] = "America/Bogota"
    refused = shop.run("dbt.cli.main", "build")
    assert refused.returncode and "`make build`, or `dbt build --full-refresh`" in refused.stdout
    assert "Files: 0 read, 2 unchanged" in shop.made().stdout
    assert dates() == ["2026-03-06"]
    shop.environment["STORE_TIMEZONE"] = "UTC"
    kill_once_a_mart_is_made(shop, "--full-refresh")
    shop.environment["STORE_TIMEZONE"] = "America/Bogota"
    assert "Published" in shop.build().stdout
    assert dates() == ["2026-03-06"]
    assert shop.made().stdout.startswith("Nothing is new since")


def kill_once_a_mart_is_made(shop: Shop, *arguments: str) -> None:
    output = shop.folder / "output"
    output.write_bytes(b"")
    build = shop.start_build(*arguments)
    while " model main.mart_sales" not in output.read_text():
        assert build.is_alive()
        time.sleep(0.02)
    build.kill()
    build.join()


def test_build_killed_between_rows_and_files_reads_them_again(shop: Shop) -> None:
    shop.land("a.ndjson", [event("purchase", "2026-03-07T10:00:00Z")])
    shop.built()
    for lost in ("delete from stg_landing__files", "drop table stg_landing__files"):
        with duckdb.connect(shop.warehouse / "build.duckdb") as build:
            build.sql(lost)
        assert "Files: 1 read" in shop.build(*only("mart_sales")).stdout
        assert shop.query("select sum(purchases) from mart_sales") == [(1,)]


def test_incremental_strategy_refuses_a_key_without_a_change_list(shop: Shop) -> None:
    refused = shop.run("dbt.cli.main", "run-operation", "change_list", "--args", "unique_key: source")
    assert refused.returncode
    assert "unique_key must be one of event_key, session_id, buyer_id, event_date" in refused.stdout


def test_rows_of_deleted_files_survive_everything_but_a_reread(shop: Shop, tmp_path: Path) -> None:
    def sales() -> int:
        ((count,),) = shop.query("select sum(purchases) from mart_sales")
        return int(count)

    for day in (5, 6, 7):
        shop.land(f"{day}.ndjson", [event("purchase", f"2026-03-0{day}T10:00:00Z", session_id=f"{day}")])
    shop.built("mart_sales")
    (shop.landing / "5.ndjson").unlink()
    (shop.landing / "6.ndjson").unlink()
    shop.environment["STORE_TIMEZONE"] = "America/Bogota"
    assert shop.build("--full-refresh", *only("mart_sales")).returncode == 0 and sales() == 3
    shop.use_project(other_release(tmp_path / "project"))
    assert "Files: 1 read, 0 unchanged" in shop.made().stdout and sales() == 3
    # This release again.
    shop = Shop(shop.folder, "America/Bogota")
    assert "Dropped: 2 rows of 2 files that are gone" in shop.made("--reread").stdout
    assert sales() == 1
    assert shop.made().stdout.startswith("Nothing is new since")


def test_migrate_keeps_the_rows_of_the_last_releases_build_file(shop: Shop) -> None:
    for day in (6, 7):
        shop.land(f"{day}.ndjson", [event("purchase", f"2026-03-0{day}T10:00:00Z", session_id=f"{day}")])
    shop.built("mart_sales")
    (shop.landing / "6.ndjson").unlink()
    with duckdb.connect(shop.warehouse / "build.duckdb") as build:
        build.execute("""
            create table stg_parsed_events as
            select
                rows.* exclude (file_id), file_version, '' as reader_version, cast(null as date) as event_date
            from stg_landing__rows as rows join stg_landing__files using (file_id);
            insert into stg_parsed_events by name
            select file, 0 as row_number, 1 as item_number, file_version from stg_landing__files;
            drop table stg_landing__rows; drop table stg_landing__files;
        """)
    refused = shop.build()
    assert refused.returncode and "`make migrate`" in refused.stdout
    migrated = shop.run("pipeline.migrate")
    assert migrated.stdout.startswith("Took over 2 rows of 2 files")
    assert "Files: 1 read, 0 unchanged" in shop.build(*only("mart_sales")).stdout
    assert shop.query("select sum(purchases) from mart_sales") == [(2,)]


def other_release(project: Path) -> Path:
    """A project whose models, and whose code that reads, are others."""
    copy_project(project)
    for part in ("models/marts/mart_sales.sql", "models/staging/landing/stg_landing__rows.sql"):
        with (project / part).open("a") as file:
            file.write("\n-- Another release.\n")
    return project


def test_model_without_an_incremental_filter_is_slow_but_correct(shop: Shop, tmp_path: Path) -> None:
    shop.land("6.ndjson", [event("purchase", "2026-03-06T10:00:00Z", session_id="6")])
    shop.built()
    shop.use_project(copy_project(tmp_path / "project"))
    model = shop.root / "models" / "intermediate" / "int_purchases.sql"
    query = model.read_text()
    condition = query[query.index("        {% if is_incremental() %}") : query.index("        {% endif %}")]
    model.write_text(query.replace(condition, "        {% if false %}\n"))
    shop.land("7.ndjson", [event("purchase", "2026-03-07T10:00:00Z", session_id="7")])
    assert "Published" in shop.build().stdout
    assert shop.query("select sum(purchases) from mart_sales") == [(2,)]


def test_another_landing_zone_replaces_the_first_unless_events_would_be_lost(
    shop: Shop, tmp_path: Path
) -> None:
    def sessions() -> set[str]:
        return {name for (name,) in shop.query("select session_id from int_events")}

    first = [event("purchase", "2026-03-07T03:00:00Z", session_id="first")]
    # The first replaces the sample.
    landing = shop.environment.pop("RAW_EVENTS")
    shop.built()
    shop.environment["RAW_EVENTS"] = landing
    shop.land("a.ndjson", first)
    at_once = Shop(tmp_path / "at once")
    at_once.land("a.ndjson", first)
    assert differences(shop.built(), at_once.built()) == []
    before, shop.landing = shop.landing, tmp_path / "second"
    shop.landing.mkdir()
    shop.land("b.ndjson", [event("product_view", "2026-03-07T10:00:00Z", session_id="second")])
    shop.environment["RAW_EVENTS"] = str(shop.landing)
    shop.built("int_events")
    assert sessions() == {"second"}
    (shop.landing / "b.ndjson").unlink()
    shop.environment["RAW_EVENTS"] = str(before)
    refused = shop.build()
    assert refused.returncode == 1 and "`make reread` drops these rows" in refused.stdout
    assert sessions() == {"second"}
    assert "Dropped: 1 rows of 1 files" in shop.reread(*only("int_events")).stdout
    assert sessions() == {"first"}
