"""Processes forked from one that has imported dbt and other libraries already: that takes 1 to 3 s.

This module imports nothing of the project, because a module may be one of another copy of the project.
"""

import os
import runpy
import sys
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

LIBRARIES = ["dbt.cli.main", "dbt.adapters.duckdb", "fastapi", "httpx", "pyarrow", "uvicorn"]
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(LIBRARIES)

DBT = "tests.support.dbt_process"


class Builder:
    """A process that builds shop after shop: the first build of dbt takes longer, Spark's far longer."""

    def __init__(self) -> None:
        self.connection, theirs = FORKED.Pipe()
        self.process = FORKED.Process(target=call, args=(DBT, "dbt_when_told", theirs), daemon=True)
        self.process.start()
        theirs.close()

    def dbt(self, *command: object) -> int:
        """What `dbt` takes, given to that process; the exit code of the command."""
        self.connection.send(command)
        code: int = self.connection.recv()
        return code

    def end(self) -> None:
        self.connection.send(None)
        self.process.join()


def start_dbt(*command: object) -> BaseProcess:
    """Call `dbt` of the module DBT in a process of its own."""
    process = FORKED.Process(target=call, args=(DBT, "dbt", *command))
    process.start()
    return process


def call(module: str, function: str, *arguments: object) -> None:
    """Call a function whose module only this process imports."""
    getattr(import_module(module), function)(*arguments)


def run_module(
    module: str, *arguments: str, folder: Path, environment: dict[str, str]
) -> CompletedProcess[str]:
    """What `python -m module` does and prints in a folder and an environment."""
    with TemporaryDirectory() as outputs:
        stdout, stderr = Path(outputs, "stdout"), Path(outputs, "stderr")
        process = start(module, arguments, folder, environment, stdout, stderr)
        process.join()
        assert process.exitcode is not None
        printed = [path.read_text(encoding="utf-8") for path in (stdout, stderr)]
        return CompletedProcess([module, *arguments], process.exitcode, *printed)


def start_module(
    module: str, *, folder: Path, environment: dict[str, str], log: Path = Path(os.devnull)
) -> BaseProcess:
    """Start what `python -m module` is; what it prints is added to the file `log`."""
    return start(module, (), folder, environment, log, log)


def stop(process: BaseProcess, seconds: float) -> int:
    """End a process by SIGTERM; its exit code. Fails where it has not ended after so many seconds."""
    process.terminate()
    process.join(seconds)
    assert process.exitcode is not None
    return process.exitcode


def start(module: str, arguments: tuple[str, ...], *others: object) -> BaseProcess:
    process = FORKED.Process(target=execute_module, args=(module, arguments, *others))
    process.start()
    return process


def execute_module(
    module: str,
    arguments: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
    stdout: Path,
    stderr: Path,
) -> None:
    prepare_process(folder, environment, stdout, stderr)
    sys.argv = [module, *arguments]
    sys.path.insert(0, str(folder))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def prepare_process(folder: Path, environment: dict[str, str], stdout: Path, stderr: Path) -> None:
    """Let this process have that folder, environment and files, which may be the same, and no input."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.stdout.flush()
    for number, path, mode in ((0, Path(os.devnull), "rb"), (1, stdout, "ab"), (2, stderr, "ab")):
        with path.open(mode) as file:
            os.dup2(file.fileno(), number)
    # uvicorn hands it to its workers.
    sys.stdin = os.fdopen(0, closefd=False)
