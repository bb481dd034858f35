"""What the server logs on stderr: lines to read, or JSON objects for a machine."""

import logging
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

LOG_FORMATS = ("text", "json")
TEXT = "%(asctime)s %(levelname)s %(message)s"


def json_formatter() -> logging.Formatter:
    """One JSON object per line: what a text line has, and the parts of it by their names."""
    return JsonFormatter(
        "%(levelname)s %(name)s %(message)s %(correlation_id)s",
        timestamp=True,
        rename_fields={"levelname": "level", "name": "logger", "correlation_id": "request_id"},
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],
    )


def log_config(log_format: str) -> dict[str, Any]:
    """The configuration of Python's logging for one of LOG_FORMATS; uvicorn's lines go the same way."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"format": TEXT}, "json": {"()": json_formatter}},
        "filters": {"request_id": {"()": "asgi_correlation_id.CorrelationIdFilter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        # Which says for each request that it brings no good id.
        "loggers": {"asgi_correlation_id": {"level": "ERROR"}},
    }
