"""The command `dbt` in a process of its own, forked from one that has imported it already: that takes 3 s."""

import os
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from dbt.cli.main import cli, dbtRunner

FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb", "pyarrow"])


def dbt(arguments: list[str], folder: Path, environment: dict[str, str], output: Path) -> None:
    """Run in `folder`, write what is said to `output`, and exit as the command does."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    redirect(output)
    cli(arguments)


def build_when_told(connection: Connection, output: Path) -> None:
    """Run `dbt build` in each environment that comes, and tell whether it succeeded; None ends it."""
    redirect(output)
    while environment := connection.recv():
        os.environ.clear()
        os.environ.update(environment)
        connection.send(dbtRunner().invoke(["--no-use-colors", "build"]).success)


def redirect(output: Path) -> None:
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
