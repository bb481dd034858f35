"""Runs dbt in this process, as often as is wanted."""

from gc import collect
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest


class RunError(Exception):
    """A command of dbt that failed; the message says why."""


def parse_project(*flags: str) -> Manifest:
    """The project, parsed."""
    manifest: Manifest = run_dbt(*flags, "parse")
    return manifest


def run_dbt(*arguments: str, manifest: Manifest | None = None) -> Any:
    """What the command results in. Raises RunError, and lets go of the build file in any case.

    manifest: the project; without it the project is parsed.
    """
    result = dbtRunner(manifest=manifest).invoke(list(arguments))
    why = None if result.success else reason(result.exception, result.result)
    found = result.result
    del result
    DuckDBConnectionManager.close_all_connections()
    if why is not None:
        # A traceback names the connection, which keeps the file open.
        collect()
        raise RunError(why)
    return found


def reason(exception: BaseException | None, results: Any) -> str:
    if exception:
        return str(exception) or type(exception).__name__
    failed = [result for result in results if result.status not in ("success", "pass", "skipped", "no-op")]
    return "\n".join(f"{result.node.name}: {result.message}" for result in failed)
