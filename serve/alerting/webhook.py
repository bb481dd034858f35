"""Posts messages to a webhook, one after the other, again and again until it takes them."""

import asyncio
import logging
from urllib.parse import urlsplit

import httpx

from serve.alerting.incidents import Message

MOST_SECONDS = 10.0  # For one try, whatever the server does.
FIRST_RETRY_SECONDS, MOST_RETRY_SECONDS = 1.0, 300.0

log = logging.getLogger(__name__)


class WebhookError(Exception):
    """A message that was not taken; the message says why, and nothing of the address but its host."""


async def post(url: str, message: Message) -> None:
    """Post a message as JSON. Raises WebhookError unless it is answered with a status of 200 to 299."""
    host = urlsplit(url).hostname
    try:
        # Of the answer only the status is read.
        async with (
            asyncio.timeout(MOST_SECONDS),
            httpx.AsyncClient(timeout=MOST_SECONDS) as client,
            client.stream("POST", url, json=message) as response,
        ):
            status = response.status_code
    except (httpx.HTTPError, OSError) as error:
        raise WebhookError(f"{host}: {type(error).__name__}") from None
    if not 200 <= status < 300:
        raise WebhookError(f"{host} answered {status}")


async def post_until_taken(url: str, message: Message) -> None:
    """Post a message, with longer and longer pauses until it is taken; says so once, and when it is over."""
    pause, complaint = FIRST_RETRY_SECONDS, ""
    while True:
        try:
            await post(url, message)
        except WebhookError as error:
            if str(error) != complaint:
                log.warning("the webhook does not take a message; trying again (%s)", error)
            complaint = str(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, MOST_RETRY_SECONDS)
        else:
            log.info("posted %s", message["type"])
            return
