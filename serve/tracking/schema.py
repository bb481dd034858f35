"""What the OpenAPI document says of posted events."""

from serve.tracking.values import LONGEST_TEXT

READABLE = {"type": ["string", "number"], "pattern": r"\S"}
EVENT = {
    "type": "object",
    "required": ["event_type"],
    "properties": {
        "event_type": {**READABLE, "maxLength": LONGEST_TEXT, "examples": ["purchase"]},
        "session_id": {
            "type": ["string", "number", "null"],
            "maxLength": LONGEST_TEXT,
            "description": "The browser; if missing, the header X-Session-ID, else the cookie session_id.",
        },
        "created_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it happened: ISO 8601, Unix time, or as MongoDB writes it; now if missing.",
        },
        "idempotency_key": {
            "type": ["string", "number", "null"],
            "description": "Counts once, however often it comes; made up if it and `_id` are missing.",
        },
    },
}
BODY = {"anyOf": [EVENT, {"type": "array", "items": EVENT, "minItems": 1}]}
