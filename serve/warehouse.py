"""The versions that builds publish in a warehouse."""

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipeline.paths import LINK, VERSIONS
from serve.database import Database
from serve.errors import ServeError
from serve.snapshot import ReadSnapshot, SqlQuery
from serve.version import Version

VersionError = duckdb.Error
# A query that names what another release of this software had not made yet.
OtherReleaseError = (duckdb.CatalogException, duckdb.BinderException)
DamagedError = (duckdb.IOException, duckdb.SerializationException)
# What DuckDB 1.5 says of damage in a file, which is there to stay; other faults may pass.
LASTING = re.compile("corrupt|not a valid|read enough bytes|version number|serializ", re.IGNORECASE)


class Build(NamedTuple):
    """What a version says of itself; newest_event_at: also one in the future, None without events."""

    store_timezone: str
    built_at: datetime
    newest_event_at: datetime | None


BUILD = SqlQuery("build", Build)


class Warehouse:
    """A warehouse's folder, and the database to which its versions are attached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.link = folder / LINK
        self.versions = (folder / VERSIONS).resolve()
        self.database = Database(self.versions)

    def newest(self) -> str | None:
        """The name of the version that was published last; None before the first."""
        try:
            return self.link.readlink().stem
        except OSError:
            return None

    def names(self) -> list[str]:
        """The names of all versions that exist, the newest first."""
        return sorted((path.stem for path in self.versions.glob("*.duckdb")), reverse=True)

    def without_paths(self, message: str) -> str:
        """A message of DuckDB with the versions by their names."""
        return message.replace(f"{self.versions}/", "")

    def open(self, name: str) -> Version:
        """Attach a version. Raises VersionError and ServeError where it cannot be read."""
        version = self.database.attach(self.versions / f"{name}.duckdb", name)
        try:
            with closing(ReadSnapshot(self.database, version)) as snapshot:
                (build,) = snapshot.rows(BUILD, {})
        except (VersionError, ServeError):
            self.retire(version)
            raise
        version.built_at, version.newest_event_at = build.built_at, build.newest_event_at
        return version

    def retire(self, version: Version) -> None:
        """Close a version once no snapshot reads it."""
        self.database.retire(version)


def is_lasting(error: Exception) -> bool:
    """Whether an error is about the content of a file, which never changes, and so will not pass."""
    return isinstance(error, OtherReleaseError) or bool(LASTING.search(str(error)))
