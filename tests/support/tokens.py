"""Tokens, good and bad."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from tests.support.shop import SECRET


def token(key: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    payload = {"user_id": 1, "email": "admin@example.com", "is_admin": True, "exp": in_an_hour, **claims}
    return jwt.encode({name: value for name, value in payload.items() if value is not None}, key, algorithm)
