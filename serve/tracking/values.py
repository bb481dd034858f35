"""Which values of an event can be read: the rules of `stg_landing__rows`, for events that are posted."""

import json
import math
import os
import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

LONGEST_TEXT = 256  # Characters of a session, a type, a product or a source.
NO_IDS = ("null", "undefined", "NaN", "[object Object]")
TYPED = ("$oid", "$uuid", "$symbol", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]+)?)?"
    r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?)?"
)
# Seconds, milliseconds, microseconds and nanoseconds since 1970.
UNIX_TIME = re.compile("[1-9]([0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{18})")
RFC_2822 = re.compile(r"(?:[A-Za-z]{3}, *)?([0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9:]{8}) (GMT|\+0000|-0000)")
CURRENCIES = "".join(sign for code in range(0x10000) if unicodedata.category(sign := chr(code)) == "Sc")
CURRENCY = rf"(?:[A-Z]{{0,3}}\s*[{re.escape(CURRENCIES)}]|[A-Z]{{3}})?"


def price_pattern(point: str) -> re.Pattern[str]:
    group = "," if point == "." else "."
    digits = rf"(?:[0-9]{{1,3}}(?:[{group}][0-9]{{3}}){{1,3}}|[0-9]{{1,12}})(?:[{point}][0-9]+)?"
    return re.compile(rf"{CURRENCY}\s*{digits}\s*{CURRENCY}")


PRICE_TEXT = price_pattern(os.environ.get("DECIMAL_SEPARATOR") or ".")
PRICE_NUMBER = re.compile("[0-9]{1,12}([.][0-9]+)?")


def text_of(value: Any) -> str | None:
    """The trimmed text of a string or a number, also as MongoDB writes its type; None for anything else."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in TYPED:
        ((name, value),) = value.items()
        if name.startswith("$numberD"):
            value = as_number(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(Decimal(repr(value)), "f").removesuffix(".0") if math.isfinite(value) else None
    return value.strip() or None if isinstance(value, str) else None


def as_number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def id_of(value: Any) -> str | None:
    """An id's text, but for the words that scripts write where there is none."""
    text = text_of(value)
    return None if text in NO_IDS else text


def is_instant(value: Any) -> bool:
    """Whether it is a time in one of the forms that are read, of the years 1 to 9999."""
    if isinstance(value, dict) and "$date" in value:
        value = value["$date"]
        digits = value.get("$numberLong") if isinstance(value, dict) else value
        if isinstance(value, dict) or re.fullmatch("-?[0-9]+", str(value)):
            return not isinstance(digits, bool) and is_milliseconds(str(digits))
    text = re.sub(r'^ISODate\("([^"]*)"\)$', r"\1", text_of(value) or "")
    if UNIX_TIME.fullmatch(text):
        return True
    try:
        if found := RFC_2822.fullmatch(text):
            return bool(datetime.strptime(found[1], "%d %b %Y %H:%M:%S"))
        text = re.sub(r"( UTC|Z\[UTC\])$", "Z", text.upper())
        text = re.sub(r"([0-9]) ([+-][0-9:]+)$", r"\1\2", text)
        text = re.sub(r"^(....)(..)(..)T(..)(..)(..)(?![:-])", r"\1-\2-\3T\4:\5:\6", text)
        if not INSTANT.fullmatch(text):
            return False
        instant = datetime.fromisoformat(text)
        instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def is_milliseconds(digits: str) -> bool:
    return bool(re.fullmatch("-?[0-9]{1,15}", digits)) and -62135596800000 <= int(digits) <= 253402300799999


def is_price(value: Any) -> bool:
    text = text_of(value) or ""
    return bool((PRICE_TEXT if isinstance(value, str) else PRICE_NUMBER).fullmatch(text))


def is_quantity(value: Any) -> bool:
    return (
        bool(re.fullmatch(r"[0-9]{1,7}(\.0+)?", text := text_of(value) or ""))
        and 1 <= float(text) <= 1_000_000
    )


def object_in(value: Any) -> Any:
    """The object that a value is, or its text, encoded once or twice; None where there is none."""
    for _ in range(2):
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return None
    return value if isinstance(value, dict) else None
