"""Who may see the dashboard: holders of an HS256 token that says `"is_admin": true`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from serve.errors import Forbidden, Unauthorized

ALGORITHM = "HS256"
INVALID = "The token is not valid or has expired."
REMEMBERED_TOKENS = 1_000
CLOCK_SKEW = 30  # Seconds that `iat` and `nbf` may lie ahead, because the clocks of two servers differ.


class TokenVerifier:
    """Verifies the tokens of admins, and remembers those that were good until they expire.

    secrets: the keys that may have signed it, the newest first.
    """

    def __init__(self, *secrets: str) -> None:
        self.secrets = secrets
        self.expiries: dict[str, int] = {}

    def require_admin(self, token: str | None) -> None:
        """Raise Unauthorized or Forbidden unless the bearer token is an admin's."""
        if not token:
            raise Unauthorized("A bearer token is needed.")
        if self.expiries.get(token, 0) <= time.time():
            if len(self.expiries) >= REMEMBERED_TOKENS:
                self.expiries.clear()
            self.expiries[token] = expiry_of_admin(token, self.secrets)


def expiry_of_admin(token: str, secrets: tuple[str, ...]) -> int:
    """The second since 1970 at which an admin's token expires. Raises Unauthorized or Forbidden."""
    claims = claims_of(token, secrets)
    if claims.get("is_admin") is not True:
        raise Forbidden("Only an admin may see the dashboard.")
    return int(claims["exp"])


def claims_of(token: str, secrets: tuple[str, ...]) -> dict[str, Any]:
    """The claims of a valid token, an admin's or not. Raises Unauthorized."""
    secret, *others = secrets
    try:
        claims: dict[str, Any] = jwt.decode(
            token, secret, algorithms=[ALGORITHM], options={"require": ["exp"]}, leeway=CLOCK_SKEW
        )
    except (jwt.PyJWTError, OverflowError) as error:
        if others and isinstance(error, jwt.InvalidSignatureError):
            return claims_of(token, tuple(others))
        raise Unauthorized(INVALID) from None
    # PyJWT applies the leeway to `exp` too, which is to be exact.
    if int(claims["exp"]) <= time.time():
        raise Unauthorized(INVALID)
    return claims


def admin_token(secret: str, lifetime: timedelta = timedelta(days=1)) -> str:
    """A token of an admin, valid until `lifetime` from now."""
    claims = {
        "user_id": "admin",
        "email": "admin@example.com",
        "is_admin": True,
        "exp": datetime.now(UTC) + lifetime,
    }
    return jwt.encode(claims, secret, ALGORITHM)
