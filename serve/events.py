"""Reads raw events as they are posted; what is good enough here is never quarantined later."""

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import uuid4

from serve.errors import BadEvent, TooLarge

MOST_EVENTS = 1_000

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?)?"
)
READABLE = {"type": ["string", "number"], "pattern": r"\S"}
EVENT = {
    "type": "object",
    "required": ["event_type", "session_id"],
    "properties": {
        "event_type": {**READABLE, "examples": ["purchase"]},
        "session_id": READABLE,
        "created_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it happened, in ISO 8601 or as mongoexport writes it; now if missing.",
        },
        "idempotency_key": {
            "type": ["string", "number", "null"],
            "description": "Counts once, however often it comes; made up if it and `_id` are missing.",
        },
    },
}
BODY = {"anyOf": [EVENT, {"type": "array", "items": EVENT, "minItems": 1}]}


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events of a request, with what was missing in them.

    Raises BadEvent for what `stg_parsed_events` would quarantine, and TooLarge.
    """
    try:
        found = json.loads(body, parse_constant=refuse_constant)
        # What is no text, or no number that JSON has, comes to light here.
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise BadEvent("The body is not JSON in UTF-8.") from None
    events = found if isinstance(found, list) else [found]
    if not events:
        raise BadEvent("The body holds no event.")
    if len(events) > MOST_EVENTS:
        raise TooLarge(f"At most {MOST_EVENTS:,} events may be sent at once.")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number, event in enumerate(events, start=1):
        if reason := reason_to_refuse(event):
            raise BadEvent(f"Event {number} of {len(events)}: {reason}." if len(events) > 1 else f"{reason}.")
        if is_missing(event.get("created_at")):
            event["created_at"] = now
        if not (is_readable(event.get("idempotency_key")) or has_store_id(event)):
            event["idempotency_key"] = str(uuid4())
    return events


def refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def reason_to_refuse(event: Any) -> str | None:
    """Why the event cannot be counted, in the words of the quarantine."""
    if not isinstance(event, dict):
        return "not a JSON object"
    if not (is_missing(event.get("created_at")) or is_instant(event["created_at"])):
        return "no readable created_at, which is written as in 2026-03-07T10:00:00Z"
    for name in ("session_id", "event_type"):
        if not is_readable(event.get(name)):
            return f"no readable {name}"
    if isinstance(event.get("idempotency_key"), bool | dict | list):
        return "no readable idempotency_key"
    return None


def is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_readable(value: Any) -> bool:
    return not is_missing(value) and type(value) in (str, int, float)


def has_store_id(event: dict[str, Any]) -> bool:
    store_id = event.get("_id")
    return is_readable(store_id["$oid"] if isinstance(store_id, dict) and "$oid" in store_id else store_id)


def is_instant(value: Any) -> bool:
    """Whether it is an ISO 8601 text, or such a one or milliseconds as mongoexport writes them."""
    if isinstance(value, dict):
        value = value.get("$date")
        if isinstance(value, dict):
            return is_milliseconds(value.get("$numberLong"))
    if not (isinstance(value, str) and INSTANT.fullmatch(value.upper())):
        return False
    try:
        instant = datetime.fromisoformat(value.upper())
        instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def is_milliseconds(value: Any) -> bool:
    if not re.fullmatch("-?[0-9]{1,15}", str(value)):
        return False
    return -62135596800000 <= int(value) <= 253402300799999
