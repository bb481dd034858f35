"""The format of log lines, and where the messages of a build go."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

LOG_FORMATS = ("text", "json")
# Of this package's modules. The root logger is dbt's.
PIPELINE = logging.getLogger(__package__)


def json_formatter(fields: tuple[str, ...] = ()) -> logging.Formatter:
    """One JSON object a line: time, level, logger and message, and these attributes of a record."""
    return JsonFormatter(
        " ".join(f"%({field})s" for field in ("levelname", "name", "message", *fields)),
        timestamp=True,
        rename_fields={"levelname": "level", "name": "logger", "correlation_id": "request_id"},
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],
    )


def log_to_stdout() -> None:
    """Print what builds log, where no other handler takes it."""
    if not PIPELINE.handlers:
        add_handler(logging.StreamHandler(sys.stdout))


@contextmanager
def collected_messages() -> Iterator[list[str]]:
    """A list to which the messages of builds in this process go, and not to the standard output."""
    handler = MessageHandler()
    add_handler(handler)
    try:
        yield handler.messages
    finally:
        PIPELINE.removeHandler(handler)


def add_handler(handler: logging.Handler) -> None:
    PIPELINE.addHandler(handler)
    PIPELINE.setLevel(logging.INFO)
    PIPELINE.propagate = False


class MessageHandler(logging.Handler):
    """Collects messages."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
