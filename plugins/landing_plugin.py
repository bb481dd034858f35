"""The dbt-duckdb plugin that fills the source `landing`."""

import os

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from landing import landing_zone
from loader import load


class Plugin(BasePlugin):  # type: ignore[misc]
    """What the macro `load_landing` calls before models are built."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        self.connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Read what is new; `config["is_reread"]`: all files, without the rows of files that are gone."""
        zone = landing_zone(os.environ.get("RAW_EVENTS"))
        load(self.connection.cursor(), zone, target_config.config["is_reread"])
