"""The dbt-duckdb plugin that fills the source `landing`."""

import os
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig

from pipeline.landing.load import load_landing
from pipeline.landing.zone import landing_zone
from pipeline.plugins.damage import damage_explained


class Plugin(BasePlugin):
    """Called by the macro `load_landing` before models are built."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        self.connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Load what has changed, or all files where `config["is_reread"]`."""
        zone = landing_zone(os.environ.get("RAW_EVENTS"))
        assert self.creds
        with damage_explained(Path(self.creds.path)):
            load_landing(self.connection.cursor(), zone, target_config.config["is_reread"])
