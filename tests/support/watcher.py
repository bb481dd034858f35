"""A running `make watch`."""

import time
from collections.abc import Callable

from pipeline.paths import ROOT
from tests.support.forked import start_module, stop
from tests.support.shop import Shop


class Watcher:
    """A running watcher and what it has logged."""

    def __init__(self, shop: Shop) -> None:
        self.log = shop.folder / "watch.log"
        shop.warehouse_stands_in()
        environment = shop.environment | {"LOG_FORMAT": "json"}
        self.process = start_module("pipeline.watch", folder=ROOT, environment=environment, log=self.log)

    def lines(self, part: str) -> list[str]:
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if part in line]

    def until(self, is_so: Callable[[], bool]) -> None:
        """Return when it is so; fails with the log where that takes long, or the process ended."""
        deadline = time.monotonic() + 60
        while not is_so():
            assert self.process.is_alive() and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)  # A look opens the published version.

    def stop(self, seconds: float) -> int:
        """Stop it by SIGTERM, within so many seconds; its exit code."""
        return stop(self.process, seconds)
