"""Runs dbt in this process, any number of times."""

import gc
import sys
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

PROGRESS_SECONDS = 10


class RunError(Exception):
    """A command of dbt that failed; the message says why."""


def parse_project(*flags: str) -> Manifest:
    """Parse the project."""
    manifest: Manifest = run_dbt(*flags, "parse")
    return manifest


def build(command: list[str]) -> bool:
    """Run a build; whether it succeeded. A terminal shows each step, a log one line in ten seconds."""
    try:
        if sys.stdout.isatty():
            run_dbt(*command)
        else:
            with Progress() as progress:
                run_dbt("--quiet", *command, callbacks=[progress.note])
    except RunError:
        # dbt has said why.
        return False
    return True


class Progress:
    """Prints which step a build has reached, every PROGRESS_SECONDS."""

    def __init__(self) -> None:
        self.step = ""
        self.is_done = Event()

    def note(self, message: EventMsg) -> None:
        if message.info.name == "LogStartLine":
            self.step = f"{message.data.index} of {message.data.total}, {message.data.description}"

    def __enter__(self) -> "Progress":
        Thread(target=self.tell, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_done.set()

    def tell(self) -> None:
        began_at = time.monotonic()
        while not self.is_done.wait(PROGRESS_SECONDS):
            if self.step:
                print(f"{time.monotonic() - began_at:.0f} s: {self.step}", flush=True)


def run_dbt(
    *arguments: str,
    manifest: Manifest | None = None,
    callbacks: list[Callable[[EventMsg], None]] | None = None,
) -> Any:
    """The result of a command of dbt. Closes the build file in any case. Raises RunError.

    manifest: the project; without it the project is parsed. callbacks: take events of level info and above.

    From then on this process collects no garbage by itself, which takes 6 % of a small build. Who runs dbt
    many times collects it between builds, each of which leaves 30 MB.
    """
    gc.disable()
    result = dbtRunner(manifest=manifest, callbacks=callbacks).invoke(list(arguments))
    why = None if result.success else failure_message(result.exception, result.result)
    found = result.result
    del result
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if why is not None:
        # A traceback names the connection, which keeps the file open.
        gc.collect()
        raise RunError(why)
    return found


def failure_message(exception: BaseException | None, results: Any) -> str:
    if exception:
        return str(exception) or type(exception).__name__
    failed = [result for result in results if result.status not in ("success", "pass", "skipped", "no-op")]
    return "\n".join(f"{result.node.name}: {result.message}" for result in failed)
