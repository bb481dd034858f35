"""Who may see the dashboard: holders of an HS256 token that says `"is_admin": true`."""

from datetime import UTC, datetime, timedelta

import jwt

from serve.errors import Forbidden, Unauthorized

ALGORITHM = "HS256"


def require_admin(token: str | None, secret: str) -> None:
    """Raise Unauthorized or Forbidden unless the bearer token is an admin's."""
    if not token:
        raise Unauthorized("A bearer token is needed.")
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], options={"require": ["exp"]})
    except (jwt.PyJWTError, OverflowError):
        raise Unauthorized("The token is not valid or has expired.") from None
    if claims.get("is_admin") is not True:
        raise Forbidden("Only an admin may see the dashboard.")


def admin_token(secret: str, lifetime: timedelta = timedelta(days=1)) -> str:
    """A token that `require_admin` accepts until `lifetime` from now."""
    claims = {
        "user_id": "admin",
        "email": "admin@example.com",
        "is_admin": True,
        "exp": datetime.now(UTC) + lifetime,
    }
    return jwt.encode(claims, secret, ALGORITHM)
