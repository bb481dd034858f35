"""The JSON of `alerts/`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from serve.schema import field_on_request, localized_field

Severity = Literal["critical", "warning", "info"]


class Alert(BaseModel):
    """One thing to look at."""

    type: str
    message: str
    severity: Severity
    timestamp: datetime
    product_slug: str | None = field_on_request("The product, where the alert is about one.")
    expected: float | None = field_on_request(
        "What is usual for this weekday and time of day; of rates, in %. Only where something is not usual."
    )
    actual: float | None = field_on_request("What it is today so far.")
    money: float | None = field_on_request(
        "Today's net revenue so far less what is usual; negative where there is less."
    )


class Alerts(BaseModel):
    """What needs the shop's attention now."""

    alerts: list[Alert] = localized_field(
        "The critical ones first, then warnings, then what is good to know; `all_clear` where all is well.",
        "Primero lo crítico, luego las advertencias; `all_clear` si no hay nada.",
    )
