"""Says what to do where the build file turns out damaged in the middle of a build."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dbt_common.exceptions import DbtRuntimeError

# As DuckDB 1.5 says it.
DAMAGE = re.compile("Corrupt database file|read enough bytes")


def damage_error(build_file: Path, error: duckdb.Error) -> DbtRuntimeError:
    return DbtRuntimeError(
        f"The build file cannot be read: {error}. Remove {build_file} and build again: all landed"
        " files are read anew, and events of files that are gone are lost."
    )


@contextmanager
def damage_explained(build_file: Path) -> Iterator[None]:
    """Raises DbtRuntimeError, which says what to do, in place of DuckDB's error about damage."""
    try:
        yield
    except duckdb.Error as error:
        if DAMAGE.search(str(error)):
            raise damage_error(build_file, error) from None
        raise
