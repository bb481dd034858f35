"""What the operator sets, from the environment variables that `contract.md` lists."""

import os
from dataclasses import dataclass
from pathlib import Path

MINIMUM_SECRET_BYTES = 32


class SettingsError(Exception):
    """A variable that is missing or cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The server's settings.

    jwt_secret: HS256 key, at least 32 bytes.
    warehouse_dir: folder in which `dbt build` publishes.
    cors_origins: origins that may call from a browser.
    host, port: where the server listens.
    """

    jwt_secret: str
    warehouse_dir: Path = Path("warehouse")
    cors_origins: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000

    def __post_init__(self) -> None:
        if len(self.jwt_secret.encode()) < MINIMUM_SECRET_BYTES:
            raise SettingsError(
                f"JWT_SECRET must be set to a secret of at least {MINIMUM_SECRET_BYTES} bytes."
            )
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"PORT must lie between 0 and 65535, not be {self.port}.")


def settings_from_environment() -> Settings:
    """The settings of this process. Raises SettingsError."""
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit():
        raise SettingsError(f"PORT must be a number, not {port!r}.")
    origins = os.environ.get("CORS_ORIGINS", "").split(",")
    return Settings(
        jwt_secret=os.environ.get("JWT_SECRET", ""),
        warehouse_dir=Path(os.environ.get("WAREHOUSE_DIR") or "warehouse"),
        cors_origins=tuple(origin.strip() for origin in origins if origin.strip()),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=int(port),
    )
