"""Settings, from the environment variables that README.md lists."""

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.logs import LOG_FORMATS
from serve.alert_thresholds import alert_thresholds
from serve.response_settings import DEFAULT_SETTINGS, ResponseSettings

MINIMUM_SECRET_BYTES, FEWEST_LETTERS = 32, 8  # A random one in hexadecimal has 16 different letters.
# The examples of jwt.io, which are long enough and known to everybody.
WELL_KNOWN_SECRETS = (
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-384-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
)

Number = TypeVar("Number", int, float)


class SettingsError(Exception):
    """A variable that is missing or cannot be used; the message names it."""


@dataclass(frozen=True)
class Settings:
    """The server's settings.

    jwt_secret: HS256 key, at least 32 bytes.
    jwt_secret_previous: the key before it, whose tokens are still good, or None.
    warehouse_dir: folder in which `dbt build` publishes.
    cors_origins: origins that may call from a browser.
    host, port: where the server listens.
    workers: processes that serve.
    query_timeout: seconds that a response may take.
    stale_after: seconds after which a version is stale that no build and no watcher has checked since.
    log_format: `text` or `json`.
    metrics_token: the bearer token that reads the metrics, at least 32 bytes; None switches them off.
    tracked_events: landing zone to which events may be posted, or None.
    root_path: below which a proxy serves this, as in `/metrics`, whether it takes it off or not; or empty.
    responses: what responses depend on, beside the data.
    """

    jwt_secret: str
    warehouse_dir: Path = Path("warehouse")
    cors_origins: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    query_timeout: float = 10.0
    stale_after: float = 93_600.0
    log_format: str = "text"
    metrics_token: str | None = None
    tracked_events: Path | None = None
    jwt_secret_previous: str | None = None
    responses: ResponseSettings = DEFAULT_SETTINGS
    root_path: str = ""

    def __post_init__(self) -> None:
        require_secret("JWT_SECRET", self.jwt_secret)
        for name, secret in (
            ("JWT_SECRET_PREVIOUS", self.jwt_secret_previous),
            ("METRICS_TOKEN", self.metrics_token),
        ):
            if secret is not None:
                require_secret(name, secret)
        for origin in self.cors_origins:
            if not re.fullmatch(r"https?://[^/*\s]+", origin):
                raise SettingsError(
                    f"CORS_ORIGINS must list exact origins such as https://shop.example, not {origin!r}."
                )
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", self.root_path):
            raise SettingsError(f"ROOT_PATH must be a path such as /metrics, not {self.root_path!r}.")
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"PORT must lie between 0 and 65535, not be {self.port}.")
        if self.workers < 1:
            raise SettingsError(f"WORKERS must be 1 or more, not {self.workers}.")
        for name, seconds in (("QUERY_TIMEOUT", self.query_timeout), ("STALE_AFTER", self.stale_after)):
            if not 0 < seconds < math.inf:
                raise SettingsError(f"{name} must be seconds above 0, not {seconds}.")
        if self.log_format not in LOG_FORMATS:
            raise SettingsError(f"LOG_FORMAT must be text or json, not {self.log_format!r}.")
        if self.tracked_events and not self.tracked_events.is_dir():
            raise SettingsError(f"TRACK=on needs RAW_EVENTS to name a folder, not {self.tracked_events}.")


def require_secret(name: str, secret: str) -> None:
    """Raise SettingsError for a key that can be guessed."""
    if len(secret.encode()) < MINIMUM_SECRET_BYTES:
        raise SettingsError(f"{name} must be set to a secret of at least {MINIMUM_SECRET_BYTES} bytes.")
    if len(set(secret)) < FEWEST_LETTERS:
        raise SettingsError(
            f"{name} can be guessed, as it has so few different characters. Take a random one."
        )
    if secret in WELL_KNOWN_SECRETS:
        raise SettingsError(f"{name} is no secret, but an example that everybody knows. Take a random one.")


def number(name: str, kind: type[Number], default: Number) -> Number:
    """The value of a variable. Raises SettingsError if it is no number of that kind."""
    text = os.environ.get(name)
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        raise SettingsError(f"{name} must be a number, not {text!r}.") from None


def tracked_events() -> Path | None:
    track, raw_events = (os.environ.get(name) or "" for name in ("TRACK", "RAW_EVENTS"))
    if track not in ("", "on", "off"):
        raise SettingsError(f"TRACK must be on or off, not {track!r}.")
    if track != "on":
        return None
    if not raw_events:
        raise SettingsError("TRACK=on needs RAW_EVENTS to name a folder.")
    return Path(raw_events)


def response_settings() -> ResponseSettings:
    """What ALERT_THRESHOLDS and CURRENCY set. Raises SettingsError."""
    try:
        thresholds = alert_thresholds(os.environ.get("ALERT_THRESHOLDS", ""))
    except ValueError as error:
        raise SettingsError(f"ALERT_THRESHOLDS: {error}.") from None
    currency = os.environ.get("CURRENCY") or ResponseSettings.currency
    if not re.fullmatch("[A-Z]{3}", currency):
        raise SettingsError(f"CURRENCY must be a code of three letters such as COP, not {currency!r}.")
    return ResponseSettings(thresholds, currency)


def settings_from_environment() -> Settings:
    """The settings of this process. Raises SettingsError."""
    origins = os.environ.get("CORS_ORIGINS", "").split(",")
    return Settings(
        jwt_secret=os.environ.get("JWT_SECRET", ""),
        warehouse_dir=Path(os.environ.get("WAREHOUSE_DIR") or "warehouse"),
        cors_origins=tuple(origin.strip() for origin in origins if origin.strip()),
        host=os.environ.get("HOST") or "127.0.0.1",
        port=number("PORT", int, Settings.port),
        workers=number("WORKERS", int, Settings.workers),
        query_timeout=number("QUERY_TIMEOUT", float, Settings.query_timeout),
        stale_after=number("STALE_AFTER", float, Settings.stale_after),
        log_format=os.environ.get("LOG_FORMAT") or Settings.log_format,
        metrics_token=os.environ.get("METRICS_TOKEN") or None,
        tracked_events=tracked_events(),
        jwt_secret_previous=os.environ.get("JWT_SECRET_PREVIOUS") or None,
        responses=response_settings(),
        root_path=os.environ.get("ROOT_PATH", "").rstrip("/"),
    )
