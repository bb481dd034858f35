"""dbt in a forked process: tests do not import it themselves, because that takes 1.6 s."""

import gc
import os
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from dbt.cli.main import cli
from dbt.contracts.graph.manifest import Manifest

from pipeline.build import Need, build_need, dbt_options
from pipeline.dbt_runner import RunError, parse_project, run_dbt
from pipeline.landing.zone import LandingError, landing_zone
from tests.support.forked import prepare_process


def dbt_when_told(connection: Connection) -> None:
    manifests: dict[tuple[Path, str], Manifest] = {}
    while command := connection.recv():
        arguments, folder, environment, output = command
        begin(folder, environment, output)
        project = folder, environment["DBT_TARGET"]
        try:
            if project not in manifests:
                manifests[project] = parse_project("--quiet", "--write-json")
            run_dbt(*as_make_build_does(arguments), manifest=manifests[project])
        except RunError:
            connection.send(1)
        else:
            connection.send(0)
        gc.collect()


def dbt(arguments: list[str], folder: Path, environment: dict[str, str], output: Path) -> None:
    """Run in a folder and an environment, write what is said to a file, and exit as the command does."""
    begin(folder, environment, output)
    cli(as_make_build_does(arguments))


def as_make_build_does(command: list[str]) -> list[str]:
    """The same, with what `make build` adds: a full refresh where it is due, and else no seeds."""
    if "build" not in command or os.environ["DBT_TARGET"] != "duckdb":
        return command
    warehouse, zone = Path(os.environ["WAREHOUSE_DIR"]), landing_zone(os.environ.get("RAW_EVENTS"))
    need = Need.CHANGES
    with suppress(LandingError):
        need = build_need(warehouse, zone)
    return [*command, *dbt_options(Need.EVERYTHING if "--full-refresh" in command else need)]


def begin(folder: Path, environment: dict[str, str], output: Path) -> None:
    output.write_bytes(b"")
    prepare_process(folder, environment, output, output)
