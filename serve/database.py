"""The DuckDB instance to which versions are attached, with a reference count of each."""

from itertools import count
from pathlib import Path
from threading import Lock

import duckdb

from pipeline.quoting import quoted
from serve.version import Days, RefCounted, Version

CACHED_WINDOWS = 16  # Of each version.


class Database:
    """A DuckDB in memory that may read one folder. Thread-safe.

    A retired version or window table is dropped once no snapshot reads it.
    """

    def __init__(self, folder: Path) -> None:
        self.lock = Lock()
        self.numbers = count()
        self.connection = duckdb.connect(config={"memory_limit": "128MB", "threads": 1})
        self.connection.execute(
            f"set allowed_directories = [{quoted(f'{folder}/')}];"
            "set enable_external_access = false;"
            "set lock_configuration = true"
        )

    def attach(self, path: Path, name: str) -> Version:
        """Attach a version's file. Raises duckdb.Error where it cannot be read."""
        catalog = f"version_{next(self.numbers)}"
        version = Version(f"{catalog}.main", f"detach database if exists {catalog}", name)
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(f"attach {quoted(path)} as {catalog} (read_only)")
        except duckdb.Error:
            self.retire(version)
            raise
        return version

    def acquire(self, shared: RefCounted) -> None:
        with self.lock:
            shared.readers += 1

    def release(self, shared: RefCounted) -> None:
        with self.lock:
            shared.readers -= 1
            self.drop_if_unused(shared)

    def retire(self, version: Version) -> None:
        """Detach a version, and drop its window tables, once no snapshot reads them."""
        with self.lock:
            tables, version.window_tables = version.window_tables, {}
            for shared in (*tables.values(), version):
                shared.is_retired = True
                self.drop_if_unused(shared)

    def acquire_window_tables(self, version: Version, days: Days) -> RefCounted | None:
        """The window tables of these days, where they are cached; the caller releases them."""
        with self.lock:
            tables = version.window_tables.pop(days, None)
            if tables:
                tables.readers += 1
                # The end of the dictionary is what was used last.
                version.window_tables[days] = tables
            return tables

    def add_window_tables(self, version: Version, days: Days, tables: RefCounted) -> None:
        """Cache window tables that the caller has made, reads and releases; the oldest are retired."""
        with self.lock:
            tables.readers += 1
            tables.is_retired = version.is_retired
            if not version.is_retired:
                replaced = version.window_tables.pop(days, None)
                version.window_tables[days] = tables
                if len(version.window_tables) > CACHED_WINDOWS:
                    replaced = version.window_tables.pop(next(iter(version.window_tables)))
                if replaced:
                    replaced.is_retired = True
                    self.drop_if_unused(replaced)

    def drop_if_unused(self, shared: RefCounted) -> None:
        if shared.is_retired and not shared.readers:
            self.connection.execute(shared.drop)
