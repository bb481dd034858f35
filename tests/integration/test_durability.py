"""Durability: data is synced before a link names it and before a request is answered."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.described_tables import Tables
from pipeline.versions import publish_version
from tests.support.shop import Shop, event

TABLES: Tables = {
    name: {"description": "", "columns": {}, "types": {}}
    for name in ("fct_events", "mart_sales", "fct_steps_daily")
}


class Steps:
    """What was synced to disk, and what was renamed or made a folder, in order."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Path, int]] = []
        self.is_noting = True
        sys.addaudithook(self.note)

    def note(self, what: str, arguments: tuple[Any, ...]) -> None:
        if self.is_noting and what == "os.rename":
            self.taken.append(("name", Path(os.fsdecode(arguments[1])), 0))
        if self.is_noting and what == "os.mkdir":
            self.taken.append(("name", Path(os.fsdecode(arguments[0])), 0))

    def sync(self, descriptor: int, fsync: Any) -> None:
        fsync(descriptor)
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        self.taken.append(("sync", path, os.fstat(descriptor).st_size))

    def place(self, what: str, path: Path) -> int:
        """Which step that was, the last of its kind."""
        return max(
            number for number, (each, name, _) in enumerate(self.taken) if (each, name) == (what, path)
        )


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    steps, fsync = Steps(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: steps.sync(descriptor, fsync))
    yield steps
    steps.is_noting = False


@contextmanager
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table fct_events as select date '2026-03-07' as event_date, 1 as units")
        yield connection


def test_version_and_folders_are_synced_before_the_links_are_swapped(tmp_path: Path, steps: Steps) -> None:
    with built() as connection:

        def fill() -> None:
            for table in TABLES:
                connection.execute(f"create table target.{table} as from fct_events")

        version, _ = publish_version(connection, tmp_path, TABLES, "UTC", "inputs", fill)
    folder, versions = version.with_suffix(""), version.parent
    named = steps.place("name", version)
    assert steps.place("sync", version.with_suffix(".tmp")) < named < steps.place("sync", versions)
    links = [steps.place("name", tmp_path / link) for link in ("current.duckdb", "parquet")]
    assert steps.place("sync", versions) < links[0] < links[1] < steps.place("sync", tmp_path)
    for path in (folder / "mart_sales.parquet", folder / "published_build.parquet", folder):
        assert steps.place("sync", path) < links[1]
    assert steps.place("name", versions) < steps.place("sync", tmp_path)


def test_event_and_folders_are_synced_before_the_response(
    small_shop: Shop, tmp_path: Path, steps: Steps
) -> None:
    with small_shop.serving(tracked_events=tmp_path) as server:
        answer = server.client.post(
            "/api/analytics/track/", json=event("page_view", "2026-03-07T10:00:00Z", session_id="me")
        )
        taken = list(steps.taken)
    assert answer.status_code == 202
    steps.taken = taken
    folder = tmp_path / "tracked"
    (journal,) = {name for what, name, size in taken if what == "sync" and size and name.suffix == ".journal"}
    assert steps.place("name", journal) < steps.place("sync", folder)
    assert steps.place("name", folder) < steps.place("sync", tmp_path)
