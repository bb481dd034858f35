"""`python -m serve.alerting` posts alerts to ALERT_WEBHOOK, until stopped; `… digest` prints a digest."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from logging.config import dictConfig

import duckdb

from serve.alerting.digest import digest, due_week, monday_of
from serve.alerting.incidents import read_incidents
from serve.alerting.settings import AlertingSettings, alerting_settings
from serve.alerting.webhook import post_until_taken
from serve.endpoints import alerts
from serve.endpoints.alerts.models import Alerts
from serve.errors import ServeError
from serve.logs import log_config
from serve.query import AlertsQuery
from serve.reader import Reader, Readers
from serve.settings import SettingsError
from serve.warehouse import Warehouse
from serve.window import Calendar

QUERY_SECONDS = 60.0
PARENT_SECONDS = 1.0  # Between two looks whether the watcher is still there.

log = logging.getLogger("serve.alerting")


class NothingToAsk(Exception):
    """No version that can be read is published."""


class Alerting:
    """Looks for alerts and for the time of the digest, and posts what there is to tell."""

    def __init__(self, settings: AlertingSettings) -> None:
        self.settings = settings
        self.warehouse = Warehouse(settings.warehouse_dir)
        self.readers = Readers(self.warehouse.database, QUERY_SECONDS, settings.thresholds)
        self.incidents = read_incidents(settings.warehouse_dir)
        self.has_messages = asyncio.Event()

    @asynccontextmanager
    async def newest(self) -> AsyncIterator[Reader]:
        """A reader of the version published last. Raises NothingToAsk."""
        name = self.warehouse.newest()
        if not name:
            raise NothingToAsk("nothing is published")
        try:
            version = await asyncio.to_thread(self.warehouse.open, name)
        except (duckdb.Error, ServeError) as error:
            raise NothingToAsk(f"version {name} cannot be read: {type(error).__name__}") from None
        try:
            async with self.readers.limited(self.readers.snapshot(version)) as reader:
                yield reader
        finally:
            self.warehouse.retire(version)

    async def check(self, now: datetime) -> None:
        """Add what there is to tell at a UTC instant without a zone; keep it before it is told."""
        language = self.settings.language
        async with self.newest() as reader:
            answer = await alerts.ENDPOINT.ask(reader, AlertsQuery(lang=language), now)
            assert isinstance(answer.body, Alerts)
            self.incidents.check(answer.body.alerts)
            monday = await reader.run(lambda: due_week(reader, now, self.incidents.digest_week))
            if monday:
                self.incidents.add(await digest(reader, now, monday, language))
                self.incidents.digest_week = monday.isoformat()
            elif not self.incidents.digest_week:
                # Else the digest of a week that began before would come on the next day.
                today = await reader.run(lambda: Calendar(reader.snapshot).day_of(now))
                if today != monday_of(today):
                    self.incidents.digest_week = monday_of(today).isoformat()
        self.incidents.write(self.settings.warehouse_dir)
        if self.incidents.messages:
            self.has_messages.set()

    async def check_forever(self) -> None:
        complaint = ""
        while True:
            try:
                await self.check(utc_second())
                complaint = ""
            except (NothingToAsk, ServeError, duckdb.Error) as error:
                if str(error) != complaint:
                    log.warning("alerts cannot be looked for: %s", error)
                complaint = str(error)
            await asyncio.sleep(self.settings.seconds)

    async def post_forever(self, webhook: str) -> None:
        """Post what waits, the oldest first, beside the checks."""
        while True:
            await self.has_messages.wait()
            while self.incidents.messages:
                message = self.incidents.messages[0]
                await post_until_taken(webhook, message)
                # It may have given way to newer ones.
                self.incidents.messages = [each for each in self.incidents.messages if each is not message]
                self.incidents.write(self.settings.warehouse_dir)
            self.has_messages.clear()


def utc_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


async def run(settings: AlertingSettings) -> None:
    """Check and post until stopped, or until the process that started this one is gone."""
    assert settings.webhook
    alerting = Alerting(settings)
    tasks = [
        asyncio.create_task(each)
        for each in (
            alerting.check_forever(),
            alerting.post_forever(settings.webhook),
            until_orphaned(os.getppid()),
        )
    ]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, tasks[-1].cancel)
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    for task in done:
        if not task.cancelled():
            task.result()


async def until_orphaned(parent: int) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_SECONDS)


async def print_digest(settings: AlertingSettings) -> None:
    """Print the digest of the last whole week. Raises NothingToAsk."""
    now = utc_second()
    async with Alerting(settings).newest() as reader:
        today = await reader.run(lambda: Calendar(reader.snapshot).day_of(now))
        print((await digest(reader, now, monday_of(today), settings.language))["text"])


def main(arguments: list[str]) -> None:
    try:
        settings = alerting_settings()
    except SettingsError as error:
        sys.exit(str(error))
    match arguments:
        case ["digest"]:
            try:
                asyncio.run(print_digest(settings))
            except NothingToAsk as error:
                sys.exit(f"There is no digest, because {error}.")
        case [] if settings.webhook:
            dictConfig(log_config(os.environ.get("LOG_FORMAT") or "text"))
            # Its lines name the address, which is a secret.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            asyncio.run(run(settings))
        case []:
            sys.exit("ALERT_WEBHOOK is not set: there is nobody to tell.")
        case _:
            sys.exit("usage: python -m serve.alerting [digest]")


if __name__ == "__main__":
    main(sys.argv[1:])
