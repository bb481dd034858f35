"""Takes over the rows that a build file of the last release holds: `python -m pipeline.migrate`."""

import os
import sys
from pathlib import Path

import duckdb

from pipeline.landing.zone import SAMPLE
from pipeline.paths import BUILD, warehouse_folder

EARLIER_ROWS = "stg_parsed_events"
# No parser of this release has read them, so the next build reads anew those that are still there.
MIGRATE = f"""
    create table stg_landing__files as
    select
        row_number() over (order by file) as file_id,
        file,
        max(file_version) as file_version,
        'of an earlier release' as parser_version,
        max(quarantine_reason) filter (where row_number = 0) as parse_error
    from {EARLIER_ROWS}
    group by file;

    create table stg_landing__rows as
    select files.file_id, rows_read.* exclude (file_version, reader_version, event_date)
    from {EARLIER_ROWS} as rows_read
    inner join stg_landing__files as files using (file)
    where rows_read.row_number > 0 or rows_read.quarantine_reason is not null;
"""
OTHERS = """
    select view_name, 'view' from duckdb_views() where not internal
    union all
    select table_name, 'table' from duckdb_tables()
    where table_name not in ('made_with_key', 'stg_landing__files', 'stg_landing__rows')
"""


def is_of_earlier_release(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a build file has rows of the last release, and none of this one."""
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    return EARLIER_ROWS in tables and "stg_landing__rows" not in tables


def migrate(build: Path) -> str:
    """What was done, in words. A killed one is done again. Raises duckdb.Error."""
    if not build.exists():
        return f"There is no {build}: nothing to migrate."
    with duckdb.connect(build) as connection:
        if not is_of_earlier_release(connection):
            return f"{build} is of this release: nothing to migrate."
        connection.execute("begin")
        connection.execute(MIGRATE)
        files = [name for (name,) in connection.execute("select file from stg_landing__files").fetchall()]
        for name in files:
            # Files are known by their absolute names now.
            if name not in (SAMPLE, absolute := os.path.abspath(name)):
                for table in ("stg_landing__files", "stg_landing__rows"):
                    connection.execute(f"update {table} set file = ? where file = ?", [absolute, name])
        others = connection.execute(OTHERS).fetchall()
        for name, kind in others:
            connection.execute(f'drop {kind} "{name}"')
        counted = connection.execute("select count(*) from stg_landing__rows").fetchone()
        connection.execute("commit")
    assert counted
    return f"Took over {counted[0]} rows of {len(files)} files. `make build` makes all tables of them."


def main() -> None:
    build = warehouse_folder() / BUILD
    try:
        print(migrate(build))
    except duckdb.Error as error:
        sys.exit(f"{build} was not migrated: {error}")


if __name__ == "__main__":
    main()
