"""The published marts, as something to ask. The only module that knows DuckDB."""

import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
from jinja2 import Environment, StrictUndefined

from pipeline.paths import LINK, ROOT, VERSIONS
from pipeline.quoting import quoted
from serve.errors import NeedsTooMuch, ServeError, TookTooLong
from serve.version import Days, Shared, Version

# DuckDB looks for pandas at each parameter it is given: let it find out at once that there is none.
sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]

QUERIES = Path(__file__).parent / "queries"
DAYS_QUERIES = sorted((QUERIES / "days").glob("*.sql"))
CHECKOUTS = ROOT / "macros" / "checkouts_of.sql"
KEPT_DAYS = 16

# What stands between its braces is ours; parameters go to DuckDB as such.
ENVIRONMENT = Environment(undefined=StrictUndefined)

Row = dict[str, Any]
VersionError = duckdb.Error
# What a query meets that names what another release of this software had not made yet.
OtherReleaseError = (duckdb.CatalogException, duckdb.BinderException)
DamagedError = (duckdb.IOException, duckdb.SerializationException)
# What DuckDB says of a file that stays as it is; other faults may pass.
LASTING = re.compile("corrupt|not a valid|read enough bytes|version number|serializ", re.IGNORECASE)


class Warehouse:
    """The versions that `dbt build` publishes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.link = folder / LINK
        self.versions = (folder / VERSIONS).resolve()
        self.lock = Lock()
        self.numbers = count()
        self.connection = duckdb.connect(config={"memory_limit": "128MB", "threads": 1})
        self.connection.execute(
            f"set allowed_directories = [{quoted(f'{self.versions}/')}];"
            "set enable_external_access = false;"
            "set lock_configuration = true"
        )

    def newest(self) -> str | None:
        """The name of the version that was published last; null before the first."""
        try:
            return self.link.readlink().stem
        except OSError:
            return None

    def names(self) -> list[str]:
        """The names of all versions that are still there, the newest first."""
        return sorted((path.stem for path in self.versions.glob("*.duckdb")), reverse=True)

    def without_paths(self, message: str) -> str:
        """A message of DuckDB with the versions by their names."""
        return message.replace(f"{self.versions}/", "")

    def open(self, name: str) -> Version:
        """Attach a version. Raises VersionError if it cannot be read."""
        catalog = f"version_{next(self.numbers)}"
        version = Version(f"{catalog}.main", f"detach database if exists {catalog}", name)
        path = self.versions / f"{name}.duckdb"
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(f"attach {quoted(path)} as {catalog} (read_only)")
            with closing(Session(self, version)) as session:
                (build,) = session.rows("build", {})
        except (VersionError, ServeError):
            self.retire(version)
            raise
        version.built_at, version.newest_event_at = build["built_at"], build["newest_event_at"]
        return version

    def enter(self, shared: Shared) -> None:
        with self.lock:
            shared.readers += 1

    def leave(self, shared: Shared) -> None:
        with self.lock:
            shared.readers -= 1
            self.drop_if_done(shared)

    def retire(self, version: Version) -> None:
        """Let go of a version and of its days."""
        with self.lock:
            days, version.days = version.days, {}
            for shared in (*days.values(), version):
                shared.is_retired = True
                self.drop_if_done(shared)

    def enter_days(self, version: Version, days: Days) -> Shared | None:
        with self.lock:
            kept = version.days.pop(days, None)
            if kept:
                kept.readers += 1
                version.days[days] = kept
            return kept

    def keep_days(self, version: Version, days: Days, made: Shared) -> None:
        """Keep what a reader has made, which goes on reading it; what was not asked for longest makes way."""
        with self.lock:
            made.readers += 1
            made.is_retired = version.is_retired
            if not version.is_retired:
                replaced = version.days.pop(days, None)
                version.days[days] = made
                if len(version.days) > KEPT_DAYS:
                    replaced = version.days.pop(next(iter(version.days)))
                if replaced:
                    replaced.is_retired = True
                    self.drop_if_done(replaced)

    def drop_if_done(self, shared: Shared) -> None:
        if shared.is_retired and not shared.readers:
            self.connection.execute(shared.drop)


class Session:
    """What one answer asks of one version, from any thread, until it is closed."""

    def __init__(self, warehouse: Warehouse, version: Version) -> None:
        self.warehouse = warehouse
        self.version = version
        self.search_path = version.schema
        self.read: list[Shared] = [version]
        self.cursors: set[duckdb.DuckDBPyConnection] = set()
        self.is_stopped = False
        warehouse.enter(version)

    def close(self) -> None:
        """Let go of what was read; nothing may be asked any more."""
        for shared in self.read:
            self.warehouse.leave(shared)

    def rows(self, query: str, parameters: Row) -> list[Row]:
        """The rows of `queries/<query>.sql`, by column name; it is given the parameters it names.

        Raises TookTooLong once the session is stopped, and NeedsTooMuch.
        """
        sql, names = prepared(query)
        with self.cursor() as cursor:
            cursor.execute(sql, {name: parameters[name] for name in names})
            columns = [column[0] for column in cursor.description or []]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def keep_days(self, parameters: Row) -> None:
        """Show to queries, as `days_<name>`, the rows of `queries/days` for the days in the parameters.

        They are worked out for the first who asks for these days. Raises TookTooLong as `rows` does.
        """
        days = (parameters["first_date"], parameters["last_date"], parameters["retention_first_date"])
        kept = self.warehouse.enter_days(self.version, days)
        if kept is None:
            kept = self.make_days(parameters)
            self.warehouse.keep_days(self.version, days, kept)
        self.read.append(kept)
        self.search_path = f"{kept.schema},{self.version.schema}"

    def make_days(self, parameters: Row) -> Shared:
        schema = f"memory.days_{next(self.warehouse.numbers)}"
        made = Shared(schema, f"drop schema if exists {schema} cascade")
        try:
            with self.cursor() as cursor:
                cursor.execute(f"create schema {schema}")
                for path in DAYS_QUERIES:
                    sql, names = prepared(f"days/{path.stem}")
                    values = {name: parameters[name] for name in names}
                    cursor.execute(f"create table {schema}.days_{path.stem} as\n{sql}", values)
        except BaseException:
            self.warehouse.connection.execute(made.drop)
            raise
        return made

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.warehouse.connection.cursor()
        self.cursors.add(cursor)
        try:
            if self.is_stopped:
                raise duckdb.InterruptException
            cursor.execute(f"set search_path = '{self.search_path}'")
            yield cursor
        except duckdb.InterruptException:
            raise TookTooLong("The answer took too long; ask again later, or for fewer days.") from None
        except duckdb.OutOfMemoryException:
            raise NeedsTooMuch(
                "The answer needs too much memory; ask again later, or for fewer days."
            ) from None
        finally:
            self.cursors.discard(cursor)
            cursor.close()

    def stop(self) -> None:
        """End the queries that are running and refuse further ones.

        A query that is just about to start may slip through, so call it until the session is closed.
        """
        self.is_stopped = True
        for cursor in list(self.cursors):
            with suppress(duckdb.ConnectionException):
                cursor.interrupt()


def is_lasting(error: Exception) -> bool:
    """Whether an error is about what is in a file, which never changes, and not about what was to be had."""
    return isinstance(error, OtherReleaseError) or bool(LASTING.search(str(error)))


@cache
def rules() -> dict[str, object]:
    """The macros of dbt that queries share with the marts."""
    return vars(ENVIRONMENT.from_string(CHECKOUTS.read_text(encoding="utf-8")).module)


@cache
def prepared(query: str) -> tuple[str, set[str]]:
    """The text of a query and the names of its parameters."""
    text = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    sql = ENVIRONMENT.from_string(text, rules()).render()
    (statement,) = duckdb.extract_statements(sql)
    return sql, statement.named_parameters
