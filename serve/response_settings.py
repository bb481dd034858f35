"""Settings that responses depend on, beside the data and the query."""

from dataclasses import dataclass

from serve.alert_thresholds import DEFAULT_THRESHOLDS, AlertThresholds


@dataclass(frozen=True)
class ResponseSettings:
    """Settings that the operator may change.

    thresholds: from when on something is an alert.
    currency: of all amounts, ISO 4217.
    """

    thresholds: AlertThresholds = DEFAULT_THRESHOLDS
    currency: str = "COP"


DEFAULT_SETTINGS = ResponseSettings()
