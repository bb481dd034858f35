"""The published marts, as something to ask. The only module that knows DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from serve.errors import TookTooLong

QUERIES = Path(__file__).parent / "queries"

Row = dict[str, Any]
VersionError = duckdb.Error


@dataclass(eq=False)
class Version:
    """One published version, attached from `Warehouse.open` until it is retired and nobody reads it.

    built_at, newest_event_at: UTC instants without a zone; the latter is null where there are no events,
    and may lie in the future.
    """

    name: str
    alias: str
    store_timezone: str = ""
    built_at: datetime = datetime.min
    newest_event_at: datetime | None = None
    readers: int = 0
    is_retired: bool = False


@dataclass(eq=False)
class Session:
    """What one answer asks of one version, from one thread; `stop` may be called from any."""

    version: Version
    cursor: duckdb.DuckDBPyConnection | None = None
    is_stopped: bool = field(default=False, init=False)

    def rows(self, query: str, parameters: Row) -> list[Row]:
        """The rows of `queries/<query>.sql`, by column name; it is given the parameters it names.

        Raises TookTooLong once the session is stopped.
        """
        assert self.cursor
        sql, names = prepared(query)
        try:
            if self.is_stopped:
                raise duckdb.InterruptException
            self.cursor.execute(sql, {name: parameters[name] for name in names})
            columns = [column[0] for column in self.cursor.description or []]
            return [dict(zip(columns, row, strict=True)) for row in self.cursor.fetchall()]
        except duckdb.InterruptException:
            raise TookTooLong("The answer took too long; ask again later, or for fewer days.") from None

    def stop(self) -> None:
        """End the query that is running, if there is one, and refuse further ones.

        A query that is just about to start may slip through, so call it until the session has ended.
        """
        self.is_stopped = True
        if self.cursor:
            self.cursor.interrupt()


class Warehouse:
    """The versions that `dbt build` publishes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "current.duckdb"
        self.versions = (folder / "versions").resolve()
        self.lock = Lock()
        self.opened = 0
        self.connection = duckdb.connect(config={"memory_limit": "128MB", "threads": 1})
        self.connection.execute(
            f"set allowed_directories = ['{quoted(self.versions)}/'];"
            "set enable_external_access = false;"
            "set lock_configuration = true"
        )

    def newest(self) -> str | None:
        """The name of the version that was published last; null before the first."""
        try:
            return self.link.readlink().name
        except OSError:
            return None

    def open(self, name: str) -> Version:
        """Attach a version. Raises VersionError if it cannot be read."""
        with self.lock:
            version = Version(name, f"version_{self.opened}")
            self.opened += 1
        cursor = self.connection.cursor()
        try:
            cursor.execute(f"attach '{quoted(self.versions / name)}' as {version.alias} (read_only)")
            cursor.close()
            with self.reading(Session(version)) as session:
                (build,) = session.rows("build", {})
        except VersionError:
            self.retire(version)
            raise
        for column, value in build.items():
            setattr(version, column, value)
        return version

    @contextmanager
    def reading(self, session: Session) -> Iterator[Session]:
        """Lets a session ask; its version stays attached meanwhile."""
        version = session.version
        with self.lock:
            version.readers += 1
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(f"use {version.alias}")
                session.cursor = cursor
                yield session
                session.cursor = None
        finally:
            with self.lock:
                version.readers -= 1
                self.detach_if_idle(version)

    def retire(self, version: Version) -> None:
        """Detach a version as soon as nobody reads it."""
        with self.lock:
            version.is_retired = True
            self.detach_if_idle(version)

    def detach_if_idle(self, version: Version) -> None:
        if version.is_retired and not version.readers:
            self.connection.execute(f"detach database if exists {version.alias}")


@cache
def prepared(query: str) -> tuple[str, set[str]]:
    """The text of a query and the names of its parameters."""
    sql = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    (statement,) = duckdb.extract_statements(sql)
    return sql, statement.named_parameters


def quoted(path: Path) -> str:
    return str(path).replace("'", "''")
