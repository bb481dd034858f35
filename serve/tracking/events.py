"""Reads posted events; an event that is accepted here is never quarantined by a build."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from serve.errors import BadEvent, TooLarge
from serve.tracking.field_names import (
    EVENT_NAMES,
    FIELD_NAMES,
    ITEM_NAMES,
    NO_EVENT_TYPES,
    REFUND_TYPES,
    first_of,
    value_at,
    with_known_names,
)
from serve.tracking.values import (
    LONGEST_TEXT,
    id_of,
    is_instant,
    is_missing,
    is_price,
    is_quantity,
    object_in,
    text_of,
)

MOST_EVENTS = 1_000
LONGEST_EVENT = 32_000  # Characters as it was sent.
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
SPACE = re.compile(r"\s*")
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Sender:
    """Who sends a request's events.

    session_id: the session of events that name none.
    user_id: the customer who has signed in, or None.
    """

    session_id: str
    user_id: str | None = None


def events_of(body: bytes, sender: Sender) -> list[dict[str, Any]]:
    """The events of a request, with what was missing in them.

    Raises BadEvent for what `stg_landing__rows` would quarantine, and TooLarge.
    """
    try:
        events = list(values_of(with_whole_letters(body).decode("utf-8-sig")))
    except (ValueError, RecursionError):
        raise BadEvent("The body is not JSON in UTF-8.") from None
    if not events:
        raise BadEvent("The body holds no event.")
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number, event in enumerate(events, start=1):
        fields = with_known_names(event) if isinstance(event, dict) else None
        if reason := reason_to_refuse(fields):
            raise BadEvent(f"Event {number} of {len(events)}: {reason}." if len(events) > 1 else f"{reason}.")
        assert fields is not None
        if is_missing(field(fields, "created_at")):
            event["created_at"] = now
        if id_of(field(fields, "session_id")) is None:
            event["session_id"] = sender.session_id
        if sender.user_id:
            event["user_id"] = sender.user_id
        if not any(text_of(field(fields, name)) for name in ("idempotency_key", "_id")):
            event["idempotency_key"] = str(uuid4())
    return events


def values_of(text: str) -> Iterator[Any]:
    """The items of an array, or the one value that the text is. Raises ValueError, and TooLarge."""
    place = end_of_space(text, 0)
    is_array = text.startswith("[", place)
    place = end_of_space(text, place + is_array)
    count = 0
    while not (is_array and count == 0 and text.startswith("]", place)):
        if not is_array and len(text) - place > LONGEST_EVENT:
            raise TooLarge(f"An event may have at most {LONGEST_EVENT:,} characters.")
        value, end = DECODER.raw_decode(text, place)
        count += 1
        if end - place > LONGEST_EVENT:
            raise TooLarge(f"Event {count}: an event may have at most {LONGEST_EVENT:,} characters.")
        if count > MOST_EVENTS:
            raise TooLarge(f"At most {MOST_EVENTS:,} events may be sent at once.")
        yield value
        place = end_of_space(text, end)
        if not is_array or text.startswith("]", place):
            break
        if not text.startswith(",", place):
            raise ValueError
        place = end_of_space(text, place + 1)
    if end_of_space(text, place + is_array) != len(text):
        raise ValueError


def end_of_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


def with_user_agent(event: dict[str, Any], user_agent: str) -> dict[str, Any]:
    """The event with the user agent of a robot, by which the build quarantines it."""
    fields = with_known_names(event)
    metadata = object_in(field(fields, "metadata")) or {}
    return {**event, "metadata": {**metadata, "user_agent": user_agent}}


def with_whole_letters(body: bytes) -> bytes:
    """The JSON with U+FFFD in place of each half of a letter that needs two. Raises ValueError."""
    if not SURROGATE.search(body):
        return body
    text = json.dumps(json.loads(body), ensure_ascii=False)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def reason_to_refuse(fields: dict[str, Any] | None) -> str | None:
    """Why an event cannot be counted, in the quarantine's words; None instead of fields is no object."""
    if fields is None:
        return "not a JSON object"
    created_at, session_id = field(fields, "created_at"), field(fields, "session_id")
    if not (is_missing(created_at) or is_instant(created_at)):
        return "no readable created_at, which is written as in 2026-03-07T10:00:00Z"
    session, event_type = text_of(session_id), event_type_of(fields)
    if not (is_missing(session_id) or session):
        return "no readable session_id"
    if event_type is None:
        return "no readable event_type"
    for name, text in (("session_id", session), ("event_type", event_type)):
        # A number is short in staging, because it is written with its power of ten.
        if text and len(text) > LONGEST_TEXT and isinstance(field(fields, name), str):
            return f"{name} of more than {LONGEST_TEXT} characters"
    key = field(fields, "idempotency_key")
    if not (is_missing(key) or text_of(key)):
        return "no readable idempotency_key"
    return None


def field(fields: dict[str, Any], name: str) -> Any:
    return first_of(FIELD_NAMES[name], fields)


def event_type_of(fields: dict[str, Any]) -> str | None:
    own, *others = FIELD_NAMES["event_type"]
    names = [text_of(fields.get(own)), *(text_of(first_of([place], fields)) for place in others)]
    name = next((name for name in names if name and (name == names[0] or name not in NO_EVENT_TYPES)), None)
    return EVENT_NAMES.get(name, name) if name else None


def warnings_about(event: dict[str, Any]) -> Iterator[str]:
    """Which values of an accepted event cannot be read, and what they count as."""
    fields = with_known_names(event)
    metadata = field(fields, "metadata")
    items = field(fields, "items")
    known = fields | {"metadata": object_in(metadata)}
    event_type = event_type_of(fields)
    if isinstance(items, list) and items:
        described = [
            (first_of(ITEM_NAMES["price"], item), first_of(ITEM_NAMES["quantity"], item))
            for item in items
            if isinstance(item, dict)
        ]
    else:
        described = [(field(known, "price"), field(known, "quantity"))]
    names = ("order_id", "product_slug", "product_name", "source")
    texts = [text_of(field(known, name)) for name in names]
    if any(len(text) > LONGEST_TEXT for text in texts if text):
        yield f"a text is longer than {LONGEST_TEXT} characters, and is cut"
    is_purchase = event_type == "purchase"
    if any(not is_price(price) for price, _ in described if is_purchase or not is_missing(price)):
        yield "a price is missing or cannot be read, and counts as 0"
    if event_type in REFUND_TYPES:
        if id_of(field(known, "order_id")) in (None, "(not set)"):
            yield "it names no order, and takes nothing back"
        amounts = [each for place in FIELD_NAMES["value"] if (each := value_at(place, known)) is not None]
        if amounts and not any(map(is_price, amounts)):
            yield "an amount cannot be read, and all that is left of the order is taken back"
    if any(not is_quantity(quantity) for _, quantity in described if quantity is not None):
        yield "a quantity is no whole number from 1 to 1,000,000, and counts as 1"
    if not (is_missing(metadata) or isinstance(metadata, list) or object_in(metadata) is not None):
        yield "metadata is no object, so that its quantity counts as 1"
