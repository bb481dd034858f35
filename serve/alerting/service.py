"""Looks for alerts and for the time of the digest, and posts what is pending."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import duckdb

from serve.alerting.digest import digest, due_week, monday_of
from serve.alerting.incidents import read_incidents
from serve.alerting.settings import AlertingSettings
from serve.alerting.webhook import post_until_taken
from serve.endpoints import alerts
from serve.endpoints.alerts.models import Alerts
from serve.errors import ServeError
from serve.query import AlertsQuery
from serve.reader import Reader, Readers
from serve.warehouse import Warehouse
from serve.window import Calendar

QUERY_SECONDS = 60.0

log = logging.getLogger(__name__)


class NothingToAsk(Exception):
    """No version that can be read is published."""


class Alerting:
    """Looks for alerts and for the time of the digest, and posts the messages."""

    def __init__(self, settings: AlertingSettings) -> None:
        self.settings = settings
        self.warehouse = Warehouse(settings.warehouse_dir)
        self.readers = Readers(self.warehouse.database, QUERY_SECONDS, settings.responses)
        self.incidents = read_incidents(settings.warehouse_dir)
        self.has_pending = asyncio.Event()

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
        """Add the messages that are due at a UTC instant without a zone; write them before posting."""
        language = self.settings.language
        async with self.newest() as reader:
            response = await alerts.ENDPOINT.run(reader, AlertsQuery(lang=language), now)
            assert isinstance(response.body, Alerts)
            self.incidents.check(response.body.alerts)
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
        if self.incidents.pending:
            self.has_pending.set()

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
        """Post what is pending, the oldest first, beside the checks."""
        while True:
            await self.has_pending.wait()
            while self.incidents.pending:
                message = self.incidents.pending[0]
                await post_until_taken(webhook, message)
                # It may have given way to newer ones.
                self.incidents.pending = [each for each in self.incidents.pending if each is not message]
                self.incidents.write(self.settings.warehouse_dir)
            self.has_pending.clear()


def utc_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)
