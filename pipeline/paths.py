"""What the files in WAREHOUSE_DIR are called, and where those of this project lie."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The PYTHONPATH of builds on Spark; the Makefile sets it too.
SPARK_PYTHONPATH = f"{ROOT}:{ROOT / 'pipeline' / 'spark'}"

BUILD = "build.duckdb"  # dbt's tables. One process at a time can open it.
LANDED = "landed.tmp"  # The text that a build reads; unlinked while it is open.
LINK = "current.duckdb"  # A symbolic link to the version published last.
VERSIONS = "versions"  # `<version>.duckdb`, and a folder `<version>` of Parquet files beside it.
PARQUET_LINK = "parquet"  # A symbolic link to the folder of Parquet files published last.
SPARK = "spark"  # Tables of builds on Spark.
KEY = "key"  # The key of all hashes of customers.
ERASED = "erased"  # The hashes of erased addresses, one a line.
LAST_BUILD = "last_build.json"
WATCHER = "watcher.json"
ALERTS = "alerts.json"  # Which alerts have been posted, and which messages are pending.


def warehouse_folder() -> Path:
    """WAREHOUSE_DIR, or `warehouse` in the current folder."""
    return Path(os.environ.get("WAREHOUSE_DIR") or "warehouse")


def published_version(warehouse: Path) -> str | None:
    """The name of the version that the link names; None where there is no such file."""
    link = warehouse / LINK
    return link.resolve().stem if link.exists() else None
