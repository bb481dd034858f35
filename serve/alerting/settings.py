"""Settings of alerting, from environment variables."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from serve.endpoints.alerts.texts import Language
from serve.response_settings import ResponseSettings
from serve.settings import SettingsError, number, response_settings


@dataclass(frozen=True)
class AlertingSettings:
    """Where messages go, how often alerts are looked for, and in which language they are said.

    webhook: an http or https address, or None.
    seconds: between two checks.
    """

    warehouse_dir: Path
    webhook: str | None
    seconds: float
    language: Language
    responses: ResponseSettings


def alerting_settings() -> AlertingSettings:
    """The settings of this process. Raises SettingsError."""
    webhook = os.environ.get("ALERT_WEBHOOK") or None
    if webhook and not re.fullmatch(r"https?://[^/\s]\S*", webhook):
        raise SettingsError("ALERT_WEBHOOK must be an address such as https://hooks.example/…")
    seconds = number("ALERT_SECONDS", float, 60.0)
    if not 1 <= seconds <= 86_400:
        raise SettingsError(f"ALERT_SECONDS must lie between 1 and 86400, not be {seconds:g}.")
    lang = os.environ.get("ALERT_LANG") or "es"
    if lang not in ("es", "en"):
        raise SettingsError(f"ALERT_LANG must be es or en, not {lang!r}.")
    return AlertingSettings(
        warehouse_dir=Path(os.environ.get("WAREHOUSE_DIR") or "warehouse"),
        webhook=webhook,
        seconds=seconds,
        language="en" if lang == "en" else "es",
        responses=response_settings(),
    )
