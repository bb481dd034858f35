"""The command `dbt` in a process of its own, forked from one that has imported it already: that takes 3 s."""

import os
from multiprocessing import get_context
from pathlib import Path

from dbt.cli.main import cli

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb", "pyarrow"])


def dbt(arguments: list[str], folder: Path, environment: dict[str, str], output: Path) -> None:
    """Run in `folder`, write what is said to `output`, and exit as the command does."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    cli(arguments)
