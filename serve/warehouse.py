"""The published marts, as something to ask. The only module that knows DuckDB."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from serve.errors import NothingPublished

QUERIES = Path(__file__).parent / "queries"
log = logging.getLogger("uvicorn.error")

Row = dict[str, Any]


class Version:
    """One published version, attached while it is the newest or somebody reads it."""

    def __init__(self, name: str, alias: str) -> None:
        self.name = name
        self.alias = alias
        self.readers = 0


class Session:
    """One request's view of one version; not to be shared between threads."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor

    def rows(self, query: str, parameters: Row) -> list[Row]:
        """The rows of `queries/<query>.sql`, by column name; it is given the parameters it names."""
        sql, names = prepared(query)
        self.cursor.execute(sql, {name: parameters[name] for name in names})
        columns = [column[0] for column in self.cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in self.cursor.fetchall()]


class Warehouse:
    """Follows `current.duckdb` from version to version.

    Each request looks where the link points, so a publish counts from the next request on. A
    version that cannot be opened leaves the last good one in service.
    """

    def __init__(self, folder: Path) -> None:
        self.link = folder / "current.duckdb"
        self.versions = (folder / "versions").resolve()
        self.lock = Lock()
        self.newest: Version | None = None
        self.refused = ""
        self.attached = 0
        self.connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 1})
        self.connection.execute(
            f"set allowed_directories = ['{quoted(self.versions)}/'];"
            "set enable_external_access = false;"
            "set lock_configuration = true"
        )

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session on the newest version, which stays attached until the session ends.

        Raises NothingPublished before the first version.
        """
        version = self.enter()
        cursor = self.connection.cursor()
        try:
            cursor.execute(f"use {version.alias}")
            yield Session(cursor)
        finally:
            cursor.close()
            self.leave(version)

    def enter(self) -> Version:
        with self.lock:
            self.follow_link()
            if self.newest is None:
                raise NothingPublished("Nothing has been published yet: run `make build` first.")
            self.newest.readers += 1
            return self.newest

    def leave(self, version: Version) -> None:
        with self.lock:
            version.readers -= 1
            self.detach_if_idle(version)

    def follow_link(self) -> None:
        try:
            name = self.link.readlink().name
        except OSError:
            return
        if name == self.refused or (self.newest and name == self.newest.name):
            return
        version = Version(name, f"version_{self.attached}")
        try:
            self.connection.execute(f"attach '{quoted(self.versions / name)}' as {version.alias} (read_only)")
        except duckdb.Error:
            log.exception("version %s cannot be opened; the last one goes on", name)
            self.refused = name
            return
        self.attached += 1
        replaced, self.newest = self.newest, version
        log.info("now serving version %s", name)
        if replaced:
            self.detach_if_idle(replaced)

    def detach_if_idle(self, version: Version) -> None:
        if version.readers == 0 and version is not self.newest:
            self.connection.execute(f"detach {version.alias}")


@cache
def prepared(query: str) -> tuple[str, set[str]]:
    """The text of a query and the names of its parameters."""
    sql = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    (statement,) = duckdb.extract_statements(sql)
    return sql, statement.named_parameters


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")
