"""`GET /api/analytics/alerts/`: thresholds, rules, what is not normal for the weekday, and how it is said."""

from serve.endpoints.alerts.endpoint import ENDPOINT

__all__ = ["ENDPOINT"]
