"""What the server logs on stderr: lines to read, or JSON objects for a machine."""

from typing import Any

from pipeline.logs import json_formatter

TEXT = "%(asctime)s %(levelname)s %(message)s"


def log_config(log_format: str) -> dict[str, Any]:
    """The configuration of Python's logging for one of LOG_FORMATS; uvicorn's lines go the same way."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": TEXT},
            "json": {"()": json_formatter, "fields": ("correlation_id",)},
        },
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
