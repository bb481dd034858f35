"""`python -m serve.alerting` posts alerts to ALERT_WEBHOOK, until stopped; `… digest` prints a digest."""

import asyncio
import logging
import os
import signal
import sys
from logging.config import dictConfig

from serve.alerting.digest import digest, monday_of
from serve.alerting.service import Alerting, NothingToAsk, utc_second
from serve.alerting.settings import AlertingSettings, alerting_settings
from serve.logs import log_config
from serve.settings import SettingsError
from serve.window import Calendar

PARENT_SECONDS = 1.0  # Between two looks whether the watcher is still there.


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
